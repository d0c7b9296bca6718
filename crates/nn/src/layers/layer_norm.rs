//! Layer normalisation.

use super::rows::{assert_rows, scale_and_shift};
use crate::bound::Bound;
use crate::init::Init;
use crate::layout::{Layout, ParameterSlot};
use crate::model::Module;
use wengert_ad::{Element, Tensor};
use wengert_kernels::validate::assert_positive;

/// Layer normalisation: `y = w (x - m) / sqrt(v + epsilon) + b`, where `m` and `v` are the mean and the
/// population variance of each row; shapes `(m, n) -> (m, n)` (Ba et al. 2016). The same as
/// `torch.nn.LayerNorm` with its default epsilon 1e-5.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerNorm {
    weight: ParameterSlot,
    bias: ParameterSlot,
    width: usize,
    epsilon: f64,
}

impl LayerNorm {
    /// Declares `NAME.weight` (initially 1) and `NAME.bias` (0), each of shape `[width]`.
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

    /// Sets the number that is added to the variance; 1e-5 by default.
    ///
    /// # Panics
    /// If `epsilon` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn epsilon(self, epsilon: f64) -> Self {
        assert_positive("layer norm: epsilon", epsilon);
        Self { epsilon, ..self }
    }
}

impl<T: Element> Module<T> for LayerNorm {
    #[track_caller]
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
