//! Experiments on the topic "Graphs".

use crate::experiment::Topic;

/// The experiments.
pub static TOPIC: Topic = Topic { title: "Graphs", experiments: &[] };
