//! Experiments on the topic "Optimizers".

use crate::experiment::Topic;

/// The experiments.
pub static TOPIC: Topic = Topic { title: "Optimizers", experiments: &[] };
