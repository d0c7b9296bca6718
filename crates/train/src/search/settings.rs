//! Settings to search: grids and random samples.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// All pairs of a value of `first` and a value of `second`, for a grid search. A grid over more
/// dimensions is a grid of pairs.
///
/// ```
/// assert_eq!(wengert_train::grid(&[1, 2], &['a', 'b']), [(1, 'a'), (1, 'b'), (2, 'a'), (2, 'b')]);
/// ```
pub fn grid<A: Clone, B: Clone>(first: &[A], second: &[B]) -> Vec<(A, B)> {
    first.iter().flat_map(|a| second.iter().map(move |b| (a.clone(), b.clone()))).collect()
}

/// `count` random settings for a random search (Bergstra and Bengio 2012); `setting` samples one.
/// The same seed gives the same settings.
///
/// ```
/// use wengert_train::random_settings;
/// let settings =
///     random_settings(20, 7, |sampler| (sampler.log_uniform(1e-4, 1e-1), *sampler.choice(&[16, 64, 256])));
/// assert!(settings.iter().all(|(rate, _)| (1e-4..1e-1).contains(rate)));
/// ```
pub fn random_settings<S>(
    count: usize,
    seed: u64,
    mut setting: impl FnMut(&mut SettingSampler) -> S,
) -> Vec<S> {
    let mut sampler = SettingSampler(StdRng::seed_from_u64(seed));
    (0..count).map(|_| setting(&mut sampler)).collect()
}

/// Samples the components of random settings.
#[derive(Debug)]
pub struct SettingSampler(StdRng);

impl SettingSampler {
    /// A number from the uniform distribution on `[low, high)`.
    ///
    /// # Panics
    /// If `low` is not below `high`.
    #[track_caller]
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        assert!(low < high, "uniform: the interval [{low}, {high}) is empty; give low < high");
        self.0.random_range(low..high)
    }

    /// A number in `[low, high]` whose logarithm is uniformly distributed: for learning rates and
    /// strengths of penalties.
    ///
    /// # Panics
    /// If `low` is not positive, or not below `high`.
    #[track_caller]
    pub fn log_uniform(&mut self, low: f64, high: f64) -> f64 {
        assert!(low > 0.0, "log_uniform: the lower end is {low}, must be in (0, inf)");
        self.uniform(low.ln(), high.ln()).exp().clamp(low, high)
    }

    /// One of the choices, each with the same probability.
    ///
    /// # Panics
    /// If there are no choices.
    #[track_caller]
    pub fn choice<'a, C>(&mut self, choices: &'a [C]) -> &'a C {
        assert!(!choices.is_empty(), "choice: there are no choices; give at least one");
        &choices[self.0.random_range(0..choices.len())]
    }
}
