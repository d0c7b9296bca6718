//! Derivatives of scalar code, written over [`Number`](crate::Number).

use super::{along, expect_same_length};
use crate::modes::Dual;
use crate::number::Scalar;
use crate::tape::{Tape, Var};

/// The gradient of `f` at `x`, by one reverse sweep.
///
/// An input that `f` ignores has derivative 0. To tell "no path" from "zero", record with a [`Tape`] and ask its
/// [`Gradient`](crate::Gradient).
///
/// ```
/// assert_eq!(wengert_ad::grad(|v| v[0] * v[1], &[2.0, 3.0]), [3.0, 2.0]);
/// ```
#[track_caller]
pub fn grad<T: Scalar>(f: impl for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>, x: &[T]) -> Vec<T> {
    value_and_grad(f, x).1
}

/// The value and the gradient of `f` at `x`, by one recording and one reverse sweep.
///
/// # Cost
/// Independent of the number of inputs, relative to `f` (the cheap gradient principle; Baur and Strassen 1983).
#[track_caller]
pub fn value_and_grad<T: Scalar>(f: impl for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>, x: &[T]) -> (T, Vec<T>) {
    let mut gradient = vec![T::constant(0.0); x.len()];
    let value = value_and_grad_into(&mut Tape::new(), f, x, &mut gradient);
    (value, gradient)
}

/// As [`value_and_grad`], with a tape whose memory is used again, and into a given buffer: for loops.
///
/// # Panics
/// If `gradient` is not as long as `x`.
#[track_caller]
pub fn value_and_grad_into<T: Scalar>(
    tape: &mut Tape<T>,
    f: impl for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
    x: &[T],
    gradient: &mut [T],
) -> T {
    expect_same_length("value_and_grad_into", x.len(), gradient.len());
    tape.differentiate(f, x, gradient)
}

/// The value of `f` at `x` and its derivative along `direction`, by one forward sweep (Jacobian-vector product).
///
/// # Panics
/// If `direction` is not as long as `x`.
#[track_caller]
pub fn jvp<T: Scalar>(f: impl Fn(&[Dual<T>]) -> Dual<T>, x: &[T], direction: &[T]) -> (T, T) {
    expect_same_length("jvp", x.len(), direction.len());
    let inputs: Vec<Dual<T>> = x.iter().zip(direction).map(along).collect();
    let y = f(&inputs);
    (y.primal, y.tangent)
}

/// The outputs of `f` at `x` and `J' cotangent`, `J` the Jacobian: by one reverse sweep (vector-Jacobian product).
///
/// # Panics
/// If `cotangent` is not as long as the output of `f`.
#[track_caller]
pub fn vjp<T: Scalar>(
    f: impl for<'t> Fn(&[Var<'t, T>]) -> Vec<Var<'t, T>>,
    x: &[T],
    cotangent: &[T],
) -> (Vec<T>, Vec<T>) {
    let tape = Tape::new();
    let outputs = f(&tape.vars(x));
    let (have, want) = (cotangent.len(), outputs.len());
    assert!(have == want, "vjp: the function has {want} outputs, the cotangent {have} components");
    let mut pulled = vec![T::constant(0.0); x.len()];
    tape.pull_back(outputs.iter().copied().zip(cotangent.iter().copied())).of_first_variables(&mut pulled);
    (outputs.iter().map(|y| y.primal()).collect(), pulled)
}

/// The Hessian of `f` at `x` times `direction`: the reverse sweep at [`Dual`], forward over reverse.
///
/// # Panics
/// If `direction` is not as long as `x`.
///
/// # Cost
/// A constant number of evaluations of `f`, whatever the number of inputs (Pearlmutter 1994).
#[track_caller]
pub fn hvp<T: Scalar>(
    f: impl for<'t> Fn(&[Var<'t, Dual<T>>]) -> Var<'t, Dual<T>>,
    x: &[T],
    direction: &[T],
) -> Vec<T> {
    expect_same_length("hvp", x.len(), direction.len());
    let inputs: Vec<Dual<T>> = x.iter().zip(direction).map(along).collect();
    grad(f, &inputs).into_iter().map(|g| g.tangent).collect()
}
