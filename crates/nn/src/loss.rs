//! What is to be made small.
//!
//! A loss gives the total over the examples of a batch; training divides by their number, so that the objective is the
//! mean over examples of what each loss defines for one example.

use wengert_ad::{Element, Elementary, Tensor};

/// What the outputs of a batch are compared with.
#[derive(Clone, Copy, Debug)]
pub enum Targets<'a, 't, T: Element = f32> {
    /// The class of each example.
    Classes(&'a [u32]),
    /// The wanted outputs of each example; shape `(m, outputs)`.
    Values(Tensor<'t, T>),
}

/// Which kind of targets there is, without the targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// A class index for each example.
    Classes,
    /// A row of numbers for each example.
    Values,
}

/// A loss: one number for each example, small where output and target agree.
pub trait Loss<T: Element = f32>: Copy + Send + Sync {
    /// The kind of targets it compares with.
    fn kind(&self) -> TargetKind;
    /// The sum, over the examples of the batch, of each example's loss; `outputs` has one example a row.
    ///
    /// # Panics
    /// If the targets are not of its [`kind`](Self::kind), or not as many as the outputs.
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: Targets<'_, 't, T>) -> Tensor<'t, T>;
}

/// Multi-class cross-entropy from logits: `ln sum_j e^(x_j) - x_label` for each example. Finite for all finite logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrossEntropy;

impl<T: Element> Loss<T> for CrossEntropy {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    #[track_caller]
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: Targets<'_, 't, T>) -> Tensor<'t, T> {
        let Targets::Classes(labels) = targets else { panic!("cross-entropy: the targets must be classes") };
        outputs.cross_entropy(labels).sum()
    }
}

/// The sum of the squared differences of all outputs.
#[track_caller]
fn squared_distance<'t, T: Element>(outputs: Tensor<'t, T>, targets: Targets<'_, 't, T>) -> Tensor<'t, T> {
    let Targets::Values(values) = targets else { panic!("squared loss: the targets must be values") };
    (outputs - values).square().sum()
}

macro_rules! squared {
    ($( $(#[$doc:meta])* $Loss:ident |$distance:ident, $outputs:ident| $value:expr; )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $Loss;
        impl<T: Element> Loss<T> for $Loss {
            fn kind(&self) -> TargetKind {
                TargetKind::Values
            }
            #[track_caller]
            fn total<'t>(&self, $outputs: Tensor<'t, T>, targets: Targets<'_, 't, T>) -> Tensor<'t, T> {
                let $distance = squared_distance($outputs, targets);
                $value
            }
        }
    )*};
}

squared! {
    /// Squared loss, sum form: `sum_j (y_j - t_j)^2` for each example, `j` over the outputs.
    SumSquared |distance, outputs| distance;
    /// Squared loss, mean form: `1/k sum_j (y_j - t_j)^2` for each example, `j` over the `k` outputs.
    MeanSquared |distance, outputs| distance / outputs.shape()[1] as f64;
    /// Squared loss, half form: `1/2 sum_j (y_j - t_j)^2` for each example, whose gradient is the difference itself.
    HalfSquared |distance, outputs| distance * 0.5;
}
