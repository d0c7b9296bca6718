//! What training needs of its data: examples in blocks, which need not be in memory at once.

use crate::dataset::Dataset;
use crate::error::DataError;
use crate::targets::Targets;
use std::borrow::Cow;
use std::iter::once;
use wengert_kernels::Float;

/// Examples to train on or to evaluate a model on: a [`Dataset`], a part of a file that is larger than the
/// memory (`TablePart`), or a type of the program's own.
///
/// A type that implements it is taken by the trainer, by [`Batches::over`](crate::Batches::over) in a loop of
/// the program's own, and by evaluations. It gives its examples in blocks, of which one is in memory at a
/// time; what follows shuffles the rows of each block, so that a block should be much larger than a batch.
///
/// The blocks of a pass hold each example once, and have the columns, the kind of targets and the scaling of
/// the [`sample`](Self::sample). Equal passes give equal blocks, bit for bit, for any number of threads.
///
/// ```
/// use std::borrow::Cow;
/// use wengert_data::{Batches, Blocks, Dataset, Examples, Pass, Targets};
///
/// /// The points of a parabola, which are computed when they are needed.
/// struct Parabola {
///     first: Dataset,
/// }
///
/// /// The points of block `i`.
/// fn points(i: usize) -> Dataset {
///     let x: Vec<f32> = (0..1000).map(|j| (1000 * i + j) as f32 / 1e5).collect();
///     let values = x.iter().map(|x| x * x).collect();
///     Dataset::new("parabola", x, 1, Targets::Values { values, width: 1 }).expect("finite numbers")
/// }
///
/// impl Examples for Parabola {
///     fn examples(&self) -> usize {
///         100_000
///     }
///     fn sample(&self) -> &Dataset {
///         &self.first
///     }
///     fn blocks(&self, pass: Pass) -> Blocks<'_, f32> {
///         let start = if let Pass::Epoch(epoch) = pass { 37 * epoch as usize } else { 0 };
///         Box::new((start..start + 100).map(|i| Ok(Cow::Owned(points(i % 100)))))
///     }
/// }
///
/// let (parabola, mut batches) = (Parabola { first: points(0) }, Batches::new(100_000, 64, 7));
/// let (mut rows, mut epoch) = (0, batches.over(&parabola, 1));
/// while let Some(batch) = epoch.next_batch()? {
///     rows += batch.indices.len();
/// }
/// assert_eq!(rows, 100_000);
/// # Ok::<(), wengert_data::DataError>(())
/// ```
pub trait Examples<F: Float = f32>: Sync {
    /// The number of examples in a pass.
    fn examples(&self) -> usize;

    /// Some of the examples, which stand for all: their columns, the kind of their targets, their names and
    /// their scaling are those of all, and checks before the first step run on them. All of a [`Dataset`].
    fn sample(&self) -> &Dataset<F>;

    /// The blocks of a pass.
    fn blocks(&self, pass: Pass) -> Blocks<'_, F>;

    /// All examples, if they are in memory as one data set; `None` by default. What needs any of them at any
    /// time, such as draws with replacement, needs it.
    fn whole(&self) -> Option<&Dataset<F>> {
        None
    }
}

/// A pass over examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pass {
    /// That of a training epoch with this number, which the order of the blocks may depend on.
    Epoch(u64),
    /// One to evaluate a model, in any order: without changes at random.
    Evaluation,
}

/// The blocks of a pass, read when they are asked for.
pub type Blocks<'a, F> = Box<dyn Iterator<Item = Result<Cow<'a, Dataset<F>>, DataError>> + 'a>;

/// One block.
impl<F: Float> Examples<F> for Dataset<F> {
    fn examples(&self) -> usize {
        self.examples()
    }

    fn sample(&self) -> &Dataset<F> {
        self
    }

    fn blocks(&self, _: Pass) -> Blocks<'_, F> {
        Box::new(once(Ok(Cow::Borrowed(self))))
    }

    fn whole(&self) -> Option<&Dataset<F>> {
        Some(self)
    }
}

impl<F: Float, E: Examples<F> + ?Sized> Examples<F> for &E {
    fn examples(&self) -> usize {
        (**self).examples()
    }

    fn sample(&self) -> &Dataset<F> {
        (**self).sample()
    }

    fn blocks(&self, pass: Pass) -> Blocks<'_, F> {
        (**self).blocks(pass)
    }

    fn whole(&self) -> Option<&Dataset<F>> {
        (**self).whole()
    }
}

/// The blocks of a pass that have examples, each checked against the sample.
///
/// # Panics
/// The iterator, if the columns, the kind of the targets or the scaling of a block are not those of the
/// [`sample`](Examples::sample).
#[track_caller]
pub fn checked_blocks<F: Float>(examples: &dyn Examples<F>, pass: Pass) -> Blocks<'_, F> {
    let sample = examples.sample();
    let checked = |block: &Cow<'_, Dataset<F>>| {
        assert!(
            columns(block) == columns(sample) && block.scaling() == sample.scaling(),
            "examples: a block of {} has {:?} and the scaling {:?}, but the sample has {:?} and {:?}",
            block.name(),
            columns(block),
            block.scaling(),
            columns(sample),
            sample.scaling()
        );
    };
    let has_examples = |block: &Result<Cow<'_, Dataset<F>>, DataError>| {
        block.as_ref().is_ok_and(|block| block.examples() > 0) || block.is_err()
    };
    Box::new(
        examples.blocks(pass).filter(has_examples).inspect(move |block| block.as_ref().map_or((), checked)),
    )
}

/// The columns of a data set, for comparisons and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Columns {
    Classes { features: usize, classes: usize },
    Values { features: usize, values: usize },
}

fn columns<F: Float>(data: &Dataset<F>) -> Columns {
    let features = data.width();
    match *data.targets() {
        Targets::Classes { classes, .. } => Columns::Classes { features, classes },
        Targets::Values { width, .. } => Columns::Values { features, values: width },
    }
}
