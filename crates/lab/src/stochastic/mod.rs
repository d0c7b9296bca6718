//! Experiments on the topic "Stochastic gradients".

mod acute;
mod batch_size;
mod components;
mod good_start;
mod noise;
mod noisy_problem;
mod order_of_examples;
mod race_per_gradient;
mod region;
mod sampling;
mod theorem;
mod variance_reduction;

use crate::experiment::{Entry, Topic};

pub use batch_size::BatchSize;
pub use good_start::GoodStartBadFinish;
pub use noise::GradientNoiseShape;
pub use region::RegionOfConfusion;
pub use sampling::SamplingExamples;
pub use theorem::Theorem;
pub use variance_reduction::VarianceReduction;

/// The experiments.
pub static TOPIC: Topic = Topic {
    title: "Stochastic gradients",
    experiments: &[
        Entry::of::<RegionOfConfusion>(),
        Entry::of::<GoodStartBadFinish>(),
        Entry::of::<SamplingExamples>(),
        Entry::of::<GradientNoiseShape>(),
        Entry::of::<BatchSize>(),
        Entry::of::<VarianceReduction>(),
        Entry::of::<Theorem>(),
    ],
};
