//! Elementwise rules as layers.

use crate::bound::Bound;
use crate::model::Module;
use wengert_ad::{Element, Operand, Tensor, Unary};

/// Any elementwise rule of the [table](wengert_ad::rules) as a layer without parameters: `Activation(Tanh)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activation<R>(pub R);

impl<T: Element, R: Unary> Module<T> for Activation<R> {
    fn forward<'t>(&self, _: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        x.unary(self.0)
    }
    fn output_width(&self, input: Option<usize>) -> Option<usize> {
        input
    }
}
