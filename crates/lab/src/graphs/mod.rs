//! Experiments on the topic "Graphs".

mod adjoint;
mod chain_rule;
mod cheap_gradient;
mod diamonds;
mod difference_quotients;
mod formula;
mod forward_vs_reverse;
mod lecture_function;
mod matrix_chain;
mod numeric_gradient;
mod rod;

use crate::experiment::{Entry, Topic};

pub use adjoint::Adjoint;
pub use cheap_gradient::CheapGradient;
pub use formula::Formula;
pub use forward_vs_reverse::ForwardVsReverse;
pub use matrix_chain::MatrixChain;
pub use numeric_gradient::NumericGradient;

/// The experiments.
pub static TOPIC: Topic = Topic {
    title: "Graphs",
    experiments: &[
        Entry::of::<ForwardVsReverse>(),
        Entry::of::<CheapGradient>(),
        Entry::of::<MatrixChain>(),
        Entry::of::<Adjoint>(),
        Entry::of::<NumericGradient>(),
    ],
};
