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
        let list = &self.tape.list;
        if !list.borrow().is_for_inference() {
            return layers.into_iter().fold(self, step);
        }
        let first = self.tape.len();
        layers.into_iter().fold(self, |x, layer| {
            let y = step(x, layer);
            list.borrow_mut().drop_values(first, y.node);
            y
        })
    }
}
