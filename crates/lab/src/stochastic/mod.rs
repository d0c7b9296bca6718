//! Experiments on the topic "Stochastic gradients".

mod batch_size;
mod noise;
mod theorem;
mod variance_reduction;

use crate::experiment::{Entry, Topic};

pub use batch_size::BatchSize;
pub use noise::GradientNoiseShape;
pub use theorem::Theorem;
pub use variance_reduction::VarianceReduction;

/// The experiments.
pub static TOPIC: Topic = Topic {
    title: "Stochastic gradients",
    experiments: &[
        Entry::of::<GradientNoiseShape>(),
        Entry::of::<BatchSize>(),
        Entry::of::<VarianceReduction>(),
        Entry::of::<Theorem>(),
    ],
};
