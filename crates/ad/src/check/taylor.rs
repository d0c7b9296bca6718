//! Order of the remainder of the linear approximation.

use super::difference::differences;
use super::input::CheckInput;
use super::precision::Precision;
use super::verdict::{TOLERANCE, Verdict, judge};
use std::fmt;

/// The decay of the remainder `|f(x + t v) - f(x) - t <g, v>|` as `t` shrinks.
#[derive(Clone, Debug, PartialEq)]
pub struct TaylorReport {
    /// The steps `t` with their remainders, from the longest step to the shortest. Steps at which the
    /// function is not finite are left out.
    pub remainders: Vec<(f64, f64)>,
    /// The exponent `p` with which the remainder falls as `t^p` at the shortest steps at which it is
    /// clear of rounding; `None` if no such law is visible, as for a linear function.
    pub order: Option<f64>,
    verdict: Verdict,
}

/// The order is 2 for a right gradient, 1 for a wrong one.
const SMALLEST_ORDER: f64 = 1.8;

/// The number of steps that are always tried.
const STEPS: usize = 24;

/// The number of steps within rounding after which shorter ones are left out.
const ENOUGH: usize = 8;

/// The number of consecutive ratios of remainders that must show the same order.
const WINDOW: usize = 4;

/// One step of the test.
struct Step {
    t: f64,
    remainder: f64,
    /// The remainder that rounding alone may leave.
    rounding: f64,
}

impl Step {
    fn is_clear(&self) -> bool {
        self.remainder > 16.0 * self.rounding
    }
}

/// A function along a line through a point.
struct Line<'f> {
    /// The value at the distance `t`.
    value_at: &'f dyn Fn(f64) -> f64,
    /// The derivative with respect to `t` at 0, which is tested.
    slope: f64,
    /// The error of the slope if derivatives with respect to elements are below the smallest number.
    slope_rounding: f64,
    /// The distance along which the largest element changes by its own size, or by 1 if that is more.
    long: f64,
    /// The distance along which some element changes by its own size.
    short: f64,
    precision: Precision,
}

impl TaylorReport {
    fn of(line: &Line<'_>) -> Self {
        let steps = line.steps();
        let order = order(&steps);
        let confirms =
            |step: &Step| step.remainder + step.rounding <= TOLERANCE * (step.t * line.slope).abs();
        let verdict = match order {
            Some(order) if order >= SMALLEST_ORDER => Verdict::Passed,
            None if steps.iter().any(confirms) => Verdict::Passed,
            _ => line.verdict_of_differences(),
        };
        let remainders = steps.iter().map(|step| (step.t, step.remainder)).collect();
        Self { remainders, order, verdict }
    }

    /// The verdict of the test: [`Passed`](Verdict::Passed) if the remainder falls as `t^2`, or is below
    /// [`TOLERANCE`] of `t <g, v>` without a clear law; otherwise
    /// [`Failed`](Verdict::Failed) if the differences along the direction converge to another slope, and
    /// [`CannotTell`](Verdict::CannotTell) if they do not, as on a kink.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Whether the [verdict](Self::verdict) is that the gradient is right.
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Passed
    }
}

impl Line<'_> {
    /// Halved steps, until the remainder is within rounding or the elements do not change any more.
    fn steps(&self) -> Vec<Step> {
        let value = (self.value_at)(0.0);
        let (mut steps, mut t): (Vec<Step>, f64) = (Vec::new(), 0.1 * self.long);
        let mut tried = 0;
        while tried < STEPS || t >= self.precision.epsilon * self.short {
            let y = (self.value_at)(t);
            let linear = t * self.slope;
            let remainder = (y - value - linear).abs();
            let size = value.abs().max(y.abs()).max(linear.abs());
            let rounding = 8.0 * (self.precision.epsilon * size).max(self.precision.smallest);
            let rounding = rounding + t * self.slope_rounding;
            if remainder.is_finite() {
                steps.push(Step { t, remainder, rounding });
            }
            tried += 1;
            let clear = steps.iter().rev().take(ENOUGH).any(Step::is_clear);
            if tried >= STEPS && steps.len() >= ENOUGH && !clear {
                break;
            }
            t *= 0.5;
        }
        steps
    }

    fn verdict_of_differences(&self) -> Verdict {
        // Around 1, so that the steps end where the elements do not change any more.
        let mut value = |s: f64| vec![(self.value_at)((s - 1.0) * self.short)];
        let mut difference = differences(&mut value, 1.0, self.precision)[0];
        difference.value /= self.short;
        difference.uncertainty = difference.uncertainty / self.short + self.slope_rounding;
        judge(self.slope, &difference)
    }
}

