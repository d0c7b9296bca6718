//! Jacobians of scalar code: one recording, swept in the cheaper direction.

use super::{WIDTH, primals};
use crate::number::Scalar;
use crate::tape::{Tape, Var};
use ndarray::Array2;

/// The direction of the sweeps over a recorded function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sweeps {
    /// Forward if there are fewer inputs than outputs, otherwise reverse.
    #[default]
    Fewest,
    /// One forward sweep per input.
    Forward,
    /// One reverse sweep per output.
    Reverse,
}

/// The Jacobian of `f` at `x`, `J_ij = dy_i/dx_j`, shape (outputs, inputs), computed with as few
/// sweeps as possible.
///
/// ```
/// use ndarray::array;
/// use wengert_ad::jacobian;
///
/// assert_eq!(jacobian(|v| vec![v[0] * v[1], v[0] + v[1]], &[2.0, 3.0]), array![[3.0, 2.0], [1.0, 1.0]]);
/// ```
///
/// # Cost
/// One recording and `min(inputs, outputs)` sweeps over it, of which [`WIDTH`] run together.
#[track_caller]
pub fn jacobian<T: Scalar>(f: impl for<'t> Fn(&[Var<'t, T>]) -> Vec<Var<'t, T>>, x: &[T]) -> Array2<T> {
    value_and_jacobian(f, x, Sweeps::Fewest).1
}

/// The outputs of `f` at `x` and its Jacobian, shape (outputs, inputs), with a choice of the
/// direction of the sweeps.
///
/// The function is recorded once. The recording is the linearisation of `f` at `x`, a product of
/// sparse matrices, which forward sweeps multiply from the inputs and reverse sweeps from the
/// outputs (Griewank and Walther 2008, section 3.2).
///
/// # Panics
/// If `sweeps` is [`Sweeps::Forward`] and `f` contains a [`checkpoint`](super::checkpoint) or
/// another operation with a custom pullback.
#[track_caller]
pub fn value_and_jacobian<T: Scalar>(
    f: impl for<'t> Fn(&[Var<'t, T>]) -> Vec<Var<'t, T>>,
    x: &[T],
    sweeps: Sweeps,
) -> (Vec<T>, Array2<T>) {
    let tape = Tape::new();
    let inputs = tape.inputs(x);
    let outputs = f(&inputs);
    let mut jacobian = Array2::from_elem((outputs.len(), inputs.len()), T::constant(0.0));
    let forward = match sweeps {
        Sweeps::Fewest => inputs.len() < outputs.len() && !tape.has_pullbacks(),
        Sweeps::Forward => true,
        Sweeps::Reverse => false,
    };
    if forward {
        sweep_forward(&tape, &inputs, &outputs, &mut jacobian);
    } else {
        sweep_in_reverse(&tape, &inputs, &outputs, &mut jacobian);
    }
    (primals(&outputs), jacobian)
}

/// Fills the Jacobian by columns.
#[track_caller]
fn sweep_forward<'t, T: Scalar>(
    tape: &'t Tape<T>,
    inputs: &[Var<'t, T>],
    outputs: &[Var<'t, T>],
    jacobian: &mut Array2<T>,
) {
    for (chunk, inputs) in inputs.chunks(WIDTH).enumerate() {
        let tangents = tape.push_forward_each::<WIDTH>(inputs);
        for (i, &y) in outputs.iter().enumerate() {
            for (w, &y_dot) in tangents.at(y).iter().take(inputs.len()).enumerate() {
                jacobian[[i, chunk * WIDTH + w]] = y_dot;
            }
        }
    }
}

/// Fills the Jacobian by rows.
fn sweep_in_reverse<'t, T: Scalar>(
    tape: &'t Tape<T>,
    inputs: &[Var<'t, T>],
    outputs: &[Var<'t, T>],
    jacobian: &mut Array2<T>,
) {
    for (chunk, outputs) in outputs.chunks(WIDTH).enumerate() {
        let adjoints = tape.pull_back_each::<WIDTH>(outputs);
        for (j, &x) in inputs.iter().enumerate() {
            for (w, &x_bar) in adjoints.at(x).iter().take(outputs.len()).enumerate() {
                jacobian[[chunk * WIDTH + w, j]] = x_bar;
            }
        }
    }
}
