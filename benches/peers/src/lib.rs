//! Functions for the comparison of scalar tapes, generic over the operations that all of them support.

mod functions;
mod numbers;

pub use functions::{Function, Helmholtz, Rosenbrock, ScalarMlp};
pub use numbers::{Counted, Num};
