//! Central differences with an adaptive step.

/// A derivative estimated by a central difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The derivative; NaN if the function has no finite values around the point.
    pub value: f64,
    /// The step `h` of `(f(x + h) - f(x - h)) / 2h`.
    pub step: f64,
    /// The size of the error that the rounding of the function's values may cause.
    pub rounding: f64,
}

/// The exponents `k` of the steps `10^-k max(1, |x|)`, from far too long to far too short.
const DECADES: std::ops::RangeInclusive<i32> = 1..=12;

/// The derivative of `f` at `x` by central differences.
///
/// A long step has a truncation error of order `h^2`, a short one a rounding error of order
/// `eps / h`. The function tries steps over twelve decades and takes the one where two neighbours
/// agree best, taking rounding into account: the middle of the plateau. The choice does not depend
/// on the derivative under test.
///
/// ```
/// let d = wengert_ad::check::difference(f64::exp, 1.0);
/// assert!((d.value - 1_f64.exp()).abs() < 1e-9);
/// assert!((1e-6..1e-3).contains(&d.step));
/// ```
///
/// # Cost
/// 24 evaluations.
pub fn difference(mut f: impl FnMut(f64) -> f64, x: f64) -> Difference {
    differences(&mut |x| vec![f(x)], x)[0]
}

/// The derivatives of all components of a vector-valued function.
pub(super) fn differences(f: &mut dyn FnMut(f64) -> Vec<f64>, x: f64) -> Vec<Difference> {
    let samples: Vec<Sample> = DECADES
        .map(|decade| {
            let h = x.abs().max(1.0) * 10_f64.powi(-decade);
            let (low, high) = (x - h, x + h);
            Sample { step: h, width: high - low, low: f(low), high: f(high) }
        })
        .collect();
    (0..samples[0].low.len()).map(|i| plateau(&samples, i)).collect()
}

/// The values of the function on both sides of the point.
struct Sample {
    step: f64,
    /// The exact distance of the two points, after rounding.
    width: f64,
    low: Vec<f64>,
    high: Vec<f64>,
}

/// The difference of component `i` in the middle of the plateau.
fn plateau(samples: &[Sample], i: usize) -> Difference {
    let at = |sample: &Sample| {
        let (low, high) = (sample.low[i], sample.high[i]);
        let rounding = f64::EPSILON * low.abs().max(high.abs()) / sample.step;
        Difference { value: (high - low) / sample.width, step: sample.step, rounding }
    };
    let mut best = Difference { value: f64::NAN, step: f64::NAN, rounding: f64::INFINITY };
    let mut least = f64::INFINITY;
    for pair in samples.windows(2) {
        let (longer, shorter) = (at(&pair[0]), at(&pair[1]));
        let doubt = (longer.value - shorter.value).abs() + shorter.rounding;
        if doubt < least {
            (best, least) = (shorter, doubt);
        }
    }
    best
}
