//! The hinge loss of several classes.

use super::{Loss, TargetBatch, TargetKind, classes};
use wengert_ad::{Element, Elementary, Tensor};

/// Multi-class hinge loss: `sum_(j != label) max(0, margin + x_j - x_label)` for each example, or the sum of the squares
/// (Weston and Watkins 1999). The derivative at each kink is 0.
///
/// PyTorch's `MultiMarginLoss` divides by the number of classes `k`; ours is `k` times that.
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
    /// Margin 1, not squared.
    pub fn new() -> Self {
        Self { margin: 1.0, squared: false }
    }

    /// By how much the score of the label should exceed the others.
    ///
    /// # Panics
    /// If not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn margin(self, margin: f64) -> Self {
        let fits = margin > 0.0 && margin.is_finite();
        assert!(fits, "multi-class hinge: the margin is {margin}, must be in (0, inf)");
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
        let by_class = |own: f64, other: f64| {
            outputs.tape().constant_from(&shape, |buffer| {
                for &label in labels {
                    let value = |class| if class == label as usize { own } else { other };
                    buffer.extend((0..shape[1]).map(|class| T::constant(value(class))));
                }
            })
        };
        let own = (outputs * by_class(1.0, 0.0)).sum_axis(1);
        let own = own.reshape(&[shape[0], 1]).broadcast_to(&shape);
        // At the label itself it is max(0, 0), with derivative 0.
        let excess = (outputs - own + by_class(0.0, self.margin)).relu();
        if self.squared { excess.square().sum() } else { excess.sum() }
    }
}
