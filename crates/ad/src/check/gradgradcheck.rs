//! Checks of second derivatives.

use super::difference::{Difference, differences};
use super::function::CheckFunction;
use super::input::CheckInput;
use super::tolerance::{ROUNDING, excess, relative_error};
use std::fmt;
use std::panic::Location;

/// One second derivative, computed in two ways.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecondComparison {
    /// The positions of the elements with respect to which the derivative is taken.
    pub inputs: [usize; 2],
    /// The derivative computed forward over reverse: by a reverse sweep on dual numbers.
    pub exact: f64,
    /// The same with the elements exchanged.
    pub transposed: f64,
    /// The derivative estimated by a central difference of the gradient.
    pub difference: Difference,
}

impl SecondComparison {
    /// `|exact - difference| / max(1, |exact|, |difference|)`; infinite if either is not finite.
    pub fn error(&self) -> f64 {
        relative_error(self.exact, self.difference.value)
    }

    /// The relative error against the transposed entry, defined like [`error`](Self::error).
    pub fn asymmetry(&self) -> f64 {
        relative_error(self.exact, self.transposed)
    }

    /// The larger of the two errors, in units of the largest that is allowed.
    fn excess(&self) -> f64 {
        excess(self.exact, &self.difference).max(self.asymmetry() / ROUNDING)
    }
}

/// The result of a check of second derivatives: one comparison per pair of elements.
#[derive(Clone, Debug, PartialEq)]
pub struct GradgradcheckReport {
    /// The comparisons, row by row of the Hessian.
    pub comparisons: Vec<SecondComparison>,
    /// The line of code that called the check.
    pub site: &'static Location<'static>,
}

impl GradgradcheckReport {
    /// The comparison with the largest error relative to its tolerance; `None` for a function
    /// without inputs.
    pub fn worst(&self) -> Option<SecondComparison> {
        self.comparisons.iter().copied().max_by(|a, b| a.excess().total_cmp(&b.excess()))
    }

    /// Whether all second derivatives agree with the differences, and the Hessian is symmetric.
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
                ", worst with respect to inputs {i} and {j}: forward over reverse {exact:e}, \
                 difference {:e} (step {:.0e}), error \
                 {error:.1e}, transposed {transposed:e}, asymmetry {asymmetry:.1e}",
                difference.value, difference.step
            )?;
        }
        write!(f, "; checked at {}", self.site)
    }
}

/// Checks the second derivatives of `f` at the inputs `at`: Hessian-vector products against central
/// differences of the gradient, and the symmetry of the Hessian.
///
/// `f` is a [`Function`](crate::Function) for numbers and named numbers, an
/// [`ArrayFunction`](crate::ArrayFunction) for arrays.
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
/// # Panics
/// If `f` returns an array with more than one element.
///
/// # Cost
/// One Hessian-vector product and 24 gradients for each element of the inputs.
#[track_caller]
pub fn gradgradcheck<I: CheckInput>(f: &impl CheckFunction<I>, at: &[I]) -> GradgradcheckReport {
    let x = I::elements(at);
    let n = x.len();
    let unit = |i: usize| (0..n).map(|j| if i == j { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
    let rows: Vec<Vec<f64>> = (0..n).map(|i| f.hessian_product(at, &unit(i))).collect();
    let mut comparisons = Vec::with_capacity(n * n);
    for i in 0..n {
        let mut moved = x.clone();
        let mut gradient = |value: f64| {
            moved[i] = value;
            f.gradient(at, &moved)
        };
        for (j, difference) in differences(&mut gradient, x[i]).into_iter().enumerate() {
            let (exact, transposed) = (rows[i][j], rows[j][i]);
            comparisons.push(SecondComparison { inputs: [i, j], exact, transposed, difference });
        }
    }
    GradgradcheckReport { comparisons, site: Location::caller() }
}
