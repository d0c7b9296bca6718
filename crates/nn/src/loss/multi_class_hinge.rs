//! The multi-class hinge loss.

use super::checks::{classes, extents};
use super::interface::{Loss, TargetBatch, TargetKind};
use wengert_ad::{Element, Elementary, Tensor};
use wengert_kernels::validate::assert_positive;

/// Multi-class hinge loss: `sum_(j != label) max(0, margin + x_j - x_label)` for each example, or the sum of
/// the squares (Weston and Watkins 1999). The derivative at each kink is 0.
///
/// PyTorch's `MultiMarginLoss` divides by the number of classes `k`; this loss does not, so it is `k` times
/// as large.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MultiClassHinge {
    margin: f64,
    squared: bool,
}

impl Default for MultiClassHinge {
    fn default() -> Self {
        Self::new()
    }
}

impl MultiClassHinge {
    /// The sum of the terms with margin 1.
    pub fn new() -> Self {
        Self { margin: 1.0, squared: false }
    }

    /// Sets the margin by which the score of the label should exceed the others.
    ///
    /// # Panics
    /// If `margin` is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn margin(self, margin: f64) -> Self {
        assert_positive("multi-class hinge: the margin", margin);
        Self { margin, ..self }
    }

    /// Squares each term.
    #[must_use]
    pub fn squared(self) -> Self {
        Self { squared: true, ..self }
    }

    /// `max(0, margin + x_j - x_label)` for each class `j` but the label, where it is 0.
    #[track_caller]
    fn excess<'t, T: Element>(
        &self,
        outputs: Tensor<'t, T>,
        targets: TargetBatch<'_, 't, T>,
    ) -> Tensor<'t, T> {
        let labels = classes("multi-class hinge", outputs, targets);
        let (shape, [rows, width]) = (outputs.shape(), extents("multi-class hinge", outputs));
        let at_label = |(row, &label): (usize, &u32)| row * width + label as usize;
        let own = outputs.reshape(&[rows * width]);
        let own = own.gather_from(0, labels.iter().enumerate().map(at_label));
        let own = own.reshape(&[rows, 1]).broadcast_to(&shape);
        let nothing = outputs.tape().constant_from(&shape, |buffer| {
            buffer.extend(std::iter::repeat_n(T::constant(0.0), rows * width));
        });
        // Selected, not multiplied by 0 and 1: for an infinite score, the difference at the label is NaN.
        let others = labels.iter().flat_map(|&label| (0..width).map(move |class| class != label as usize));
        (outputs - own).shift(self.margin).select_from(others, nothing).relu()
    }
}

impl<T: Element> Loss<T> for MultiClassHinge {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    #[track_caller]
    fn per_example<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        let excess = self.excess(outputs, targets);
        if self.squared { excess.square().sum_axis(1) } else { excess.sum_axis(1) }
    }
    #[track_caller]
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        self.per_example(outputs, targets).sum()
    }
}
