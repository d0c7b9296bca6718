//! Experiments on the topic "Losses and models".

use crate::experiment::Topic;

/// The experiments.
pub static TOPIC: Topic = Topic { title: "Losses and models", experiments: &[] };
