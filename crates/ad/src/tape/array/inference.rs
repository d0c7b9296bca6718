//! A tape for inference: what is computed on the way is forgotten.

use super::tape::ArrayTape;
use super::tensor::Tensor;
use crate::kernels::Element;

impl<T: Element> Tensor<'_, T> {
    /// The array after all steps: `step` for each of `layers` in turn, as [`fold`](Iterator::fold). What is computed on the way must
    /// not be used outside: a tape [for inference](ArrayTape::for_inference) forgets it, each step's when the next is done, so that
    /// no more than two outputs are held at a time.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::{ArrayTape, Elementary};
    ///
    /// let tape = ArrayTape::<f64>::for_inference();
    /// let weights = [array![[1.0, -2.0], [0.5, 1.0]], array![[2.0, 0.0], [1.0, 1.0]]].map(|w| tape.constant(&w));
    /// let y = tape.constant(&array![[1.0, 3.0]]).through(weights, |x, weight| x.matmul(weight).relu());
    /// assert_eq!(y.value(), array![[6.0, 1.0]].into_dyn());
    /// ```
    #[must_use]
    pub fn through<L>(
        self,
        layers: impl IntoIterator<Item = L>,
        mut step: impl FnMut(Self, L) -> Self,
    ) -> Self {
        let Some(first) = self.tape.end_of_inference() else { return layers.into_iter().fold(self, step) };
        layers.into_iter().fold(self, |x, layer| {
            let y = step(x, layer);
            self.tape.forget(first, y.node);
            y
        })
    }
}

impl<T: Element> ArrayTape<T> {
    /// The number of nodes so far, of a tape for inference.
    pub(super) fn end_of_inference(&self) -> Option<usize> {
        self.list.borrow().end_of_inference()
    }

    /// Forgets the nodes from `first` on, but for `kept`.
    pub(super) fn forget(&self, first: usize, kept: u32) {
        self.list.borrow_mut().forget(first, kept);
    }
}
