//! Second derivatives.

use super::difference::{Difference, differences};
use super::gradcheck::{ROUNDING, TOLERANCE};
use super::relative_error;
use crate::function::Function;
use crate::transform::{grad, hvp};
use std::fmt;
use std::panic::Location;

/// One second derivative, by two ways.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecondComparison {
    /// The inputs by which the derivative is taken.
    pub inputs: [usize; 2],
    /// Forward over reverse: the reverse sweep at dual numbers.
    pub exact: f64,
    /// The same with the inputs in the other order.
    pub transposed: f64,
    /// By a central difference of the gradient.
    pub difference: Difference,
}

impl SecondComparison {
    /// `|exact - difference| / max(1, |exact|, |difference|)`; infinite if either is not finite.
    pub fn error(&self) -> f64 {
        relative_error(self.exact, self.difference.value)
    }

    /// How far the matrix is from symmetric here, relative as above.
    pub fn asymmetry(&self) -> f64 {
        relative_error(self.exact, self.transposed)
    }

    /// The larger error, in terms of what is allowed.
    fn excess(&self) -> f64 {
        let scale = self.exact.abs().max(self.difference.value.abs()).max(1.0);
        let uncertain = 8.0 * self.difference.rounding / scale;
        let by_difference = self.error() / (TOLERANCE + if uncertain.is_finite() { uncertain } else { 0.0 });
        by_difference.max(self.asymmetry() / ROUNDING)
    }
}

/// What a check of the second derivatives found: a comparison for each pair of inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct GradgradcheckReport {
    /// The comparisons, row by row.
    pub comparisons: Vec<SecondComparison>,
    /// The line that asked.
    pub site: &'static Location<'static>,
}

impl GradgradcheckReport {
    /// The comparison that disagrees most; `None` of a function without inputs.
    pub fn worst(&self) -> Option<SecondComparison> {
        self.comparisons.iter().copied().max_by(|a, b| a.excess().total_cmp(&b.excess()))
    }

    /// Whether all second derivatives agree with the differences and are symmetric.
    pub fn passed(&self) -> bool {
        self.comparisons.iter().all(|comparison| comparison.excess() < 1.0)
    }
}

impl fmt::Display for GradgradcheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passed() { "passed" } else { "FAILED" };
        write!(f, "gradgradcheck {verdict}: {} second derivatives", self.comparisons.len())?;
        if let Some(worst) = self.worst() {
            let SecondComparison { inputs: [i, j], exact, transposed, difference } = worst;
            let (error, asymmetry) = (worst.error(), worst.asymmetry());
            write!(
                f,
                ", worst by inputs {i} and {j}: forward over reverse {exact:e}, difference {:e} (step {:.0e}), error \
                 {error:.1e}, transposed {transposed:e}, asymmetry {asymmetry:.1e}",
                difference.value, difference.step
            )?;
        }
        write!(f, "; checked at {}", self.site)
    }
}

/// Checks the second derivatives of `f` at `x`: Hessian-vector products against differences of gradients, and symmetry.
///
/// ```
/// use wengert_ad::{Elementary, Function, Number, check::gradgradcheck};
///
/// struct Cubic;
///
/// impl Function for Cubic {
///     fn eval<T: Number>(&self, v: &[T]) -> T {
///         v[0].powi(3) * (v[0] + v[1] * 3.0)
///     }
/// }
/// let report = gradgradcheck(&Cubic, &[2.0, 3.0]);
/// assert!(report.passed(), "{report}");
/// ```
///
/// # Cost
/// For n inputs, n Hessian-vector products and 24 n gradients.
#[track_caller]
pub fn gradgradcheck(f: &impl Function, x: &[f64]) -> GradgradcheckReport {
    let gradient = |x: &[f64]| grad(|v| f.eval(v), x);
    let product = |direction: &[f64]| hvp(|v| f.eval(v), x, direction);
    second(x, gradient, product, Location::caller())
}

pub(super) fn second(
    x: &[f64],
    gradient: impl Fn(&[f64]) -> Vec<f64>,
    product: impl Fn(&[f64]) -> Vec<f64>,
    site: &'static Location<'static>,
) -> GradgradcheckReport {
    let n = x.len();
    let unit = |i: usize| (0..n).map(|j| if i == j { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
    let rows: Vec<Vec<f64>> = (0..n).map(|i| product(&unit(i))).collect();
    let mut comparisons = Vec::with_capacity(n * n);
    for i in 0..n {
        let mut moved = x.to_vec();
        let at = |value: f64| {
            moved[i] = value;
            gradient(&moved)
        };
        for (j, difference) in differences(at, x[i]).into_iter().enumerate() {
            let (exact, transposed) = (rows[i][j], rows[j][i]);
            comparisons.push(SecondComparison { inputs: [i, j], exact, transposed, difference });
        }
    }
    GradgradcheckReport { comparisons, site }
}
