//! Losses that are a sum or a mean over the outputs of an example.

use wengert_ad::{Element, Tensor};

/// The losses of the outputs, shape `(m, k)`; the loss of an example is their sum divided by `divisor`.
pub(super) struct PerOutput<'t, T: Element> {
    losses: Tensor<'t, T>,
    divisor: f64,
}

impl<'t, T: Element> PerOutput<'t, T> {
    /// The loss of an example is the sum over its outputs, divided by `divisor`.
    pub(super) fn sum(losses: Tensor<'t, T>, divisor: f64) -> Self {
        Self { losses, divisor }
    }

    /// The loss of an example is the mean over its outputs, divided by `divisor`.
    pub(super) fn mean(losses: Tensor<'t, T>, divisor: f64) -> Self {
        Self { losses, divisor: losses.shape()[1] as f64 * divisor }
    }

    #[track_caller]
    pub(super) fn per_example(self) -> Tensor<'t, T> {
        self.divided(self.losses.sum_axis(1))
    }

    /// The sum over all elements: one operation less than the sum of the losses of the examples.
    #[track_caller]
    pub(super) fn total(self) -> Tensor<'t, T> {
        self.divided(self.losses.sum())
    }

    #[track_caller]
    fn divided(&self, sums: Tensor<'t, T>) -> Tensor<'t, T> {
        if self.divisor == 1.0 { sums } else { sums / self.divisor }
    }
}

/// Implements [`Loss`](super::Loss) for types with a method `per_output`.
macro_rules! losses_per_output {
    ($( $Loss:ident: $Kind:ident -> $Outputs:ident ),+ $(,)?) => {$(
        impl<T: wengert_ad::Element> $crate::loss::Loss<T> for $Loss {
            fn kind(&self) -> $crate::loss::TargetKind {
                $crate::loss::TargetKind::$Kind
            }
            fn outputs(&self) -> $crate::loss::Outputs {
                $crate::loss::Outputs::$Outputs
            }
            #[track_caller]
            fn per_example<'t>(
                &self,
                outputs: wengert_ad::Tensor<'t, T>,
                targets: $crate::loss::TargetBatch<'_, 't, T>,
            ) -> wengert_ad::Tensor<'t, T> {
                self.per_output(outputs, targets).per_example()
            }
            #[track_caller]
            fn total<'t>(
                &self,
                outputs: wengert_ad::Tensor<'t, T>,
                targets: $crate::loss::TargetBatch<'_, 't, T>,
            ) -> wengert_ad::Tensor<'t, T> {
                self.per_output(outputs, targets).total()
            }
        }
    )+};
}

pub(super) use losses_per_output;
