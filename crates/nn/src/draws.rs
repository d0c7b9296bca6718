//! Random draws of layers.

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// The random numbers of one layer for one row of a batch in one training step.
///
/// They depend on the seed, the step, the layer and the row alone. A layer that draws all its random numbers
/// from here gives the same bits for any number of threads and however the batch is split. Most layers get
/// a tensor of draws from [`Bound::drawn`](crate::Bound::drawn), which asks for the draws of each row in
/// turn.
///
/// # Example: two layers of your own
///
/// ```
/// use wengert_ad::{Element, Tensor};
/// use wengert_nn::{Bound, Layout, Module, RandomSlot};
///
/// /// Adds normal noise to each element in training passes.
/// struct GaussianNoise {
///     random: RandomSlot,
///     deviation: f64,
/// }
///
/// impl GaussianNoise {
///     fn new(layout: &mut Layout, deviation: f64) -> Self {
///         Self { random: layout.random_slot(), deviation }
///     }
/// }
///
/// impl<T: Element> Module<T> for GaussianNoise {
///     fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
///         match p.drawn(self.random, &x.shape(), |draws| self.deviation * draws.normal()) {
///             Some(noise) => x + noise,
///             None => x, // an evaluation
///         }
///     }
/// }
///
/// /// Stochastic depth (Huang et al. 2016): skips the inner module for a share of the examples in training
/// /// passes, and shrinks its outputs to their expected value in evaluations.
/// struct StochasticDepth<M> {
///     random: RandomSlot,
///     skipped: f64,
///     inner: M,
/// }
///
/// impl<T: Element, M: Module<T>> Module<T> for StochasticDepth<M> {
///     fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
///         let (y, shape) = (self.inner.forward(p, x), x.shape());
///         // One draw for each example.
///         let kept = p.drawn(self.random, &[shape[0], 1], |draws| {
///             if draws.chance(self.skipped) { 0.0 } else { 1.0 }
///         });
///         match kept {
///             Some(kept) => x + y * kept.broadcast_to(&shape),
///             None => x + y * (1.0 - self.skipped),
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Draws(StdRng);

impl Draws {
    /// The draws with these four numbers as their key; equal keys give equal draws.
    pub(crate) fn keyed(numbers: [u64; 4]) -> Self {
        let mut key = [0; 32];
        for (bytes, number) in key.chunks_exact_mut(8).zip(numbers) {
            bytes.copy_from_slice(&number.to_le_bytes());
        }
        Self(StdRng::from_seed(key))
    }

    /// The draws for one row of the data in one epoch, for changes of examples at random: they depend on the
    /// three numbers alone, and are not those of any layer.
    #[must_use]
    pub fn for_row(seed: u64, epoch: u64, row: u64) -> Self {
        // No model has that many layers.
        Self::keyed([seed, epoch, u64::MAX, row])
    }

    /// 32 random bits.
    #[inline]
    pub fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Whether an event of this probability happens. Takes 32 random bits, so the probability is rounded
    /// down to a multiple of `2^-32`.
    ///
    /// # Panics
    /// If `probability` is not in `[0, 1]`.
    #[inline]
    #[track_caller]
    pub fn chance(&mut self, probability: f64) -> bool {
        let is_valid = (0.0..=1.0).contains(&probability);
        assert!(is_valid, "chance: the probability is {probability}, must be in [0, 1]");
        u64::from(self.bits()) < (probability * 2.0f64.powi(32)) as u64
    }

    /// A number from the uniform distribution on `[0, 1)`.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// A number from the standard normal distribution.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// A whole number from 0 to `count - 1`, each with the same probability.
    ///
    /// # Panics
    /// If `count` is 0.
    #[track_caller]
    pub fn below(&mut self, count: usize) -> usize {
        assert!(count > 0, "below: the count is 0, must be at least 1");
        self.0.random_range(0..count)
    }
}
