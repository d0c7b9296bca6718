//! Functions in, derivatives out.
//!
//! [`grad`], [`value_and_grad`], [`jvp`], [`vjp`] and [`hvp`] for scalar code; [`arrays`] has the same verbs for functions
//! of arrays.

pub mod arrays;
mod scalars;

pub use scalars::{grad, hvp, jvp, value_and_grad, value_and_grad_into, vjp};

use crate::dual::Dual;

#[track_caller]
fn expect_same_length(transform: &str, x: usize, direction: usize) {
    assert!(x == direction, "{transform}: the point has {x} components, the direction has {direction}");
}

fn along<T: Copy>((&primal, &tangent): (&T, &T)) -> Dual<T> {
    Dual::new(primal, tangent)
}
