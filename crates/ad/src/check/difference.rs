//! Central differences whose step and uncertainty are found from the values of the function.

use super::estimate::Difference;
use super::ladder::Ladder;
use super::precision::Precision;

/// The longest step, relative to `max(1, |x|)`, and the ratio of each step to the one before. Not powers of
/// ten: those of a large operand are multiples of the period of many functions.
const LONGEST: f64 = 0.0937;
const RATIO: f64 = 0.1043;

/// The shortest step if `x = 0`, where there is no natural scale.
const SHORTEST_AT_ZERO: f64 = 1e-40;

/// The number of decades by which the longest step grows where rounding hides the slope.
const DECADES_UP: usize = 12;

/// The derivative of `f` at `x` by central differences.
///
/// A long step has a truncation error of order `h^2`, a short one a rounding error of order
/// `eps / h`. The function tries steps of every decade, from `max(1, |x|) / 10` down to the distance of
/// adjacent numbers, and estimates the error of each from those of its neighbours: how much the
/// differences change from one step to the next, the rounding of the values of `f`, and the scatter of
/// shorter steps, which contains the rounding inside of `f`. It takes the step with the smallest
/// error, and does not use the derivative under test.
///
/// The differences do not converge, and the uncertainty is infinite, on a kink, at the edge of the
/// domain, at infinity, where the rounding of `f` hides its slope, and where steps of two sizes converge to
/// two slopes.
///
/// ```
/// use wengert_ad::check::difference;
///
/// let d = difference(f64::exp, 1.0);
/// assert!((d.value - 1_f64.exp()).abs() < d.uncertainty && d.uncertainty < 1e-7);
/// assert!((1e-7..1e-3).contains(&d.step));
/// // Steps follow the operand.
/// let d = difference(f64::recip, 1e-8);
/// assert!((d.value + 1e16).abs() < d.uncertainty && d.uncertainty < 1e9);
/// assert_eq!(difference(f64::abs, 0.0).uncertainty, f64::INFINITY);
/// assert_eq!(difference(f64::abs, f64::INFINITY).uncertainty, f64::INFINITY);
/// ```
///
/// # Cost
/// 13 evaluations where `f` is linear, in general about 31, and two more for each decade by which `|x|`
/// is below 1.
pub fn difference(mut f: impl FnMut(f64) -> f64, x: f64) -> Difference {
    differences(&mut |x| vec![f(x)], x, Precision::DOUBLE)[0]
}

/// The derivatives of all components of a vector-valued function.
pub(super) fn differences(
    f: &mut dyn FnMut(f64) -> Vec<f64>,
    x: f64,
    precision: Precision,
) -> Vec<Difference> {
    let mut ladders: Vec<Ladder> = f(x).into_iter().map(|centre| Ladder::new(x, centre, precision)).collect();
    if !x.is_finite() {
        return vec![Difference::UNKNOWN; ladders.len()];
    }
    let longest = LONGEST * x.abs().max(1.0);
    let shortest = if x == 0.0 { SHORTEST_AT_ZERO } else { 4.0 * precision.epsilon * x.abs() };
    let shortest = shortest.max(4.0 * precision.smallest);
    let mut step = longest;
    while step >= shortest && !ladders.iter().all(Ladder::is_complete) {
        add_rung(&mut ladders, f, x, step, precision);
        step *= RATIO;
    }
    step = longest;
    for _ in 0..DECADES_UP {
        if !ladders.iter().any(Ladder::needs_longer_steps) {
            break;
        }
        step /= RATIO;
        add_rung(&mut ladders, f, x, step, precision);
    }
    ladders.iter().map(Ladder::best).collect()
}

/// Evaluates `f` on both sides of `x`, unless one of them is beyond the largest number.
fn add_rung(
    ladders: &mut [Ladder],
    f: &mut dyn FnMut(f64) -> Vec<f64>,
    x: f64,
    step: f64,
    precision: Precision,
) {
    let [low, high] = [x - step, x + step].map(precision.nearest);
    if low.is_finite() && low < x && x < high && high.is_finite() {
        let (y_low, y_high) = (f(low), f(high));
        for (ladder, ys) in ladders.iter_mut().zip(y_low.into_iter().zip(y_high)) {
            ladder.add(step, [low, high], ys.into());
        }
    }
}
