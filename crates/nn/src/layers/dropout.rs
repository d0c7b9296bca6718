//! Dropout.

use crate::bound::Bound;
use crate::layout::{Layout, RandomSlot};
use crate::model::Module;
use wengert_ad::{Element, Tensor};
use wengert_kernels::validate::assert_below_one;

/// Dropout: in a training pass, each element becomes 0 with probability `rate` and is otherwise divided by
/// `1 - rate`, which keeps its expected value; in an evaluation pass, the identity (Srivastava et al. 2014,
/// in the inverted form).
///
/// The choice of the dropped elements depends only on the seed, the step, the layer and the row of the batch,
/// not on how the batch is split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    random: RandomSlot,
    rate: f64,
}

impl Dropout {
    /// A layer that drops elements with probability `rate`. It has no parameters.
    ///
    /// # Panics
    /// If `rate` is not in `[0, 1)`.
    #[track_caller]
    pub fn new(layout: &mut Layout, rate: f64) -> Self {
        assert_below_one("dropout: the rate", rate);
        Self { random: layout.random_slot(), rate }
    }
}

impl<T: Element> Module<T> for Dropout {
    #[track_caller]
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        if self.rate == 0.0 {
            return x;
        }
        let kept = 1.0 / (1.0 - self.rate);
        let mask = p.drawn(self.random, &x.shape(), |draws| if draws.chance(self.rate) { 0.0 } else { kept });
        // Not a closure: the operation has the line of the caller.
        match mask {
            Some(mask) => x * mask,
            None => x,
        }
    }
    fn output_width(&self, input: Option<usize>) -> Option<usize> {
        input
    }
}
