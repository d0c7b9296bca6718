//! A learning rate from a short run with rising rates.

use std::fmt;

use wengert_kernels::validate::{assert_below_one, assert_positive};

/// A sweep of learning rates from low to high, one a step, and what it says about a good one.
///
/// Source: Smith 2017, section 3.3 (the "range test"). The rates rise exponentially; the losses are averaged with
/// weights that fall by `beta` a step, corrected for bias. The suggestion is the rate at which the averaged loss
/// falls fastest against the logarithm of the rate. The sweep is over as soon as a loss is not finite, or the average
/// is 4 times its smallest so far.
///
/// ```
/// use wengert_optim::{Optimizer, RateFinder, Sgd};
///
/// let mut finder = RateFinder::new(1e-4, 1e2, 100);
/// let (mut w, mut sgd) = ([1.0_f64], Sgd::new(0.0));
/// while let Some(rate) = finder.next_rate() {
///     finder.record(0.5 * w[0] * w[0]); // the loss in front of the step
///     sgd.set_learning_rate(rate);
///     let gradient = w;
///     sgd.step(&mut w, &gradient);
/// }
/// let rate = finder.suggestion()?;
/// assert!((0.01..2.0).contains(&rate)); // stable below 2
/// # Ok::<(), wengert_optim::NoSuggestion>(())
/// ```
///
/// Start from fresh parameters, and again after the sweep: it leaves them anywhere.
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
pub enum NoSuggestion {
    /// There are fewer than three finite losses.
    TooFew(usize),
    /// The averaged loss falls nowhere.
    NoDescent,
}

impl fmt::Display for NoSuggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew(count) => {
                write!(f, "{count} finite losses are too few to suggest a rate from, 3 would do; begin lower")
            }
            Self::NoDescent => f.write_str(
                "the loss falls at none of the rates; begin lower, or check the sign of the gradient",
            ),
        }
    }
}

impl std::error::Error for NoSuggestion {}

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

    /// The weight of a loss relative to that of the next, in the average; 0 takes the losses as they are.
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

    /// Rate number `i` of the sweep: `lowest (highest / lowest)^(i / (steps - 1))`.
    #[must_use]
    pub fn rate(&self, i: usize) -> f64 {
        self.lowest * (self.highest / self.lowest).powf(i as f64 / (self.steps - 1) as f64)
    }

    /// The rate to try next, as long as the sweep is not over.
    #[must_use]
    pub fn next_rate(&self) -> Option<f64> {
        (!self.over && self.tried.len() < self.steps).then(|| self.rate(self.tried.len()))
    }

    /// Takes the loss in front of the step with the rate that [`next_rate`](RateFinder::next_rate) gave.
    ///
    /// # Panics
    /// If the sweep is over.
    #[track_caller]
    pub fn record(&mut self, loss: f64) {
        let rate = self.next_rate().expect("RateFinder: the sweep is over; ask next_rate first");
        self.tried.push((rate, loss));
        let averaged = averaged(&self.tried, self.beta);
        let least = averaged.iter().map(|(_, loss)| *loss).fold(f64::INFINITY, f64::min);
        let last = averaged.last().map_or(f64::INFINITY, |(_, loss)| *loss);
        self.over = !loss.is_finite() || last > 4.0 * least.abs() + f64::EPSILON;
    }

    /// The rates tried so far, each with the loss in front of its step: to be drawn.
    #[must_use]
    pub fn tried(&self) -> &[(f64, f64)] {
        &self.tried
    }

    /// The rate at which the averaged loss falls fastest.
    ///
    /// # Errors
    /// If there are too few losses, or none is below the one before.
    pub fn suggestion(&self) -> Result<f64, NoSuggestion> {
        suggest_rate(&self.tried, self.beta)
    }
}

/// The rate at which the averaged loss falls fastest against the logarithm of the rate, from pairs of a rate and
/// the loss in front of its step; `beta` is the [`smoothing`](RateFinder::smoothing).
///
/// Losses behind the first one that is not finite are left out.
///
/// # Errors
/// If there are too few losses, or the average falls nowhere.
pub fn suggest_rate(tried: &[(f64, f64)], beta: f64) -> Result<f64, NoSuggestion> {
    let averaged = averaged(tried, beta);
    if averaged.len() < 3 {
        return Err(NoSuggestion::TooFew(averaged.len()));
    }
    let slopes = averaged.windows(3).map(|around| {
        let ((low, before), (high, behind)) = (around[0], around[2]);
        (around[1].0, (behind - before) / (high / low).ln())
    });
    let (rate, slope) =
        slopes.min_by(|left, right| left.1.total_cmp(&right.1)).expect("three losses have a slope");
    if slope < 0.0 { Ok(rate) } else { Err(NoSuggestion::NoDescent) }
}

/// The running averages, up to the first loss that is not finite.
fn averaged(tried: &[(f64, f64)], beta: f64) -> Vec<(f64, f64)> {
    let (mut sum, mut weight) = (0.0, 0.0);
    tried
        .iter()
        .take_while(|(_, loss)| loss.is_finite())
        .map(|&(rate, loss)| {
            sum = beta * sum + loss;
            weight = beta * weight + 1.0;
            (rate, sum / weight)
        })
        .collect()
}
