//! Layer normalisation.

use super::{assert_epsilon, assert_rows, scale_and_shift};
use crate::bound::Bound;
use crate::init::Init;
use crate::layout::{Layout, ParameterSlot};
use crate::model::Module;
use wengert_ad::{Element, Tensor};

/// Layer normalisation: `y = w (x - m) / sqrt(v + epsilon) + b`, `m` and `v` the mean and the population variance of each
/// row; shapes `(m, n) -> (m, n)` (Ba et al. 2016). As `torch.nn.LayerNorm`, epsilon 1e-5 included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerNorm {
    weight: ParameterSlot,
    bias: ParameterSlot,
    width: usize,
    epsilon: f64,
}

impl LayerNorm {
    /// Declares `NAME.weight` (1 at the start) and `NAME.bias` (0).
    ///
    /// # Panics
    /// If the name is taken, or the width is 0.
    #[track_caller]
    pub fn new(layout: &mut Layout, name: &str, width: usize) -> Self {
        Self {
            weight: layout.parameter(&format!("{name}.weight"), &[width], Init::Constant(1.0)),
            bias: layout.parameter(&format!("{name}.bias"), &[width], Init::Zero),
            width,
            epsilon: 1e-5,
        }
    }

    /// What is added to the variance.
    ///
    /// # Panics
    /// If not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn epsilon(self, epsilon: f64) -> Self {
        assert_epsilon("layer norm", epsilon);
        Self { epsilon, ..self }
    }
}

impl<T: Element> Module<T> for LayerNorm {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        assert_rows("layer norm", self.width, x);
        scale_and_shift(x.normalise(1, self.epsilon), p.get(self.weight), p.get(self.bias))
    }
    fn input_width(&self) -> Option<usize> {
        Some(self.width)
    }
    fn output_width(&self, _: Option<usize>) -> Option<usize> {
        Some(self.width)
    }
}
