//! Means of draws from a finite population, which is what mini-batches are.

use rand::rngs::StdRng;
use rand::seq::index;
use rand::{RngExt, SeedableRng};

/// Whether a number that was drawn can be drawn again.
///
/// ```
/// use wengert_lab::Sampling;
///
/// // The population's variance is 2/3; two of three numbers, drawn one after another, and all three.
/// let numbers = [1.0, 2.0, 3.0];
/// assert_eq!(Sampling::WithReplacement.variance_of_mean(&numbers, 2), 1.0 / 3.0);
/// assert_eq!(Sampling::WithoutReplacement.variance_of_mean(&numbers, 2), 1.0 / 6.0);
/// assert_eq!(Sampling::WithoutReplacement.variance_of_mean(&numbers, 3), 0.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// It can: the draws are independent.
    WithReplacement,
    /// It can't: an epoch of mini-batches.
    WithoutReplacement,
}

impl Sampling {
    /// The variance of the mean of `k = draws` numbers of a population of `N`: `s2 / k` with replacement, and `(s2 / k) (N -
    /// k) / (N - 1)` without, `s2` being the variance of the population (its sum of squares over `N`).
    ///
    /// # Panics
    /// If the population is empty; if there are no draws, or without replacement more than the population has.
    #[track_caller]
    pub fn variance_of_mean(self, population: &[f64], draws: usize) -> f64 {
        self.expect_draws(population, draws);
        let (n, k, mean) = (population.len() as f64, draws as f64, mean(population));
        let variance = population.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        match self {
            Self::WithReplacement => variance / k,
            // One number alone has no variance.
            Self::WithoutReplacement if n == 1.0 => 0.0,
            Self::WithoutReplacement => variance / k * (n - k) / (n - 1.0),
        }
    }

    /// The same by trying: the mean square of the error of the mean of `draws` numbers, over `trials` trials.
    ///
    /// # Panics
    /// As [`variance_of_mean`](Self::variance_of_mean), or if there are no trials.
    #[track_caller]
    pub fn measured_variance(self, population: &[f64], draws: usize, trials: usize, seed: u64) -> f64 {
        self.expect_draws(population, draws);
        assert!(trials > 0, "measured variance: the number of trials is 0, must be at least 1");
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
    fn expect_draws(self, population: &[f64], draws: usize) {
        let n = population.len();
        let most = if self == Self::WithReplacement { usize::MAX } else { n };
        assert!(n > 0 && (1..=most).contains(&draws), "sampling: {draws} draws from {n} numbers");
    }
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}
