//! The computational graph as a thing to look at: its nodes, both sweeps over it, and what each sweep costs.
//!
//! [`Graph::of`] runs a function on [`Traced`] numbers, which record everything: operators, operands, values, partials and
//! the line of code. The sweeps then run over the recorded partials, so what is shown is what is computed.
//!
//! | to see | ask |
//! |---|---|
//! | the nodes with values and adjoints | `Display`, [`Graph::markdown`] |
//! | the chain rule, written out line by line | [`Graph::steps`], [`Graph::latex`] |
//! | a picture | [`Graph::svg`], [`Graph::dot`] |
//! | what each mode costs | [`Receipt::of`] |

pub mod digits;
mod dot;
mod formula;
mod graph;
mod latex;
mod layout;
mod markdown;
mod receipt;
mod record;
mod steps;
mod svg;
mod sweep;
mod table;

pub use graph::{Graph, Node, Source};
pub use receipt::{Count, Receipt};
pub use record::Traced;
pub use sweep::{Operations, Sweep};

pub(crate) use record::Applied;
