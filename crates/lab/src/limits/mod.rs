//! Experiments on the topic "Where training ends".

use crate::experiment::Topic;

/// The experiments.
pub static TOPIC: Topic = Topic { title: "Where training ends", experiments: &[] };
