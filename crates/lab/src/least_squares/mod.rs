//! Experiments on the topic "Least squares".

mod condition_number;

use crate::experiment::{Entry, Topic};

pub use condition_number::ConditionNumber;

/// The experiments.
pub static TOPIC: Topic = Topic {
    title: "Least squares",
    experiments: &[
        Entry::of::<ConditionNumber>(), //
    ],
};
