//! Gradients and products with derivative matrices, for scalar code.

use super::{assert_same_length, dual};
use crate::modes::Dual;
use crate::number::Scalar;
use crate::tape::{Tape, Var};

/// The gradient of `f` at `x`, computed by one reverse sweep.
///
/// The derivative with respect to an input that `f` ignores is 0. To distinguish a missing path
/// from a zero derivative, record `f` on a [`Tape`] and use its [`Gradient`](crate::Gradient).
///
/// ```
/// assert_eq!(wengert_ad::grad(|v| v[0] * v[1], &[2.0, 3.0]), [3.0, 2.0]);
/// ```
#[track_caller]
pub fn grad<T: Scalar>(f: impl for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>, x: &[T]) -> Vec<T> {
    value_and_grad(f, x).1
}

/// The value and the gradient of `f` at `x`, computed by one recording and one reverse sweep.
///
/// # Cost
/// A constant number of evaluations of `f`, independent of the number of inputs (the cheap gradient
/// principle; Baur and Strassen 1983).
#[track_caller]
pub fn value_and_grad<T: Scalar>(f: impl for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>, x: &[T]) -> (T, Vec<T>) {
    let mut gradient = vec![T::constant(0.0); x.len()];
    let value = value_and_grad_into(&mut Tape::new(), f, x, &mut gradient);
    (value, gradient)
}

/// [`value_and_grad`] that reuses the memory of a tape and writes the gradient into a buffer, for
/// use in loops.
///
/// # Panics
/// If `gradient` and `x` differ in length.
#[track_caller]
pub fn value_and_grad_into<T: Scalar>(
    tape: &mut Tape<T>,
    f: impl for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
    x: &[T],
    gradient: &mut [T],
) -> T {
    assert_same_length("value_and_grad_into", x.len(), gradient.len());
    tape.differentiate(f, x, gradient)
}

/// The value of `f` at `x` and its derivative along `direction` (Jacobian-vector product), computed
/// by one evaluation on [`Dual`] numbers.
///
/// # Panics
/// If `x` and `direction` differ in length.
#[track_caller]
pub fn jvp<T: Scalar>(f: impl Fn(&[Dual<T>]) -> Dual<T>, x: &[T], direction: &[T]) -> (T, T) {
    assert_same_length("jvp", x.len(), direction.len());
    let inputs: Vec<Dual<T>> = x.iter().zip(direction).map(dual).collect();
    let y = f(&inputs);
    (y.primal, y.tangent)
}

/// The outputs of `f` at `x` and `J' cotangent`, where `J` is the Jacobian (vector-Jacobian
/// product), computed by one reverse sweep.
///
/// # Panics
/// If `cotangent` has not one component per output of `f`.
#[track_caller]
pub fn vjp<T: Scalar>(
    f: impl for<'t> Fn(&[Var<'t, T>]) -> Vec<Var<'t, T>>,
    x: &[T],
    cotangent: &[T],
) -> (Vec<T>, Vec<T>) {
    let tape = Tape::new();
    let outputs = f(&tape.inputs(x));
    let (have, want) = (cotangent.len(), outputs.len());
    assert!(have == want, "vjp: the function has {want} outputs, the cotangent has {have} components");
    let mut pulled = vec![T::constant(0.0); x.len()];
    tape.pull_back(outputs.iter().copied().zip(cotangent.iter().copied())).of_first_variables(&mut pulled);
    (outputs.iter().map(|y| y.primal()).collect(), pulled)
}

/// The Hessian of `f` at `x` times `direction` (Hessian-vector product), computed forward over
/// reverse: by a reverse sweep on [`Dual`] numbers.
///
/// # Panics
/// If `x` and `direction` differ in length.
///
/// # Cost
/// A constant number of evaluations of `f`, independent of the number of inputs (Pearlmutter 1994).
#[track_caller]
pub fn hvp<T: Scalar>(
    f: impl for<'t> Fn(&[Var<'t, Dual<T>>]) -> Var<'t, Dual<T>>,
    x: &[T],
    direction: &[T],
) -> Vec<T> {
    assert_same_length("hvp", x.len(), direction.len());
    let inputs: Vec<Dual<T>> = x.iter().zip(direction).map(dual).collect();
    grad(f, &inputs).into_iter().map(|g| g.tangent).collect()
}
