//! Derivatives against differences: reports as values, for tests and for people.

use crate::tape::{Tensor, Var};
use crate::transform::{arrays, value_and_grad};
use ndarray::ArrayD;
use std::fmt;

/// One derivative, computed in two ways.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The position among all inputs, counted through all arrays in order.
    pub input: usize,
    /// By the reverse sweep.
    pub reverse: f64,
    /// By a central difference.
    pub difference: f64,
}

impl Comparison {
    /// `|reverse - difference| / max(1, |reverse|, |difference|)`; infinite if either is not finite.
    pub fn error(&self) -> f64 {
        let scale = self.reverse.abs().max(self.difference.abs()).max(1.0);
        let error = (self.reverse - self.difference).abs() / scale;
        if error.is_finite() { error } else { f64::INFINITY }
    }
}

/// What a gradient check found: one comparison for each input.
#[derive(Clone, Debug, PartialEq)]
pub struct GradcheckReport {
    /// The comparisons, in the order of the inputs.
    pub comparisons: Vec<Comparison>,
}

/// The largest error that central differences of smooth functions of moderate size leave in `f64`.
///
/// With a step `h = eps^(1/3)`, truncation is of order `h^2` and rounding of order `eps / h`: both about 4e-11 times
/// the third derivative and the value; the margin covers values and derivatives of up to some 1e4.
pub const TOLERANCE: f64 = 1e-6;

impl GradcheckReport {
    /// The comparison with the largest error; `None` of a function without inputs.
    pub fn worst(&self) -> Option<Comparison> {
        self.comparisons.iter().copied().max_by(|a, b| a.error().total_cmp(&b.error()))
    }

    /// Whether all errors are below [`TOLERANCE`].
    pub fn passed(&self) -> bool {
        self.worst().is_none_or(|worst| worst.error() < TOLERANCE)
    }
}

impl fmt::Display for GradcheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passed() { "passed" } else { "FAILED" };
        write!(f, "gradcheck {verdict}: {} derivatives", self.comparisons.len())?;
        let Some(worst) = self.worst() else { return Ok(()) };
        let Comparison { input, reverse, difference } = worst;
        write!(
            f,
            ", worst by input {input}: reverse {reverse:e}, difference {difference:e}, error {:.1e}",
            worst.error()
        )
    }
}

/// Checks the gradient of `f` at `x` against central differences of its value.
///
/// ```
/// let report = wengert_ad::gradcheck(|v| v[0] * v[1], &[2.0, 3.0]);
/// assert!(report.passed(), "{report}");
/// ```
pub fn gradcheck(f: impl for<'t> Fn(&[Var<'t, f64>]) -> Var<'t, f64>, x: &[f64]) -> GradcheckReport {
    let (_, gradient) = value_and_grad(&f, x);
    compare(x, &gradient, |x| value_and_grad(&f, x).0)
}

/// Checks the gradient of `f`, which returns one number, by every element of the arrays `xs`.
///
/// # Panics
/// If `f` returns more than one number.
#[track_caller]
pub fn gradcheck_arrays(
    f: impl for<'t> Fn(&[Tensor<'t, f64>]) -> Tensor<'t, f64>,
    xs: &[ArrayD<f64>],
) -> GradcheckReport {
    let flat = |arrays: &[ArrayD<f64>]| arrays.iter().flatten().copied().collect::<Vec<f64>>();
    let gradient = flat(&arrays::grad(&f, xs));
    compare(&flat(xs), &gradient, |x| {
        let mut elements = x.iter().copied();
        let moved = xs.iter().map(|x| {
            let x_moved = elements.by_ref().take(x.len()).collect();
            ArrayD::from_shape_vec(x.raw_dim(), x_moved).expect("as many elements as the array")
        });
        arrays::value_and_grad(&f, &moved.collect::<Vec<_>>()).0
    })
}

fn compare(x: &[f64], gradient: &[f64], f: impl Fn(&[f64]) -> f64) -> GradcheckReport {
    let mut moved = x.to_vec();
    let comparisons = gradient.iter().enumerate().map(|(input, &reverse)| {
        let h = f64::EPSILON.cbrt() * x[input].abs().max(1.0);
        let mut at = |value: f64| {
            moved[input] = value;
            f(&moved)
        };
        let difference = (at(x[input] + h) - at(x[input] - h)) / (2.0 * h);
        moved[input] = x[input];
        Comparison { input, reverse, difference }
    });
    GradcheckReport { comparisons: comparisons.collect() }
}
