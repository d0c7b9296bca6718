//! The multi-class hinge loss.

use super::checks::classes;
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
}

impl<T: Element> Loss<T> for MultiClassHinge {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    #[track_caller]
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        let labels = classes("multi-class hinge", outputs, targets);
        let shape = outputs.shape();
        let per_class = |own: f64, other: f64| {
            outputs.tape().constant_from(&shape, |buffer| {
                for &label in labels {
                    let value = |class| if class == label as usize { own } else { other };
                    buffer.extend((0..shape[1]).map(|class| T::constant(value(class))));
                }
            })
        };
        let own = (outputs * per_class(1.0, 0.0)).sum_axis(1);
        let own = own.reshape(&[shape[0], 1]).broadcast_to(&shape);
        // At the label itself the term is max(0, 0), with derivative 0.
        let excess = (outputs - own + per_class(0.0, self.margin)).relu();
        if self.squared { excess.square().sum() } else { excess.sum() }
    }
}
