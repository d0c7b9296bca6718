//! Mutated files of every reader: an answer, without a panic, and in little memory.
//!
//! The number of inputs of each reader is that of the environment variable `WENGERT_MUTATIONS`, or 3000.

use crate::models::{mlp, model, of_every_architecture};
use std::path::Path;
use std::time::{Duration, Instant};
use wengert_data::moons;
use wengert_formats::{
    ImportOptions, npz_bytes, npz_from_bytes, onnx_bytes, onnx_from_bytes, torch_bytes, torch_from_bytes,
};
use wengert_nn::{AnyActivation, Architecture, CrossEntropy, Mlp, Normalisation, Outputs};
use wengert_optim::{Adam, Optimizer, Prodigy};
use wengert_train::{Checkpoint, SavedMlp, Trainer};

/// A source of choices that is the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// The input after a few changes: bits, bytes, pieces removed, repeated or taken from elsewhere, lengths.
fn mutated(original: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut data = original.to_vec();
    for _ in 0..[1, 1, 1, 2, 3, 6][chance.below(6)] {
        let at = chance.below(data.len());
        let length = [1, 1, 2, 4, 8, 30, 200][chance.below(7)].min(data.len() - at.min(data.len()));
        match chance.below(9) {
            0 if length > 0 => data[at] ^= 1 << chance.below(8),
            1 => drop(data.drain(at..at + length)),
            2 => drop(data.splice(at..at, (0..chance.below(8)).map(|i| (i * 37) as u8))),
            3 => {
                let piece = data[at..at + length].repeat([1, 2, 10, 100][chance.below(4)]);
                drop(data.splice(at..at, piece));
            }
            4 => {
                let from = chance.below(data.len());
                let piece = data[from..(from + length).min(data.len())].to_vec();
                drop(data.splice(at..at + length, piece));
            }
            5 => data.truncate(at),
            6 if length > 0 => data[at] = [0, 1, 127, 128, 255][chance.below(5)],
            7 if length >= 4 => data[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes()),
            _ if length > 0 => data[at] = data[at].wrapping_add(1),
            _ => {}
        }
        data.truncate(1 << 20);
    }
    data
}

fn count() -> usize {
    std::env::var("WENGERT_MUTATIONS").map_or(3000, |count| count.parse().unwrap())
}

/// Reads mutations of the inputs, and returns the number of those that were accepted.
fn accepted(inputs: &[Vec<u8>], read: impl Fn(&[u8]) -> bool) -> usize {
    let (mut chance, mut accepted) = (Chance(0x1234_5678_9abc_def1), 0);
    for number in 0..count() {
        let input = mutated(&inputs[number % inputs.len()], &mut chance);
        let (start, mut is_accepted) = (Instant::now(), false);
        let memory = allocation_counter::measure(|| is_accepted = read(&input));
        assert!(start.elapsed() < Duration::from_secs(20), "input {number} takes {:?}", start.elapsed());
        // Small inputs make messages and the layout of an empty network.
        let most = 64 * input.len() as u64 + (1 << 16);
        assert!(memory.bytes_max <= most, "input {number} of {} bytes: {memory:?}", input.len());
        accepted += usize::from(is_accepted);
    }
    accepted
}

fn models() -> Vec<SavedMlp> {
    let small = of_every_architecture().into_iter().map(|sample| sample.model);
    let mut models: Vec<SavedMlp> = small.filter(|model| model.params.len() < 500).collect();
    let mlp = mlp(&[3, 4, 2], "gelu_tanh").normalisation(Normalisation::Layer);
    models.push(model(&mlp, Outputs::Logits, 9));
    models
}

fn options() -> ImportOptions {
    ImportOptions { activation: AnyActivation::named("relu", &[]), outputs: Some(Outputs::Logits) }
}

#[test]
fn mutated_files_of_pytorch_are_answered() {
    let inputs: Vec<Vec<u8>> = models().iter().filter_map(|model| torch_bytes(model).ok()).collect();
    let accepted = accepted(&inputs, |input| torch_from_bytes(Path::new("x"), input, &options()).is_ok());
    assert!(accepted > count() / 20 && accepted < count(), "{accepted}");
}

#[test]
fn mutated_onnx_models_are_answered() {
    let inputs: Vec<Vec<u8>> = models().iter().map(|model| onnx_bytes(model).unwrap()).collect();
    let accepted = accepted(&inputs, |input| onnx_from_bytes(Path::new("x"), input, &options()).is_ok());
    assert!(accepted > count() / 20 && accepted < count(), "{accepted}");
}

#[test]
fn mutated_archives_are_answered() {
    let mlp = mlp(&[3, 4, 2], "relu").normalisation(Normalisation::Batch);
    let model = mlp.into_model();
    let input = npz_bytes(&model.layout().initialise(1));
    let accepted = accepted(&[input], |input| npz_from_bytes(Path::new("x"), input, model.layout()).is_ok());
    assert!(accepted > count() / 100 && accepted < count(), "{accepted}");
}

#[test]
fn mutated_models_of_our_own_are_answered() {
    let inputs: Vec<Vec<u8>> = models().iter().map(SavedMlp::to_bytes).collect();
    let accepted = accepted(&inputs, |input| SavedMlp::from_bytes("x", input).is_ok());
    assert!(accepted > count() / 20 && accepted < count(), "{accepted}");
}

/// The content of a checkpoint in the middle of a run.
fn checkpoint(net: &Mlp, optimizer: Box<dyn Optimizer<f32>>) -> Vec<u8> {
    let data = moons(40, 0.2, 1).split(0.8, 0.2, 0.0, 1).unwrap().standardised();
    let trainer = Trainer::new(net.clone(), CrossEntropy, optimizer).epochs(2).early_stopping(5);
    let state = trainer.fit(&data).unwrap().state.unwrap();
    Checkpoint::new(state).text("settings", "lr = 0.1").to_bytes()
}

#[test]
fn mutated_checkpoints_are_answered() {
    let net = Mlp::new([2, 3, 2]).normalisation(Normalisation::Batch);
    let inputs = [checkpoint(&net, Box::new(Adam::new(0.1))), checkpoint(&net, Box::new(Prodigy::new(1.0)))];
    let layout = net.into_model().layout().clone();
    // The checksum keeps most mutations from the code behind it; here it fits.
    let accepted = accepted(&inputs, |input| {
        let (content, _) = input.split_at(input.len().saturating_sub(4));
        let whole = [content, &crc32fast::hash(content).to_le_bytes()].concat();
        Checkpoint::<f32>::from_bytes(&whole, &layout).is_ok()
    });
    assert!(accepted > count() / 20 && accepted < count(), "{accepted}");
}

#[test]
fn many_empty_parts_of_a_file_take_little_memory() {
    // Nodes, arrays, entries and inputs of two bytes each.
    for field in [0x0a, 0x2a, 0x5a, 0x62] {
        let graph = [field, 0].repeat(50_000);
        let length = graph.len();
        let header = [0x3a, length as u8 | 128, (length >> 7) as u8 | 128, (length >> 14) as u8];
        let input = [&header[..], &graph].concat();
        let read = || drop(onnx_from_bytes(Path::new("x"), &input, &options()));
        let memory = allocation_counter::measure(read);
        assert!(memory.bytes_max < 64 * input.len() as u64, "{field}: {memory:?}");
    }
}
