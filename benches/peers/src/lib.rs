//! The functions that scalar tapes are compared on, written over what all of them can do.

mod functions;
mod numbers;

pub use functions::{Function, Helmholtz, Rosenbrock, ScalarMlp};
pub use numbers::{Counted, Num};
