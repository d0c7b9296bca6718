//! Tests whether the rows of a batch are independent.
//!
//! In two batches of the same shape, a row that is equal in both has the same outputs, bit for bit, if
//! rows are independent: the same operations are applied to the same numbers. For each binary digit of
//! the row number, these tests replace the rows in which the digit is 0, then those in which it is 1, by
//! other rows. Any two rows differ in a digit, so the effect of each row on each other row is tested
//! with few passes.

use crate::bound::Bound;
use crate::loss::{Loss, TargetBatch};
use crate::model::Module;
use crate::params::Params;
use crate::row_mixing::RowMixing;
use crate::training_pass::TrainingPass;
use ndarray::{Array2, ArrayD, Axis};
use wengert_ad::{ArrayTape, Real};

/// Whether the outputs of a module for a row change if other rows of `x` do, found by trying; to be compared
/// with what the [layout](crate::Layout::mix_rows) declares. `None` if the outputs differ between two passes
/// over the same rows, because the module draws random numbers that do not come from its [`TrainingPass`].
///
/// A few different rows are enough: 4 to 8. With one row, or with equal rows, there is nothing to find.
///
/// # Cost
/// For `m` rows, `4 log2 m + 6` forward passes.
///
/// ```
/// use wengert_ad::Tensor;
/// use wengert_nn::diagnostics::observed_row_mixing;
/// use wengert_nn::{Bound, Model, Module, RowMixing};
///
/// struct Centred;
///
/// impl Module for Centred {
///     fn forward<'t>(&self, _: &Bound<'t>, x: Tensor<'t>) -> Tensor<'t> {
///         x - x.mean_axis(0).broadcast_to(&x.shape())
///     }
/// }
///
/// let undeclared = Model::new(|_| Centred);
/// let params = undeclared.layout().initialise(0);
/// let x = ndarray::array![[0.5, -1.0], [2.0, 0.25], [1.0, 3.0], [-1.5, 0.0]];
/// let observed = observed_row_mixing(undeclared.module(), &params, &x);
/// assert_eq!(observed, Some(RowMixing::Always));
/// assert_eq!(undeclared.layout().row_mixing(), RowMixing::Never);
/// ```
pub fn observed_row_mixing<T: Real>(
    module: &(impl Module<T> + ?Sized),
    params: &Params<T>,
    x: &Array2<T>,
) -> Option<RowMixing> {
    let mixes_in = |training: Option<TrainingPass>| {
        mixes(x.nrows(), |rows| {
            let tape = ArrayTape::new();
            let bound: Bound<'_, T> = params.bind_constant(&tape);
            let bound = match training {
                Some(training) => bound.in_training(training),
                None => bound,
            };
            let x = tape.constant(&x.select(Axis(0), rows));
            module.forward(&bound, x).elements().to_vec()
        })
    };
    if mixes_in(None)? {
        return Some(RowMixing::Always);
    }
    let in_training = mixes_in(Some(TrainingPass::new(0, 0)))?;
    Some(if in_training { RowMixing::InTraining } else { RowMixing::Never })
}

/// Whether the slope of a loss with respect to the outputs of an example changes if other examples of
/// the batch do, or if their number does, found by trying; to be compared with [`Loss::mixes_rows`]. It
/// does so, too, if the loss returns a mean over the examples instead of their sum.
///
/// `outputs` and `targets` are those of a few different examples: 4 to 8.
///
/// # Panics
/// If the loss refuses these outputs and targets.
#[track_caller]
pub fn loss_mixes_rows<T: Real>(
    loss: &(impl Loss<T> + ?Sized),
    outputs: &Array2<T>,
    targets: TargetBatch<'_, '_, T>,
) -> bool {
    let values = match targets {
        TargetBatch::Classes(_) => None,
        TargetBatch::Values(values) => Some(values.value()),
    };
    let select = |values: &ArrayD<T>, rows: &[usize]| values.select(Axis(0), rows);
    let observed = mixes(outputs.nrows(), |rows| {
        let tape = ArrayTape::new();
        let outputs = tape.var(&outputs.select(Axis(0), rows));
        let labels: Vec<u32> = match targets {
            TargetBatch::Classes(labels) => rows.iter().map(|&row| labels[row]).collect(),
            TargetBatch::Values(_) => Vec::new(),
        };
        let targets = match &values {
            Some(values) => TargetBatch::Values(tape.constant(&select(values, rows))),
            None => TargetBatch::Classes(&labels),
        };
        let gradient = loss.total(outputs, targets).gradient();
        gradient.wrt(outputs).iter().copied().collect()
    });
    observed.unwrap_or(true)
}

/// Whether what `run` returns for a row depends on the other rows. It takes the numbers of rows, and
/// returns the same number of values for each of them. `None` if it does not return the same twice.
fn mixes<T: Real>(rows: usize, mut run: impl FnMut(&[usize]) -> Vec<T>) -> Option<bool> {
    let all: Vec<usize> = (0..rows).collect();
    let whole = run(&all);
    if !same_bits(&whole, &run(&all)) {
        return None;
    }
    if rows < 2 {
        return Some(false);
    }
    let width = whole.len() / rows;
    let of = |values: &[T], row: usize| values[row * width..][..width].to_vec();
    for digit in 0..usize::BITS - (rows - 1).leading_zeros() {
        for kept in [0, 1] {
            let is_kept = |row: usize| row >> digit & 1 == kept;
            let changed: Vec<usize> =
                all.iter().map(|&row| if is_kept(row) { row } else { (row + 1) % rows }).collect();
            let after = run(&changed);
            if after.len() != whole.len() {
                return Some(true);
            }
            if all.iter().any(|&row| is_kept(row) && !same_bits(&of(&whole, row), &of(&after, row))) {
                return Some(true);
            }
        }
    }
    let half = run(&all[..rows.div_ceil(2)]);
    Some(half.len() != rows.div_ceil(2) * width || !agree(&half, &whole))
}

fn same_bits<T: Real>(a: &[T], b: &[T]) -> bool {
    let same = |(a, b): (&T, &T)| a.value() == b.value() || a.value().is_nan() && b.value().is_nan();
    a.len() == b.len() && a.iter().zip(b).all(same)
}

/// Whether numbers agree up to the rounding of another kernel, which may serve another number of rows; what
/// depends on the number of rows differs by much more.
fn agree<T: Real>(part: &[T], whole: &[T]) -> bool {
    let largest = whole.iter().map(|x| x.value().abs()).filter(|x| x.is_finite()).fold(0.0, f64::max);
    part.iter().zip(whole).all(|(a, b)| {
        let (a, b) = (a.value(), b.value());
        a == b || !a.is_finite() || !b.is_finite() || (a - b).abs() <= 0.01 * largest
    })
}
