//! What a training run depends on, as short texts that tell it from others.

use crate::error::TrainError;
use crate::independent_rows::sampled_rows;
use crate::observers::Observers;
use crate::ranks::agree;
use crate::settings::Settings;
use crate::start::Progress;
use crate::trained::batch_metrics;
use crate::training::Training;
use std::fmt::Debug;
use wengert_ad::Real;
use wengert_data::{Dataset, Examples, Parts, Targets};
use wengert_kernels::InstructionSet;
use wengert_nn::{Loss, Module};
use wengert_optim::Optimizer;

/// Checks that all ranks would train the same.
pub(crate) fn check_agreement<M: Module<T>, L: Loss<T>, O: Optimizer<T>, T: Real>(
    training: &Training<M, L, O, T>,
    settings: &Settings,
    observers: &Observers<T>,
    data: Parts<'_, T>,
    progress: &Progress<T>,
) -> Result<(), TrainError> {
    let mut texts = fingerprint(training, settings, data, progress);
    // Messages have numbers as they are in memory.
    texts.push(("byte order", if cfg!(target_endian = "big") { "big" } else { "little" }.to_owned()));
    // Ranks that can be interrupted ask each other after each step.
    texts.push(("can be interrupted", observers.keeping.interrupt.is_some().to_string()));
    Ok(agree(&*training.settings.ranks, &texts)?)
}

/// The texts, by name. Two runs with the same texts take the same steps, up to differences of functions of
/// the program's own that do not show in the loss of a few examples.
fn fingerprint<M: Module<T>, L: Loss<T>, O: Optimizer<T>, T: Real>(
    training: &Training<M, L, O, T>,
    settings: &Settings,
    data: Parts<'_, T>,
    progress: &Progress<T>,
) -> Vec<(&'static str, String)> {
    let part = |part: Option<&dyn Examples<T>>| part.map_or_else(String::new, digest_of_examples);
    let steps = &training.settings;
    let mut texts = vec![
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("processor", processor()),
        ("training part", part(Some(data.train))),
        ("validation part", part(data.validation)),
        ("test part", part(data.test)),
        ("epochs", settings.epochs.to_string()),
        ("early stopping", format!("{:?} by {:?}", settings.patience, settings.keeps_best())),
        ("seed", steps.seed.to_string()),
        ("strategy", steps.strategy.to_string()),
        ("clipping", format!("{:?}", steps.clipping)),
        ("sharpness", format!("{:?}", steps.sharpness)),
        ("penalty", shortened(&steps.regulariser)),
        ("schedule", schedule(training)),
        ("groups", shortened(&steps.groups(training.params().layout()))),
    ];
    texts.extend(settings.of_batches());
    let optimizer = training.optimizer().state();
    let buffers = optimizer.buffers.iter().flat_map(|(_, buffer)| buffer);
    let buffers = digest(buffers.map(|x| x.widened()));
    let params = training.params();
    let numbers = digest(params.values().iter().chain(params.statistics()).map(|x| x.widened()));
    let (history, _, partial) = progress;
    texts.extend([
        ("optimizer", format!("{} {:?}", optimizer.method, optimizer.settings)),
        ("state of the optimizer", format!("{buffers:016x}")),
        ("parameters", format!("{}, {numbers:016x}", params.len())),
        ("progress", format!("{} epochs, {} passes, {partial:?}", history.len(), training.passes)),
        ("loss of a few examples", loss_of_a_few(training, data.train.sample())),
    ]);
    texts
}

/// The architecture, with the extensions that functions of the system are chosen by, and the set of vector
/// instructions that the kernels use, which `WENGERT_SIMD` may choose.
fn processor() -> String {
    #[cfg(target_arch = "x86_64")]
    let extensions = [
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("fma", std::arch::is_x86_feature_detected!("fma")),
        ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let extensions: [(&str, bool); 0] = [];
    let found = extensions.into_iter().filter(|(_, found)| *found).map(|(name, _)| format!(" {name}"));
    let kernels = match InstructionSet::chosen() {
        Ok(set) => set.name().to_owned(),
        Err(error) => error.to_string(),
    };
    format!("{}{}, kernels with {kernels}", std::env::consts::ARCH, found.collect::<String>())
}

/// The rates of a few steps.
fn schedule<M, L, O, T: Real>(training: &Training<M, L, O, T>) -> String {
    let rates = training
        .settings
        .schedule
        .as_ref()
        .map(|schedule| [0, 1, 10, 100, 1000].map(|step| schedule.rate(step)));
    format!("{rates:?}")
}

fn loss_of_a_few<M: Module<T>, L: Loss<T>, O, T: Real>(
    training: &Training<M, L, O, T>,
    sample: &Dataset<T>,
) -> String {
    let Training { model, loss, params, .. } = training;
    if loss.mixes_rows() || params.layout().row_mixing().applies(false) {
        return String::new();
    }
    let rows: Vec<usize> = sampled_rows(sample.examples()).collect();
    let loss = batch_metrics(model.module(), loss, params, sample.batch(&rows)).loss;
    format!("{loss:e} ({:016x})", loss.to_bits())
}

/// The number of examples, and a digest of those that are in memory.
fn digest_of_examples<T: Real>(examples: &dyn Examples<T>) -> String {
    let data = examples.sample();
    let features = data.features().iter().map(|x| x.widened());
    let weights = data.weights().unwrap_or_default().iter().copied();
    let digest = match data.targets() {
        Targets::Classes { labels, .. } => {
            digest(features.chain(weights).chain(labels.iter().map(|&label| label.into())))
        }
        Targets::Values { values, .. } => {
            digest(features.chain(weights).chain(values.iter().map(|x| x.widened())))
        }
    };
    format!("{} examples, {digest:016x}", examples.examples())
}

/// A long text as its digest.
fn shortened(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    if text.len() <= 100 { text } else { format!("{:016x}", digest(text.bytes().map(f64::from))) }
}

/// A hash of the bits of numbers (Fowler, Noll and Vo, 64 bits, over words instead of bytes).
fn digest(numbers: impl Iterator<Item = f64>) -> u64 {
    numbers.fold(0xcbf2_9ce4_8422_2325, |hash, x| (hash ^ x.to_bits()).wrapping_mul(0x100_0000_01b3))
}
