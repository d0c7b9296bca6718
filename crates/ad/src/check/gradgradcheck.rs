//! Checks of second derivatives.

use super::difference::differences;
use super::estimate::Difference;
use super::function::CheckFunction;
use super::input::CheckInput;
use super::kinks::Kink;
use super::precision::Precision;
use super::verdict::{TOLERANCE, Verdict, excess, excess_between_modes, judge, relative_error};
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
    /// `|exact - difference| / max(|exact|, |difference|)`; 0 if both are equal, infinite if either is
    /// not finite.
    pub fn error(&self) -> f64 {
        relative_error(self.exact, self.difference.value)
    }

    /// The relative error against the transposed entry, defined like [`error`](Self::error).
    pub fn asymmetry(&self) -> f64 {
        relative_error(self.exact, self.transposed)
    }

    /// Whether the results agree: the transposed entry to [`ROUNDING`](super::ROUNDING), the difference
    /// to [`TOLERANCE`] plus its uncertainty. A difference whose uncertainty is more than 1 % of the
    /// derivative cannot tell.
    pub fn verdict(&self) -> Verdict {
        let is_symmetric = self.asymmetry_excess() <= 1.0;
        if is_symmetric { judge(self.exact, &self.difference) } else { Verdict::Failed }
    }

    /// The larger of the two errors, in units of the largest that is allowed.
    fn excess(&self) -> f64 {
        excess(self.exact, &self.difference).max(self.asymmetry_excess())
    }

    fn asymmetry_excess(&self) -> f64 {
        let tolerance = Precision::DOUBLE.tolerance_between_modes();
        excess_between_modes(self.exact, self.transposed, tolerance, &self.difference)
    }
}

/// The result of a check of second derivatives: one comparison per pair of elements.
#[derive(Clone, Debug, PartialEq)]
pub struct GradgradcheckReport {
    /// The comparisons, row by row of the Hessian.
    pub comparisons: Vec<SecondComparison>,
    /// The operations whose second derivatives are a convention, on which the Hessian should not rely
    /// without a look: those with an operand exactly on a kink, such as `hypot` at (0, 0), also where the
    /// function as a whole is smooth, as `hypot(x, y)^2` is; and those with a partial that is not
    /// continuous, such as `x^y` at (0, 1). They do not change the verdict.
    pub kinks: Vec<Kink>,
    /// The line of code that called the check.
    pub site: &'static Location<'static>,
}

impl GradgradcheckReport {
    /// The comparison with the worst verdict, among these the one with the largest error relative to
    /// its tolerance; `None` for a function without inputs.
    pub fn worst(&self) -> Option<SecondComparison> {
        let key = |comparison: &SecondComparison| (comparison.verdict(), comparison.excess());
        self.comparisons.iter().copied().max_by(|a, b| {
            let ((verdict_a, excess_a), (verdict_b, excess_b)) = (key(a), key(b));
            verdict_a.cmp(&verdict_b).then(excess_a.total_cmp(&excess_b))
        })
    }

    /// The verdict of the check.
    ///
    /// - [`Failed`](Verdict::Failed) if one second derivative is wrong, or the Hessian is not symmetric.
    /// - Otherwise [`CannotTell`](Verdict::CannotTell) if the differences leave one entry open that is
    ///   not certain to [`TOLERANCE`] of the largest entry, as on a kink of the gradient.
    /// - Otherwise [`Passed`](Verdict::Passed).
    pub fn verdict(&self) -> Verdict {
        let sizes = self.comparisons.iter().map(|comparison| comparison.exact.abs());
        let largest = sizes.filter(|size| size.is_finite()).fold(0.0, f64::max);
        let is_negligible =
            |comparison: &SecondComparison| comparison.difference.uncertainty <= TOLERANCE * largest;
        let counted = |comparison: &SecondComparison| match comparison.verdict() {
            Verdict::CannotTell if is_negligible(comparison) => Verdict::Passed,
            verdict => verdict,
        };
        self.comparisons.iter().map(counted).max().unwrap_or(Verdict::Passed)
    }

    /// Whether the [verdict](Self::verdict) is that all second derivatives are right. A check whose
    /// differences cannot tell has not passed, but it has not failed either.
    pub fn passed(&self) -> bool {
        self.verdict() == Verdict::Passed
    }
}

impl fmt::Display for GradgradcheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "gradgradcheck {}: {} second derivatives", self.verdict(), self.comparisons.len())?;
        if let Some(worst) = self.worst() {
            let SecondComparison { inputs: [i, j], exact, transposed, difference } = worst;
            let (error, asymmetry) = (worst.error(), worst.asymmetry());
            write!(
                f,
                ", worst with respect to inputs {i} and {j}: forward over reverse {exact:e}, \
                 difference {:e} (step {:.0e}, uncertainty {:.0e}), error \
                 {error:.1e}, transposed {transposed:e}, asymmetry {asymmetry:.1e}",
                difference.value, difference.step, difference.uncertainty
            )?;
        }
        write!(f, "; checked at {}", self.site)?;
        for kink in &self.kinks {
            write!(f, "\n  {kink}")?;
        }
        Ok(())
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
/// One Hessian-vector product and about 31 gradients for each element of the inputs.
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
        for (j, difference) in differences(&mut gradient, x[i], I::PRECISION).into_iter().enumerate() {
            let (exact, transposed) = (rows[i][j], rows[j][i]);
            comparisons.push(SecondComparison { inputs: [i, j], exact, transposed, difference });
        }
    }
    GradgradcheckReport { comparisons, kinks: f.second_order_kinks(at), site: Location::caller() }
}
