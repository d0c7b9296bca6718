//! Experiments on the topic "Networks".

use crate::experiment::Topic;

/// The experiments.
pub static TOPIC: Topic = Topic { title: "Networks", experiments: &[] };
