//! The learning-rate finder: a short run with rising rates.

use std::fmt;

use wengert_kernels::validate::{assert_below_one, assert_positive};

/// A sweep over learning rates from low to high, one per step, that suggests a good one.
///
/// Source: Smith 2017, section 3.3 (the "range test"). The rates rise exponentially. The losses are smoothed
/// by an exponential moving average with bias correction. The suggestion is the rate at which the smoothed
/// loss falls fastest as a function of the logarithm of the rate, apart from the first averages, which are of
/// few losses. The sweep ends when a loss is not finite, or when the average is more than 4 times its minimum
/// so far.
///
/// ```
/// use wengert_optim::{Optimizer, RateFinder, Sgd};
///
/// let mut finder = RateFinder::new(1e-4, 1e2, 100);
/// let (mut w, mut sgd) = ([1.0_f64], Sgd::new(0.0));
/// while let Some(rate) = finder.next_rate() {
///     finder.record(0.5 * w[0] * w[0]); // the loss before the step
///     sgd.set_learning_rate(rate);
///     let gradient = w;
///     sgd.step(&mut w, &gradient);
/// }
/// let rate = finder.suggestion()?;
/// assert!((0.01..2.0).contains(&rate)); // stable below 2
/// # Ok::<(), wengert_optim::SuggestRateError>(())
/// ```
///
/// Start from new parameters, and discard them after the sweep.
#[derive(Clone, Debug)]
pub struct RateFinder {
    lowest: f64,
    highest: f64,
    steps: usize,
    beta: f64,
    tried: Vec<(f64, f64)>,
    over: bool,
}

/// Why a sweep suggests no learning rate.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SuggestRateError {
    /// There are fewer than three finite losses.
    TooFewLosses {
        /// The number of finite losses.
        count: usize,
    },
    /// The smoothed loss falls at none of the rates.
    NoDescent,
}

impl fmt::Display for SuggestRateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewLosses { count } => {
                write!(
                    f,
                    "{count} finite losses are too few to suggest a rate, at least 3 are needed; begin lower"
                )
            }
            Self::NoDescent => f.write_str(
                "the loss falls at none of the rates; begin lower, or check the sign of the gradient",
            ),
        }
    }
}

impl std::error::Error for SuggestRateError {}

impl RateFinder {
    /// A sweep of `steps` rates from `lowest` to `highest`, each the same factor above the one before.
    ///
    /// # Panics
    /// If `lowest` is not positive, `highest` is not above it or not finite, or `steps` is below 3.
    #[must_use]
    #[track_caller]
    pub fn new(lowest: f64, highest: f64, steps: usize) -> Self {
        assert_positive("RateFinder: lowest rate", lowest);
        assert!(
            highest > lowest && highest.is_finite(),
            "RateFinder: highest rate is {highest}, must be in ({lowest}, inf)"
        );
        assert!(steps >= 3, "RateFinder: number of steps is {steps}, must be at least 3");
        Self { lowest, highest, steps, beta: 0.9, tried: Vec::with_capacity(steps), over: false }
    }

    /// Sets the decay rate of the moving average of the losses; 0 for no smoothing.
    ///
    /// # Panics
    /// If it is outside `[0, 1)`.
    #[must_use]
    #[track_caller]
    pub fn smoothing(mut self, beta: f64) -> Self {
        assert_below_one("RateFinder: beta", beta);
        self.beta = beta;
        self
    }

    /// Rate number `i` of the sweep: `lowest^(1 - t) highest^t` with `t = i / (steps - 1)`.
    #[must_use]
    pub fn rate(&self, i: usize) -> f64 {
        // The quotient of the two overflows for a sweep from 1e-200 to 1e200.
        let t = i as f64 / (self.steps - 1) as f64;
        self.lowest.powf(1.0 - t) * self.highest.powf(t)
    }

    /// The rate to try next; `None` when the sweep is over.
    #[must_use]
    pub fn next_rate(&self) -> Option<f64> {
        (!self.over && self.tried.len() < self.steps).then(|| self.rate(self.tried.len()))
    }

    /// Records the loss before the step with the rate that [`next_rate`](RateFinder::next_rate) returned.
    ///
    /// # Panics
    /// If the sweep is over.
    #[track_caller]
    pub fn record(&mut self, loss: f64) {
        let rate = self.next_rate().expect("RateFinder: the sweep is over; call next_rate first");
        self.tried.push((rate, loss));
        let smoothed = smoothed(&self.tried, self.beta);
        let least = smoothed.iter().map(|(_, loss)| *loss).fold(f64::INFINITY, f64::min);
        let last = smoothed.last().map_or(f64::INFINITY, |(_, loss)| *loss);
        let is_finite = smoothed.len() == self.tried.len();
        self.over = !is_finite || last > 4.0 * least.abs() + f64::EPSILON;
    }

    /// The rates tried so far, each with the loss before its step, to be drawn.
    #[must_use]
    pub fn tried(&self) -> &[(f64, f64)] {
        &self.tried
    }

    /// The rate at which the smoothed loss falls fastest.
    ///
    /// # Errors
    /// If there are fewer than three finite losses, or the smoothed loss falls nowhere.
    pub fn suggestion(&self) -> Result<f64, SuggestRateError> {
        suggest_rate(&self.tried, self.beta)
    }
}

/// The rate at which the smoothed loss falls fastest as a function of the logarithm of the rate, from pairs
/// of a rate and the loss before its step, in order of rising rates; `beta` is the
/// [`smoothing`](RateFinder::smoothing).
///
/// Losses from the first one on that is not finite, or whose average is not, are ignored.
///
/// # Errors
/// If there are fewer than three finite losses, or the smoothed loss falls nowhere.
pub fn suggest_rate(tried: &[(f64, f64)], beta: f64) -> Result<f64, SuggestRateError> {
    let smoothed = smoothed(tried, beta);
    if smoothed.len() < 3 {
        return Err(SuggestRateError::TooFewLosses { count: smoothed.len() });
    }
    let slopes = smoothed.windows(3).skip(unsettled(smoothed.len(), beta)).map(|around| {
        let ((low, before), (high, after)) = (around[0], around[2]);
        // Halved, because the difference of two finite losses may overflow.
        (around[1].0, (0.5 * after - 0.5 * before) / (high.ln() - low.ln()))
    });
    // Equal rates have an infinite slope, rates that are not positive have none: neither may win.
    let falls = slopes.filter(|(_, slope)| slope.is_finite() && *slope < 0.0);
    let steepest = falls.min_by(|left, right| left.1.total_cmp(&right.1));
    steepest.map(|(rate, _)| rate).ok_or(SuggestRateError::NoDescent)
}

/// The number of averages at the start that are of too few losses, whose noise would pass for a slope: those
/// of the time constant of the average, but at most an eighth of all.
fn unsettled(count: usize, beta: f64) -> usize {
    ((beta / (1.0 - beta)) as usize).min(count / 8)
}

/// The moving averages, up to the first loss or average that is not finite.
fn smoothed(tried: &[(f64, f64)], beta: f64) -> Vec<(f64, f64)> {
    let (mut sum, mut weight) = (0.0, 0.0);
    tried
        .iter()
        .take_while(|(_, loss)| loss.is_finite())
        .map(|&(rate, loss)| {
            sum = beta * sum + loss;
            weight = beta * weight + 1.0;
            (rate, sum / weight)
        })
        .take_while(|(_, average)| average.is_finite())
        .collect()
}
