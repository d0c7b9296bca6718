//! Central differences whose step is found, not guessed.

/// A derivative by a central difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The derivative; NaN if the function has no finite values around the point.
    pub value: f64,
    /// The step `h` of `(f(x + h) - f(x - h)) / 2h`.
    pub step: f64,
    /// How far off the rounding of the function's values alone may have put it.
    pub rounding: f64,
}

/// The steps, as powers of ten of `max(1, |x|)`: from far too long to far too short.
const DECADES: std::ops::RangeInclusive<i32> = 1..=12;

/// The derivative of `f` at `x` by central differences.
///
/// With a long step the curvature is felt (an error of order `h^2`), with a short one the rounding (of order `eps / h`).
/// Steps over twelve decades are tried, and that one is taken where two neighbours agree best, rounding allowed for: the
/// middle of the plateau. The derivative that is to be checked has no part in the choice.
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
    differences(|x| vec![f(x)], x)[0]
}

/// The derivatives of several functions at once.
pub(super) fn differences(mut f: impl FnMut(f64) -> Vec<f64>, x: f64) -> Vec<Difference> {
    let samples: Vec<Sample> = DECADES
        .map(|decade| {
            let h = x.abs().max(1.0) * 10_f64.powi(-decade);
            let (low, high) = (x - h, x + h);
            Sample { step: h, width: high - low, low: f(low), high: f(high) }
        })
        .collect();
    (0..samples[0].low.len()).map(|i| plateau(&samples, i)).collect()
}

struct Sample {
    step: f64,
    width: f64,
    low: Vec<f64>,
    high: Vec<f64>,
}

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
