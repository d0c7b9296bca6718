//! Inference: intermediate values are dropped as soon as they are not needed any more.

use super::tensor::Tensor;
use crate::element::Element;

impl<T: Element> Tensor<'_, T> {
    /// Applies `step` with each of `layers` in turn, starting from this array, as
    /// [`Iterator::fold`] does; returns the last output.
    ///
    /// Intermediate tensors must not be used outside of their step. A tape
    /// [for inference](super::ArrayTape::for_inference) drops those of each step when the step is
    /// done, so that it never holds more than two outputs at a time.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::{ArrayTape, Elementary};
    ///
    /// let tape = ArrayTape::<f64>::for_inference();
    /// let weights = [array![[1.0, -2.0], [0.5, 1.0]], array![[2.0, 0.0], [1.0, 1.0]]];
    /// let weights = weights.map(|weight| tape.constant(&weight));
    /// let y = tape.constant(&array![[1.0, 3.0]]).fold_layers(weights, |x, weight| x.matmul(weight).relu());
    /// assert_eq!(y.value(), array![[6.0, 1.0]].into_dyn());
    /// ```
    #[must_use]
    pub fn fold_layers<L>(
        self,
        layers: impl IntoIterator<Item = L>,
        mut step: impl FnMut(Self, L) -> Self,
    ) -> Self {
        let first = self.tape.len();
        layers.into_iter().fold(self, |x, layer| step(x, layer).dropping_since(first))
    }

    /// This tensor, after a tape [for inference](super::ArrayTape::for_inference) has dropped the values of
    /// all other nodes from number `first` on, which must not be used any more; other tapes drop nothing.
    ///
    /// For modules, whose panics point to the caller, as [`fold_layers`](Self::fold_layers) cannot: it
    /// calls a closure.
    #[must_use]
    pub fn dropping_since(self, first: usize) -> Self {
        let mut list = self.tape.list.borrow_mut();
        if list.is_for_inference() {
            list.drop_values(first, self.node);
        }
        self
    }
}
