//! The contract of examples, for all types that implement it, and training on examples that are not in
//! memory.

use crate::data::{moons_net, moons_split};
use std::borrow::Cow;
use tempfile::TempDir;
use wengert_data::{Batches, Blocks, DataError, Dataset, Examples, Parts, Pass, Targets, checked_blocks};
use wengert_nn::{CrossEntropy, Draws};
use wengert_optim::Adam;
use wengert_train::{Augmented, ClassWeights, Metrics, Sampling, TrainError, Trainer, Training};

const EXAMPLES: usize = 1000;

/// Two features, of which the first is the number of the example, and its class.
fn numbered(numbers: impl Iterator<Item = usize> + Clone) -> Dataset {
    let features = numbers.clone().flat_map(|i| [i as f32, (i * i % 7) as f32]).collect();
    let labels = numbers.map(|i| (i % 3) as u32).collect();
    Dataset::new("numbered", features, 2, Targets::Classes { labels, classes: 3 }).unwrap()
}

/// A type as a program may have it: blocks of different sizes, of which some are smaller than a batch, which
/// are computed when they are needed.
pub(crate) struct Computed {
    sample: Dataset,
    ends: Vec<usize>,
}

impl Computed {
    pub(crate) fn new() -> Self {
        Self { sample: numbered(0..10), ends: vec![0, 300, 310, 311, 700, EXAMPLES] }
    }
}

impl Examples for Computed {
    fn examples(&self) -> usize {
        EXAMPLES
    }
    fn sample(&self) -> &Dataset {
        &self.sample
    }
    fn blocks(&self, pass: Pass) -> Blocks<'_, f32> {
        let mut ranges: Vec<_> = self.ends.windows(2).map(|ends| ends[0]..ends[1]).collect();
        if let Pass::Epoch(epoch) = pass {
            ranges.rotate_left(epoch as usize % 5);
        }
        Box::new(ranges.into_iter().map(|range| Ok(Cow::Owned(numbered(range)))))
    }
}

fn noise(features: &mut [f32], draws: &mut Draws) {
    features[1] += draws.normal() as f32;
}

/// All types, by name, with their files in this folder. A new one belongs here.
fn all(folder: &TempDir) -> Vec<(&'static str, Box<dyn Examples>)> {
    let _ = folder;
    vec![
        ("data set", Box::new(numbered(0..EXAMPLES))),
        ("computed", Box::new(Computed::new())),
        ("augmented data set", Box::new(Augmented::new(numbered(0..EXAMPLES), 5, noise))),
        ("augmented blocks", Box::new(Augmented::new(Computed::new(), 5, noise))),
        ("file", Box::new(table::part(folder))),
        ("augmented file", Box::new(Augmented::new(table::part(folder), 5, noise))),
    ]
}

mod table {
    use super::{EXAMPLES, numbered};
    use std::fs::File;
    use std::io::{BufWriter, Write};
    use tempfile::TempDir;
    use wengert_data::{PreprocessingOptions, ScalingMethod, Shares, ShuffledTable, TableOptions, TablePart};

    /// The rows of a file of several pieces. Comments make it long.
    pub(super) fn part(folder: &TempDir) -> TablePart {
        let path = folder.path().join("numbered.csv");
        let (data, mut file) = (numbered(0..EXAMPLES), BufWriter::new(File::create(&path).unwrap()));
        let rest = "x".repeat(6000);
        writeln!(file, "number,other,class").unwrap();
        for i in 0..EXAMPLES {
            let row = data.row(i);
            writeln!(file, "{},{},c{}\n# {rest}", row[0], row[1], i % 3).unwrap();
        }
        file.flush().unwrap();
        let table = ShuffledTable::open(&path, &TableOptions::default(), 7).unwrap();
        assert!(table.epoch(1).count() > 1);
        let none = ScalingMethod::None;
        table.prepare(&PreprocessingOptions::default(), &Shares::default(), none, none).unwrap().train
    }
}

