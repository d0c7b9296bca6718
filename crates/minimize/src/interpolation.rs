//! Estimates of the minimum of a function of one variable, from values and slopes at two steps.

/// A step along a direction, with the value and the slope there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) step: f64,
    pub(crate) value: f64,
    pub(crate) slope: f64,
}

/// A step between `low` and `high`: the minimum of the cubic through both, kept away from the ends. `low`
/// has the lower value and falls towards `high`.
///
/// If the value at `high` is infinite, the step is a tenth of the way when `low` is the start, and half of
/// it otherwise.
pub(crate) fn between(low: &Sample, high: &Sample) -> f64 {
    let width = high.step - low.step;
    let fraction = if high.value.is_finite() {
        (cubic_minimum(low, high) - low.step) / width
    } else if low.step == 0.0 {
        0.1
    } else {
        0.5
    };
    low.step + if fraction.is_nan() { 0.5 } else { fraction.clamp(0.001, 0.9) } * width
}

/// A step beyond `at`, where the function falls, as it did at `before`: the minimum of the cubic, or the
/// zero of the line through both slopes, whichever is farther, but at most ten times the distance from
/// `before` to `at` ahead.
pub(crate) fn beyond(before: &Sample, at: &Sample) -> f64 {
    let farthest = at.step + 10.0 * (at.step - before.step);
    if at.slope.abs() >= before.slope.abs() {
        return farthest;
    }
    let trial = f64::max(slope_zero(before, at), cubic_minimum(before, at));
    if trial > at.step { trial.min(farthest) } else { farthest }
}

/// The minimum of the cubic with the values and slopes of `a` and `b`; NaN if it has none.
fn cubic_minimum(a: &Sample, b: &Sample) -> f64 {
    let width = b.step - a.step;
    let theta = 3.0 * (a.value - b.value) / width + a.slope + b.slope;
    // Scaled by the largest term: slopes of 1e200 would overflow when squared.
    let size = theta.abs().max(a.slope.abs()).max(b.slope.abs());
    let under_root = (theta / size).powi(2) - (a.slope / size) * (b.slope / size);
    let root = size * under_root.max(0.0).sqrt().copysign(width);
    a.step + width * (root - a.slope + theta) / (2.0 * root - a.slope + b.slope)
}

/// The step at which the line through both slopes is zero.
fn slope_zero(a: &Sample, b: &Sample) -> f64 {
    b.step - b.slope * (b.step - a.step) / (b.slope - a.slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(step: f64, f: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64) -> Sample {
        Sample { step, value: f(step), slope: slope(step) }
    }

    #[test]
    fn the_minimum_of_a_cubic_is_found_exactly() {
        // t^3 / 3 - t has its minimum at 1.
        let at = |t| sample(t, |t: f64| t.powi(3) / 3.0 - t, |t: f64| t * t - 1.0);
        for (a, b) in [(0.0, 1.5), (0.5, 3.0), (1.25, 0.75), (0.9, 1.5)] {
            let trial = between(&at(a), &at(b));
            assert!((trial - 1.0).abs() < 1e-14, "{a} {b}: {trial}");
        }
    }

    #[test]
    fn a_step_beyond_is_the_farther_of_the_two_estimates() {
        // The minimum of the cubic is 1; the slopes -15/16 and -3/4 are on a line that is 0 at 3/2.
        let at = |t| sample(t, |t: f64| t.powi(3) / 3.0 - t, |t: f64| t * t - 1.0);
        let ahead = beyond(&at(0.25), &at(0.5));
        assert!((ahead - 1.5).abs() < 1e-14, "{ahead}");
    }

    #[test]
    fn slopes_whose_squares_overflow_can_be_interpolated() {
        let at = |t| sample(t, |t: f64| 1e200 * (t - 1.0).powi(2), |t: f64| 2e200 * (t - 1.0));
        let trial = between(&at(0.0), &at(1.5));
        assert!((trial - 1.0).abs() < 1e-14, "{trial}");
    }

    #[test]
    fn an_infinite_value_shortens_the_first_step_to_a_tenth_and_later_ones_to_half() {
        let wall = Sample { step: 1.0, value: f64::INFINITY, slope: f64::NAN };
        let low = |step| Sample { step, value: 0.0, slope: -1.0 };
        assert_eq!((between(&low(0.0), &wall), between(&low(0.5), &wall)), (0.1, 0.75));
    }

    #[test]
    fn a_step_beyond_is_at_most_ten_times_the_last_distance() {
        let steepening = |t| sample(t, |t: f64| -t * t, |t: f64| -2.0 * t);
        assert_eq!(beyond(&steepening(1.0), &steepening(2.0)), 12.0);
        let flattening = |t| sample(t, |t: f64| -0.999 * t, |t: f64| -1.0 + 0.001 * t);
        assert_eq!(beyond(&flattening(0.0), &flattening(1.0)), 11.0);
    }
}
