//! Ranges of numbers to search.

use rand::RngExt;
use rand::rngs::StdRng;
use std::fmt;

/// The largest whole number in a range: all numbers up to it are exact.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A range of numbers, on a linear or a logarithmic scale.
///
/// ```
/// use wengert_train::Range;
///
/// assert_eq!(Range::log(1e-4, 1e-1).steps(4).to_string(), "log 0.0001 to 0.1 in 4 steps");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    low: f64,
    high: f64,
    log: bool,
    whole: bool,
    steps: Option<usize>,
}

impl Range {
    /// Numbers of `[low, high]`, each as likely as another.
    ///
    /// # Panics
    /// If an end is not finite, or if `low` is not below `high`.
    #[must_use]
    #[track_caller]
    pub fn linear(low: f64, high: f64) -> Self {
        assert!(
            low.is_finite() && high.is_finite() && low < high,
            "Range: the ends are {low} and {high}; give two finite numbers, the lower one first"
        );
        Self { low, high, log: false, whole: false, steps: None }
    }

    /// Numbers of `[low, high]` whose logarithms are each as likely as another: for learning rates and
    /// strengths of penalties.
    ///
    /// # Panics
    /// As [`linear`](Self::linear), or if `low` is not positive.
    #[must_use]
    #[track_caller]
    pub fn log(low: f64, high: f64) -> Self {
        assert!(low > 0.0, "Range: the lower end of a logarithmic scale is {low}, must be positive");
        Self { log: true, ..Self::linear(low, high) }
    }

    /// Only the whole numbers of the range.
    ///
    /// # Panics
    /// If an end is not a whole number, or is beyond 2^53.
    #[must_use]
    #[track_caller]
    pub fn whole(mut self) -> Self {
        for end in [self.low, self.high] {
            let is_whole = end.fract() == 0.0 && end.abs() <= LARGEST_WHOLE;
            assert!(is_whole, "Range: the end {end} is not a whole number of at most 2^53");
        }
        self.whole = true;
        self
    }

    /// The number of values in a grid, with the ends, at equal distances on the scale.
    ///
    /// # Panics
    /// If it is less than 2.
    #[must_use]
    #[track_caller]
    pub fn steps(mut self, steps: usize) -> Self {
        assert!(steps >= 2, "Range: {steps} steps; give at least 2, for both ends");
        self.steps = Some(steps);
        self
    }

    /// The lower end.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The upper end.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.high
    }

    /// Whether the scale is logarithmic.
    #[must_use]
    pub fn is_log(&self) -> bool {
        self.log
    }

    /// Whether the range has whole numbers only.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The values in a grid, as texts; `None` if the number of steps is not set.
    pub(super) fn grid(&self) -> Option<Vec<String>> {
        let steps = self.steps?;
        let mut values: Vec<String> =
            (0..steps).map(|i| self.text(self.at(i as f64 / (steps - 1) as f64, (0.0, 0.0)))).collect();
        // Whole numbers that are closer than the steps.
        values.dedup();
        Some(values)
    }

    /// A random value, as a text.
    pub(super) fn sample(&self, rng: &mut StdRng) -> String {
        let share: f64 = rng.random_range(0.0..1.0);
        // Each whole number stands for the interval around it, so that the ends are as likely as others.
        let beyond = if self.whole { 0.5 } else { 0.0 };
        self.text(self.at(share, (beyond, beyond)))
    }

    /// The number of values as whole numbers; `None` for others.
    pub(super) fn count(&self) -> Option<u128> {
        self.whole.then_some((self.high - self.low) as u128 + 1)
    }

    /// The number at this share of the way on the scale, of the range with an enlargement at both ends.
    fn at(&self, share: f64, (before, after): (f64, f64)) -> f64 {
        let (low, high) = (self.low - before, self.high + after);
        let between = |low: f64, high: f64| low * (1.0 - share) + high * share;
        if self.log { between(low.ln(), high.ln()).exp() } else { between(low, high) }
    }

    /// The number with four significant digits, so that commands and tables are readable, within the range.
    fn text(&self, x: f64) -> String {
        let rounded = if self.whole { x.round() } else { format!("{x:.3e}").parse().unwrap_or(x) };
        let within = rounded.clamp(self.low, self.high);
        // Without the sign of a zero.
        (within + 0.0).to_string()
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, high, log, whole, steps } = self;
        let (scale, kind) = (if *log { "log " } else { "" }, if *whole { ", whole numbers" } else { "" });
        write!(f, "{scale}{low} to {high}{kind}")?;
        steps.map_or(Ok(()), |steps| write!(f, " in {steps} steps"))
    }
}
