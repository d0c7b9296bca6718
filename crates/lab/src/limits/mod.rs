//! Experiments on the topic "Where training ends".

mod basins;
mod escape;
mod gibbs;
mod gradient_flow;
mod markov_chain;

use crate::experiment::{Entry, Topic};

pub use basins::Basins;
pub use escape::Escape;
pub use gibbs::GibbsDistribution;
pub use gradient_flow::GradientFlow;
pub use markov_chain::MarkovChainLimit;

/// The experiments.
pub static TOPIC: Topic = Topic {
    title: "Where training ends",
    experiments: &[
        Entry::of::<GradientFlow>(),
        Entry::of::<GibbsDistribution>(),
        Entry::of::<Escape>(),
        Entry::of::<MarkovChainLimit>(),
        Entry::of::<Basins>(),
    ],
};