/// An example: the bits of its features, and its class.
type Example = (Vec<u32>, u32);

fn example(data: &Dataset, i: usize) -> Example {
    let Targets::Classes { labels, .. } = data.targets() else { panic!("classes") };
    (data.row(i).iter().map(|x| x.to_bits()).collect(), labels[i])
}

/// The examples of an epoch in their order, and the sizes of the batches.
fn epoch(examples: &dyn Examples, seed: u64, epoch: u64) -> (Vec<Example>, Vec<usize>) {
    let mut batches = Batches::new(EXAMPLES, 64, seed);
    let (mut found, mut sizes, mut epoch) = (Vec::new(), Vec::new(), batches.over(examples, epoch));
    while let Some(batch) = epoch.next_batch().unwrap() {
        sizes.push(batch.indices.len());
        found.extend(batch.indices.iter().map(|&i| example(batch.data, i)));
    }
    (found, sizes)
}

fn numbers(examples: &[Example]) -> Vec<usize> {
    let mut numbers: Vec<usize> = examples.iter().map(|(x, _)| f32::from_bits(x[0]) as usize).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn each_example_is_in_one_batch_of_an_epoch_and_all_batches_are_full_but_the_last() {
    for (name, examples) in all(&tempfile::tempdir().unwrap()) {
        for number in [1, 2] {
            let (found, sizes) = epoch(&*examples, 3, number);
            assert_eq!(numbers(&found), (0..EXAMPLES).collect::<Vec<_>>(), "{name}");
            assert_eq!(sizes, [vec![64; 15], vec![40]].concat(), "{name}");
            assert!(found.iter().all(|(x, class)| f32::from_bits(x[0]) as u32 % 3 == *class), "{name}");
        }
    }
}

#[test]
fn the_order_follows_from_the_seed_and_the_epoch_for_any_number_of_threads() {
    for (name, examples) in all(&tempfile::tempdir().unwrap()) {
        let with = |threads, seed, number| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| epoch(&*examples, seed, number).0)
        };
        let first = with(1, 3, 1);
        assert!(first == with(3, 3, 1), "{name}");
        assert!(first != with(1, 4, 1) && first != with(1, 3, 2), "{name}");
    }
}

#[test]
fn evaluations_see_each_example_as_it_is() {
    let plain = numbered(0..EXAMPLES);
    for (name, examples) in all(&tempfile::tempdir().unwrap()) {
        let mut found = Vec::new();
        for block in checked_blocks(&*examples, Pass::Evaluation) {
            let block = block.unwrap();
            found.extend((0..block.examples()).map(|i| example(&block, i)));
        }
        found.sort_by_key(|(x, _)| f32::from_bits(x[0]) as usize);
        assert!(found.into_iter().eq((0..EXAMPLES).map(|i| example(&plain, i))), "{name}");
        assert!(examples.whole().is_none_or(|data| data.examples() == EXAMPLES), "{name}");
        assert!(examples.sample().examples() > 0, "{name}");
    }
}

#[test]
fn training_needs_no_data_in_memory() {
    let mean = |metrics: Option<Metrics>| metrics.unwrap().accuracy.unwrap();
    let train = |examples: &dyn Examples, threads| {
        Trainer::new(wengert_nn::Mlp::new([2, 8, 3]), CrossEntropy, Adam::new(1e-3))
            .class_weights(ClassWeights::Balanced)
            .early_stopping(3)
            .epochs(3)
            .threads(threads)
            .fit(Parts::new(examples).validation(examples))
            .unwrap()
    };
    for (name, examples) in all(&tempfile::tempdir().unwrap()) {
        let report = train(&*examples, 1);
        assert!(report.model.params == train(&*examples, 3).model.params, "{name}");
        assert_eq!((report.history.len(), report.state.as_ref().unwrap().steps), (3, 3 * 16), "{name}");
        let evaluated = report.model.evaluate_blocks(&CrossEntropy, &*examples).unwrap();
        assert!(mean(evaluated) == mean(report.validation) && report.validation.unwrap().loss.is_finite());
    }
}

