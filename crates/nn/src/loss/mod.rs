//! Loss functions.
//!
//! A loss returns one number for each example of a batch. Training adds them up and divides by the number of
//! examples, so that the objective is the mean over the examples of the loss of one example. Over the outputs
//! of an example, a loss is the mean, unless its name says sum or half.
//!
//! All losses are in one list, which the contract test of losses walks.

mod checks;
mod definition;
mod interface;
mod outputs;
mod per_output;

pub use definition::{LossDefinition, LossSample};
pub use interface::{Loss, TargetBatch, TargetKind};
pub use outputs::Outputs;

use LossDefinition::{Class, Probabilities, Reals, Signs, UnitInterval};
use definition::{
    binary_entropy, cross_entropy as entropy, huber, mean, of_positive, one_hot, over_other_classes,
    positive_part, sum,
};
use wengert_ad::Element;

/// Declares and exports the losses: for each the range of the loss of one example, and at least one sample
/// with its definition.
macro_rules! losses {
    ($( $file:ident { $(
        $Loss:ident in $range:expr => [ $($sample:expr => $definition:expr),+ $(,)? ];
    )* } )*) => {
        $( mod $file; pub use $file::{$($Loss),*}; )*

        /// Samples of every loss, for tests.
        #[inline] // So that it is compiled only where it is called.
        pub fn losses() -> Vec<LossSample> {
            vec![$($($({
                let loss: $Loss = $sample;
                let (name, single, loss) = (stringify!($Loss), Box::new(loss.clone()), Box::new(loss));
                LossSample { name, loss, single, range: $range, definition: $definition }
            }),+),*),*]
        }

        /// The losses of the samples, in the same order, for another number type.
        pub fn losses_of<T: Element>() -> Vec<Box<dyn Loss<T>>> {
            vec![$($($({
                let loss: $Loss = $sample;
                Box::new(loss) as Box<dyn Loss<T>>
            }),+),*),*]
        }
    };
}

const INFINITY: f64 = f64::INFINITY;

losses! {
    binary {
        BinaryCrossEntropy in 0.0..=INFINITY => [
            BinaryCrossEntropy::new() =>
                UnitInterval(|x, t| mean(x, t, |x, t| binary_entropy(x, t, 1.0))),
            BinaryCrossEntropy::new().positive_weight(3.0) =>
                UnitInterval(|x, t| mean(x, t, |x, t| binary_entropy(x, t, 3.0))),
        ];
        Hinge in 0.0..=INFINITY => [Hinge => Signs(|x, t| mean(x, t, |x, t| positive_part(1.0 - t * x)))];
        Logistic in 0.0..=INFINITY =>
            [Logistic => Signs(|x, t| mean(x, t, |x, t| of_positive(t * x)))];
        SquaredHinge in 0.0..=INFINITY =>
            [SquaredHinge => Signs(|x, t| mean(x, t, |x, t| positive_part(1.0 - t * x).powi(2)))];
    }
    cross_entropy {
        CrossEntropy in 0.0..=INFINITY =>
            [CrossEntropy => Class(|x, label| entropy(x, one_hot(label), 0.0, |_| 1.0))];
        ProbabilityCrossEntropy in 0.0..=INFINITY => [
            ProbabilityCrossEntropy::new() => Probabilities(|x, q| entropy(x, |j| q[j], 0.0, |_| 1.0)),
            ProbabilityCrossEntropy::new().label_smoothing(0.2).class_weights([2.0, 0.0, 0.5]) =>
                Probabilities(|x, q| entropy(x, |j| q[j], 0.2, |j| [2.0, 0.0, 0.5][j])),
        ];
        WeightedCrossEntropy in 0.0..=INFINITY => [
            WeightedCrossEntropy::default().label_smoothing(0.1) =>
                Class(|x, label| entropy(x, one_hot(label), 0.1, |_| 1.0)),
            WeightedCrossEntropy::default().class_weights([2.0, 0.0, 0.5]) =>
                Class(|x, label| entropy(x, one_hot(label), 0.0, |j| [2.0, 0.0, 0.5][j])),
        ];
    }
    distance {
        HalfSquared in 0.0..=INFINITY =>
            [HalfSquared => Reals(|x, t| sum(x, t, |x, t| (x - t).powi(2) / 2.0))];
        Huber in 0.0..=INFINITY => [Huber::new(0.7) => Reals(|x, t| mean(x, t, |x, t| huber(x - t, 0.7)))];
        MeanAbsolute in 0.0..=INFINITY => [MeanAbsolute => Reals(|x, t| mean(x, t, |x, t| (x - t).abs()))];
        MeanSquared in 0.0..=INFINITY => [MeanSquared => Reals(|x, t| mean(x, t, |x, t| (x - t).powi(2)))];
        SmoothL1 in 0.0..=INFINITY =>
            [SmoothL1::new(0.4) => Reals(|x, t| mean(x, t, |x, t| huber(x - t, 0.4) / 0.4))];
        SumAbsolute in 0.0..=INFINITY => [SumAbsolute => Reals(|x, t| sum(x, t, |x, t| (x - t).abs()))];
        SumSquared in 0.0..=INFINITY => [SumSquared => Reals(|x, t| sum(x, t, |x, t| (x - t).powi(2)))];
    }
    multi_class_hinge {
        MultiClassHinge in 0.0..=INFINITY => [
            MultiClassHinge::new() =>
                Class(|x, label| over_other_classes(x, label, |d| positive_part(1.0 + d))),
            MultiClassHinge::new().margin(0.5).squared() =>
                Class(|x, label| over_other_classes(x, label, |d| positive_part(0.5 + d).powi(2))),
        ];
    }
}
