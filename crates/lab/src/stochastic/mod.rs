//! Experiments on the topic "Stochastic gradients".

use crate::experiment::Topic;

/// The experiments.
pub static TOPIC: Topic = Topic { title: "Stochastic gradients", experiments: &[] };
