//! Dropout.

use crate::bound::Bound;
use crate::layout::{Layout, RandomSlot};
use crate::model::Module;
use rand::Rng;
use wengert_ad::{Element, Tensor};

/// In training, each element is 0 with probability `rate`, and divided by `1 - rate` otherwise, so that its mean stays; in
/// evaluation, the identity (Srivastava et al. 2014, in the inverted form).
///
/// Which elements are dropped depends on the seed, the step, the layer and the row in the batch alone, not on how the
/// batch is cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    noise: RandomSlot,
    rate: f64,
}

impl Dropout {
    /// Drops elements with probability `rate`.
    ///
    /// # Panics
    /// If `rate` is not in `[0, 1)`.
    #[track_caller]
    pub fn new(layout: &mut Layout, rate: f64) -> Self {
        assert_rate("dropout", rate);
        Self { noise: layout.random_slot(), rate }
    }
}

/// Refuses a rate outside `[0, 1)`: at 1 nothing is left.
#[track_caller]
pub(crate) fn assert_rate(layer: &str, rate: f64) {
    assert!((0.0..1.0).contains(&rate), "{layer}: the rate is {rate}, must be in [0, 1)");
}

impl<T: Element> Module<T> for Dropout {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let Some(training) = p.training().filter(|_| self.rate > 0.0) else { return x };
        let shape = x.shape();
        let (rows, width) = (shape.first().copied().unwrap_or(1), shape.iter().skip(1).product::<usize>());
        let (dropped, kept) = (T::constant(0.0), T::constant(1.0 / (1.0 - self.rate)));
        let below = (self.rate * 2.0f64.powi(32)) as u64;
        let mask = p.tape().constant_from(&shape, |mask| {
            for row in 0..rows {
                let mut draws = training.draws(self.noise, row);
                mask.extend(
                    (0..width).map(|_| if u64::from(draws.next_u32()) < below { dropped } else { kept }),
                );
            }
        });
        x * mask
    }
    fn output_width(&self, input: Option<usize>) -> Option<usize> {
        input
    }
}
