//! Experiments on the topic "Where training ends".

mod gibbs;
mod markov_chain;

use crate::experiment::{Entry, Topic};

pub use gibbs::GibbsDistribution;
pub use markov_chain::MarkovChainLimit;

/// The experiments.
pub static TOPIC: Topic = Topic {
    title: "Where training ends",
    experiments: &[
        Entry::of::<GibbsDistribution>(),
        Entry::of::<MarkovChainLimit>(), //
    ],
};
