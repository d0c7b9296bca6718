//! The computational graph of a scalar function: its nodes, forward and reverse sweeps over it, and
//! what each sweep costs.
//!
//! [`Graph::of`] runs a function on [`Traced`] numbers, which record everything: operators,
//! operands, values, partials and the line of code. The sweeps then run over the recorded partials,
//! so what is shown is what is computed.
//!
//! | output | obtained with |
//! |---|---|
//! | table of the nodes with values and adjoints | `Display`, [`Graph::markdown`] |
//! | the chain rule, one equation per line | [`Graph::steps`], [`Graph::latex`] |
//! | picture | [`Graph::svg`], [`Graph::dot`] |
//! | operations and time of each mode | [`CostReport::of`] |
//!
//! Gradients for use in a program come from [`tape`](crate::tape) and
//! [`transform`](crate::transform): a graph stores names, formulas and call sites with each node,
//! which a tape does not.

mod cost;
pub mod digits;
mod dot;
mod formula;
mod graph;
mod latex;
mod layout;
mod markdown;
mod node;
mod partials;
mod record;
mod steps;
mod svg;
mod sweep;
mod table;

pub use cost::{Cost, CostReport};
pub use graph::Graph;
pub use node::{Node, Source};
pub use record::Traced;
pub use sweep::{OperationCount, Sweep};

pub(crate) use record::AppliedRule;