#[test]
fn a_split_and_its_parts_are_trained_alike_bit_for_bit() {
    let (data, trainer) =
        (moons_split(), || Trainer::new(moons_net(), CrossEntropy, Adam::new(1e-2)).epochs(3));
    let (split, parts) = (trainer().fit(&data).unwrap(), Parts::from(&data));
    assert_eq!(split.model.params, trainer().fit(parts).unwrap().model.params);
    let mut own = Training::new(moons_net(), CrossEntropy, Adam::new(1e-2));
    let mut batches = Batches::new(data.train.examples(), 64, 0);
    for number in 1..=3 {
        let mut epoch = batches.over(&data.train, number);
        while let Some(batch) = epoch.next_batch().unwrap() {
            own.step(&batch);
        }
    }
    assert_eq!(own.params(), &split.model.params);
    assert_eq!(own.evaluate_blocks(&data.test).unwrap(), own.evaluate(&data.test));
}

/// A file that can no longer be read after the first block.
struct Broken(Computed);

impl Examples for Broken {
    fn examples(&self) -> usize {
        EXAMPLES
    }
    fn sample(&self) -> &Dataset {
        &self.0.sample
    }
    fn blocks(&self, pass: Pass) -> Blocks<'_, f32> {
        let gone = || DataError::unreadable("numbers.bin", std::io::Error::other("the disk is gone"));
        Box::new(self.0.blocks(pass).take(1).chain(std::iter::once_with(move || Err(gone()))))
    }
}

#[test]
fn what_cannot_be_had_without_memory_is_an_error() {
    let trainer = || Trainer::new(wengert_nn::Mlp::new([2, 8, 3]), CrossEntropy, Adam::new(1e-3));
    let (stream, broken) = (Computed::new(), Broken(Computed::new()));
    let error = trainer().fit(Parts::new(&broken)).unwrap_err();
    assert_eq!(error.to_string(), "numbers.bin: cannot be read: the disk is gone");
    let error = trainer().sampling(Sampling::Replacement).fit(Parts::new(&stream)).unwrap_err();
    assert!(matches!(error, TrainError::ReplacementFromStream) && error.to_string().contains("reshuffle"));
    let error = trainer().metric("zero", |_, _| 0.0).fit(Parts::new(&stream)).unwrap_err();
    assert!(error.to_string().contains("the metric \"zero\" needs all examples in memory"), "{error}");
}

/// Promises another example than it has.
struct Short(Computed);

impl Examples for Short {
    fn examples(&self) -> usize {
        EXAMPLES + 1
    }
    fn sample(&self) -> &Dataset {
        &self.0.sample
    }
    fn blocks(&self, pass: Pass) -> Blocks<'_, f32> {
        self.0.blocks(pass)
    }
}

#[test]
#[should_panic(expected = "examples: 1000 in the blocks of an epoch, but 1001 promised")]
fn blocks_with_another_number_of_examples_than_promised_are_noticed() {
    let mut batches = Batches::new(EXAMPLES + 1, 64, 0);
    let short = Short(Computed::new());
    let mut epoch = batches.over(&short, 1);
    while epoch.next_batch().unwrap().is_some() {}
}

#[test]
#[should_panic(expected = "examples: a block of other has")]
fn a_block_with_other_columns_than_the_sample_is_noticed() {
    let other =
        Dataset::new("other", vec![1.0], 1, Targets::Classes { labels: vec![0], classes: 3 }).unwrap();
    struct Mixed(Dataset, Dataset);
    impl Examples for Mixed {
        fn examples(&self) -> usize {
            1
        }
        fn sample(&self) -> &Dataset {
            &self.0
        }
        fn blocks(&self, pass: Pass) -> Blocks<'_, f32> {
            self.1.blocks(pass)
        }
    }
    let mixed = Mixed(numbered(0..3), other);
    let _ = checked_blocks(&mixed, Pass::Evaluation).count();
}
