//! The variance of means of draws from a finite population, as in mini-batches.

use crate::statistics::mean;
use rand::rngs::StdRng;
use rand::seq::index;
use rand::{RngExt, SeedableRng};
use wengert_kernels::validate::assert_at_least_one;

/// Sampling with or without replacement.
///
/// ```
/// use wengert_lab::Sampling;
///
/// // The variance of the population is 2/3.
/// let numbers = [1.0, 2.0, 3.0];
/// assert_eq!(Sampling::WithReplacement.variance_of_mean(&numbers, 2), 1.0 / 3.0);
/// assert_eq!(Sampling::WithoutReplacement.variance_of_mean(&numbers, 2), 1.0 / 6.0);
/// assert_eq!(Sampling::WithoutReplacement.variance_of_mean(&numbers, 3), 0.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// A number can be drawn several times; the draws are independent.
    WithReplacement,
    /// A number can be drawn once, as in an epoch of mini-batches.
    WithoutReplacement,
}

impl Sampling {
    /// The variance of the mean of `k = draws` numbers from a population of `N` numbers with
    /// variance `s2` (the mean square deviation): `s2 / k` with replacement, and
    /// `(s2 / k) (N - k) / (N - 1)` without.
    ///
    /// # Panics
    /// If the population is empty, if `draws` is 0, or if there are more draws without replacement
    /// than numbers.
    #[track_caller]
    pub fn variance_of_mean(self, population: &[f64], draws: usize) -> f64 {
        self.assert_draws(population, draws);
        let (n, k, mean) = (population.len() as f64, draws as f64, mean(population));
        let variance = population.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        match self {
            Self::WithReplacement => variance / k,
            // 0/0: the mean of a single number has no variance.
            Self::WithoutReplacement if n == 1.0 => 0.0,
            Self::WithoutReplacement => variance / k * (n - k) / (n - 1.0),
        }
    }

    /// An estimate of [`variance_of_mean`](Self::variance_of_mean) by simulation: the mean square
    /// error of the mean of `draws` numbers over `trials` trials.
    ///
    /// # Panics
    /// As [`variance_of_mean`](Self::variance_of_mean), or if `trials` is 0.
    #[track_caller]
    pub fn simulated_variance(self, population: &[f64], draws: usize, trials: usize, seed: u64) -> f64 {
        self.assert_draws(population, draws);
        assert_at_least_one("simulated variance: the number of trials", trials as u64);
        let (truth, mut random) = (mean(population), StdRng::seed_from_u64(seed));
        let square = |_| (self.mean_of_draws(population, draws, &mut random) - truth).powi(2);
        (0..trials).map(square).sum::<f64>() / trials as f64
    }

    fn mean_of_draws(self, population: &[f64], draws: usize, random: &mut StdRng) -> f64 {
        let n = population.len();
        let sum: f64 = match self {
            Self::WithReplacement => (0..draws).map(|_| population[random.random_range(0..n)]).sum(),
            Self::WithoutReplacement => index::sample(random, n, draws).iter().map(|i| population[i]).sum(),
        };
        sum / draws as f64
    }

    #[track_caller]
    fn assert_draws(self, population: &[f64], draws: usize) {
        let n = population.len();
        let most = if self == Self::WithReplacement { usize::MAX } else { n };
        assert!(n > 0 && (1..=most).contains(&draws), "sampling: {draws} draws from {n} numbers");
    }
}
