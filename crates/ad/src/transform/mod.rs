//! Derivatives of functions, computed by one or more sweeps.
//!
//! | transform | computes |
//! |---|---|
//! | [`grad`], [`value_and_grad`] | gradient: one reverse sweep |
//! | [`jvp`], [`vjp`] | Jacobian-vector and vector-Jacobian product: one sweep |
//! | [`jacobian`] | Jacobian: one sweep per input or per output |
//! | [`hvp`] | Hessian-vector product: one reverse sweep on dual numbers |
//! | [`hessian`], [`hessian_diagonal`], [`hessian_diagonal_estimate`] | Hessian or its diagonal |
//! | [`derivatives`], [`derivatives_along`] | derivatives of any order along a line |
//! | [`per_example_gradients`] | one gradient per example of a data set |
//!
//! [`checkpoint`], [`implicit`] and [`fixed_point`] change how a part of a function is
//! differentiated. [`arrays`] has the same transforms for functions of arrays.
//!
//! The functions are generic over the number type, so that transforms nest: a derivative can be
//! differentiated again.

pub mod arrays;
mod checkpoint;
mod derivatives;
mod fixed_point;
mod hessian;
mod implicit;
mod jacobian;
mod per_example;
mod scalars;

pub use checkpoint::checkpoint;
pub use derivatives::{derivatives, derivatives_along};
pub use fixed_point::{Convergence, ConvergenceError, fixed_point};
pub use hessian::{DirectionBlock, hessian, hessian_diagonal, hessian_diagonal_estimate};
pub use implicit::implicit;
pub use jacobian::{Sweeps, jacobian, value_and_jacobian};
pub use per_example::per_example_gradients;
pub use scalars::{grad, hvp, jvp, value_and_grad, value_and_grad_into, vjp};

use crate::modes::Dual;
use crate::number::Scalar;
use crate::tape::Var;

/// The number of directions, outputs or examples that share one sweep: four `f64` fill one AVX2
/// register.
pub const WIDTH: usize = 4;

#[track_caller]
fn assert_same_length(transform: &str, x: usize, direction: usize) {
    assert!(x == direction, "{transform}: the point has {x} components, the direction has {direction}");
}

fn dual<T: Copy>((&primal, &tangent): (&T, &T)) -> Dual<T> {
    Dual::new(primal, tangent)
}

/// The numbers as constants, on which a function computes without recording.
fn constants<'t, T: Scalar>(x: &[T]) -> Vec<Var<'t, T>> {
    x.iter().map(|&x| Var::passive(x)).collect()
}

fn primals<T: Scalar>(x: &[Var<'_, T>]) -> Vec<T> {
    x.iter().map(|x| x.primal()).collect()
}