/// The order at the shortest steps that show one: in a window of consecutive steps with clear remainders,
/// the slope in a doubly logarithmic plot is the same and not that of noise, which is 0.
fn order(steps: &[Step]) -> Option<f64> {
    let windows = steps.windows(WINDOW + 1).rev();
    windows.filter(|window| window.iter().all(Step::is_clear)).find_map(|window| {
        let ratio =
            |pair: &[Step]| (pair[0].remainder / pair[1].remainder).log2() / (pair[0].t / pair[1].t).log2();
        let orders: Vec<f64> = window.windows(2).map(ratio).collect();
        let mean = orders.iter().sum::<f64>() / orders.len() as f64;
        let is_law = mean > 0.7 && orders.iter().all(|order| (order - mean).abs() < 0.25);
        is_law.then_some(mean)
    })
}

impl fmt::Display for TaylorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Taylor test {}: ", self.verdict)?;
        match self.order {
            Some(order) => write!(f, "the remainder falls as t^{order:.2}"),
            None if self.passed() => f.write_str("the function is linear here, there is no remainder"),
            None => f.write_str("no power of t describes the remainder"),
        }
    }
}

/// Tests the gradient of `f` at the inputs `at` along `direction`: `|f(x + t v) - f(x) - t <g, v>|`
/// must fall as `t^2`.
///
/// Unlike a central difference, the test has no step to choose; with a wrong gradient the remainder
/// falls as `t`. The steps follow the size of the inputs and of the direction. The inputs are numbers,
/// named numbers or arrays (see [`CheckInput`]), and `direction` has the same form.
///
/// ```
/// use wengert_ad::{Elementary, check::taylor_test};
///
/// let report = taylor_test(|v| v[0].exp() * v[1], &[0.3, 2.0], &[1.0, -1.0]);
/// assert!(report.passed(), "{report}");
/// ```
///
/// # Panics
/// If the shapes of `direction` differ from those of `at`, or `f` returns an array with more than
/// one element.
///
/// # Cost
/// About 30 evaluations; if no order 2 shows, those of a [`difference`](super::difference) too.
#[track_caller]
pub fn taylor_test<I: CheckInput>(
    f: impl for<'t> Fn(&'t [I::Variable<'t>]) -> I::Variable<'t>,
    at: &[I],
    direction: &[I],
) -> TaylorReport {
    let (have, want) = (direction.len(), at.len());
    assert!(have == want, "taylor_test: there are {want} inputs, the direction has {have} components");
    for (i, (x, v)) in at.iter().zip(direction).enumerate() {
        let (have, want) = (v.shape(), x.shape());
        assert!(have == want, "taylor_test: input {i} has shape {want:?}, its direction {have:?}");
    }
    let (x, v) = (I::elements(at), I::elements(direction));
    // A zero component of the direction contributes nothing, even if the derivative is not finite.
    let terms = I::gradient(&f, at, &x).into_iter().zip(&v).filter(|&(_, &v)| v != 0.0);
    let slope = terms.map(|(g, v)| g * v).sum();
    let slope_rounding = v.iter().map(|v| 8.0 * I::PRECISION.smallest * v.abs()).sum();
    let largest = |list: &[f64]| list.iter().map(|x| x.abs()).fold(0.0, f64::max);
    let (size, speed) = (largest(&x), largest(&v));
    let per_speed = |size: f64| if speed > 0.0 { size / speed } else { size };
    let own = x.iter().zip(&v).filter(|&(&x, &v)| x != 0.0 && v != 0.0).map(|(x, v)| (x / v).abs());
    let long = per_speed(size.max(1.0));
    let value_at = |t: f64| {
        let moved: Vec<f64> = x.iter().zip(&v).map(|(x, v)| x + t * v).collect();
        I::value(&f, at, &moved)
    };
    let short = own.fold(long, f64::min);
    let precision = I::PRECISION;
    TaylorReport::of(&Line { value_at: &value_at, slope, slope_rounding, long, short, precision })
}
