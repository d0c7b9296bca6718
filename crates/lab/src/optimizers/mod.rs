//! Experiments on the topic "Optimizers".

mod momentum;

use crate::experiment::{Entry, Topic};

pub use momentum::Momentum;

/// The experiments.
pub static TOPIC: Topic = Topic {
    title: "Optimizers",
    experiments: &[
        Entry::of::<Momentum>(), //
    ],
};
