//! Elementwise rules as layers.

use crate::activation_rule::ActivationRule;
use crate::bound::Bound;
use crate::model::Module;
use wengert_ad::{Element, Tensor};

/// Any elementwise rule of the [table](wengert_ad::rules) as a layer without parameters: `Activation(Tanh)`,
/// or with [`AnyActivation`](crate::AnyActivation) one that is chosen at run time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activation<R>(pub R);

impl<T: Element, R: ActivationRule> Module<T> for Activation<R> {
    #[track_caller]
    fn forward<'t>(&self, _: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        self.0.apply(x)
    }
    fn output_width(&self, input: Option<usize>) -> Option<usize> {
        input
    }
}
