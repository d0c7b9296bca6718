//! Jacobians and Hessians of functions of arrays, as matrices over all elements.

use super::super::{Several, Sweeps, WIDTH};
use super::{by_each, value_and_grad};
use crate::element::Element;
use crate::function::ArrayFunction;
use crate::tape::{ArrayTape, Tensor};
use ndarray::{Array2, ArrayD};

/// The Jacobian of `f` at `xs`: a row for each element of the output, a column for each element of the `xs`, one array
/// after another, row-major.
///
/// In reverse, the function is recorded once and swept for each row; forward, it is computed for every [`WIDTH`] columns.
/// [`Sweeps::Fewest`] goes forward if there are fewer columns than rows.
#[track_caller]
pub fn jacobian<T: Element>(f: &impl ArrayFunction, xs: &[ArrayD<T>], sweeps: Sweeps) -> Array2<T> {
    let tape = ArrayTape::new();
    let variables: Vec<_> = xs.iter().map(|x| tape.var(x)).collect();
    let y = f.eval(&variables);
    let (rows, columns) = (y.shape().iter().product(), elements(xs));
    let mut jacobian = Array2::from_elem((rows, columns), T::constant(0.0));
    let forward = match sweeps {
        Sweeps::Fewest => columns < rows,
        Sweeps::Forward => true,
        Sweeps::Reverse => false,
    };
    if forward {
        for first in (0..columns).step_by(WIDTH) {
            let tape = ArrayTape::new();
            let inputs: Vec<_> = directions(xs, first).iter().map(|x| tape.constant(x)).collect();
            write_columns(&mut jacobian, first, f.eval(&inputs).elements().iter());
        }
    } else {
        let mut cotangent = vec![T::constant(0.0); rows];
        for i in 0..rows {
            cotangent[i] = T::constant(1.0);
            let by_each = by_each(&y.vjp(&cotangent), &variables);
            jacobian.row_mut(i).iter_mut().zip(by_each.iter().flatten()).for_each(|(slot, &d)| *slot = d);
            cotangent[i] = T::constant(0.0);
        }
    }
    jacobian
}

/// The Hessian of `f`, which returns one number, by all elements of the `xs`, one array after another, row-major: forward
/// over reverse, symmetric up to rounding.
///
/// # Panics
/// If `f` returns more than one number.
///
/// # Cost
/// `elements / WIDTH` recordings and reverse sweeps (rounded up), each with [`WIDTH`] tangents.
#[track_caller]
pub fn hessian<T: Element>(
    f: impl for<'t> Fn(&[Tensor<'t, Several<T>>]) -> Tensor<'t, Several<T>>,
    xs: &[ArrayD<T>],
) -> Array2<T> {
    let n = elements(xs);
    let mut hessian = Array2::from_elem((n, n), T::constant(0.0));
    for first in (0..n).step_by(WIDTH) {
        let (_, gradient) = value_and_grad(&f, &directions(xs, first));
        write_columns(&mut hessian, first, gradient.iter().flatten());
    }
    hessian
}

fn elements<T>(xs: &[ArrayD<T>]) -> usize {
    xs.iter().map(ArrayD::len).sum()
}

/// The arrays, with the elements from number `first` on as directions.
fn directions<T: Element>(xs: &[ArrayD<T>], first: usize) -> Vec<ArrayD<Several<T>>> {
    let mut number = 0..;
    let mut direct = |&x: &T| Several::unit(x, number.next().expect("the numbers do not end"), first);
    xs.iter().map(|x| x.map(&mut direct)).collect()
}

/// Writes the tangents of each row to the columns from `first` on.
fn write_columns<'a, T: Element>(
    matrix: &mut Array2<T>,
    first: usize,
    rows: impl Iterator<Item = &'a Several<T>>,
) {
    let left = matrix.ncols() - first;
    for (i, y) in rows.enumerate() {
        for (w, &tangent) in y.tangents.iter().enumerate().take(left) {
            matrix[[i, first + w]] = tangent;
        }
    }
}
