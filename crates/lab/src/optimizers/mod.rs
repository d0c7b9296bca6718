//! Experiments on the topic "Optimizers".

mod momentum;
mod race;

use crate::experiment::{Entry, Topic};

pub use momentum::Momentum;
pub use race::Race;

/// The experiments.
pub static TOPIC: Topic =
    Topic { title: "Optimizers", experiments: &[Entry::of::<Momentum>(), Entry::of::<Race>()] };
