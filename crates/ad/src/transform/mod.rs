//! Functions in, derivatives out.
//!
//! For scalar code: [`grad`], [`value_and_grad`], [`jvp`], [`vjp`] and [`hvp`] are one sweep each; [`jacobian`] and
//! [`hessian`] are as many as there are columns or rows; [`derivatives`] goes up in order, [`per_example_gradients`] goes
//! through data; [`checkpoint`], [`implicit`] and [`fixed_point`] change how a part of a function is differentiated.
//! [`arrays`] has the same verbs for functions of arrays.
//!
//! A derivative is a function of numbers again, so that all of these nest.

pub mod arrays;
mod checkpoint;
mod derivatives;
mod examples;
mod hessian;
mod implicit;
mod jacobian;
mod scalars;

pub use checkpoint::checkpoint;
pub use derivatives::{derivatives, derivatives_along};
pub use examples::per_example_gradients;
pub use hessian::{Several, hessian, hessian_diagonal, hessian_diagonal_estimate};
pub use implicit::{Convergence, NotConverged, fixed_point, implicit};
pub use jacobian::{Sweeps, jacobian, value_and_jacobian};
pub use scalars::{grad, hvp, jvp, value_and_grad, value_and_grad_into, vjp};

use crate::modes::Dual;
use crate::number::Scalar;
use crate::tape::Var;

/// How many directions, outputs or points go through one sweep together: one AVX2 register of `f64`.
pub const WIDTH: usize = 4;

#[track_caller]
fn expect_same_length(transform: &str, x: usize, direction: usize) {
    assert!(x == direction, "{transform}: the point has {x} components, the direction has {direction}");
}

fn along<T: Copy>((&primal, &tangent): (&T, &T)) -> Dual<T> {
    Dual::new(primal, tangent)
}

/// The numbers as constants, on which a function computes without recording.
fn constants<'t, T: Scalar>(x: &[T]) -> Vec<Var<'t, T>> {
    x.iter().map(|&x| Var::passive(x)).collect()
}

fn primals<T: Scalar>(x: &[Var<'_, T>]) -> Vec<T> {
    x.iter().map(|x| x.primal()).collect()
}
