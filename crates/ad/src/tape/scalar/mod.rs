//! Scalar reverse mode: the [`Tape`], its variables, its sweeps, and operations with custom derivatives.

mod custom;
mod gradient;
mod node;
mod reach;
mod segments;
mod spare_list;
mod sweep;
mod tape;
mod var;
mod variables;
mod wide_sweep;

pub use gradient::Gradient;
pub use segments::PullbackInputs;
pub use tape::Tape;
pub use var::Var;
