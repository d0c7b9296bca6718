//! Jacobians and Hessians of functions of arrays, as matrices with one column per element.

use super::super::{DirectionBlock, Sweeps, WIDTH};
use super::{gradients, value_and_grad};
use crate::element::Element;
use crate::function::ArrayFunction;
use crate::tape::{ArrayTape, Tensor};
use ndarray::{Array2, ArrayD};

/// The Jacobian of `f` at `xs`: one row per element of the output, one column per element of the
/// `xs`, which are counted in order, each array in row-major order.
///
/// In reverse mode, the function is recorded once and swept for each row; in forward mode, it is
/// evaluated for every [`WIDTH`] columns. [`Sweeps::Fewest`] chooses forward mode if there are
/// fewer columns than rows.
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
            let gradients = gradients(&y.vjp(&cotangent), &variables);
            jacobian.row_mut(i).iter_mut().zip(gradients.iter().flatten()).for_each(|(slot, &d)| *slot = d);
            cotangent[i] = T::constant(0.0);
        }
    }
    jacobian
}

/// The Hessian of `f`, which returns one number, at `xs`: one row and one column per element of the
/// `xs`, which are counted in order, each array in row-major order. Computed forward over reverse;
/// symmetric up to rounding.
///
/// # Panics
/// If `f` returns an array with more than one element.
///
/// # Cost
/// `elements / WIDTH` recordings and reverse sweeps (rounded up), each with [`WIDTH`] tangents.
#[track_caller]
pub fn hessian<T: Element>(
    f: impl for<'t> Fn(&[Tensor<'t, DirectionBlock<T>>]) -> Tensor<'t, DirectionBlock<T>>,
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

/// The arrays as numbers with tangents along the unit vectors of the elements from position `first`
/// on.
fn directions<T: Element>(xs: &[ArrayD<T>], first: usize) -> Vec<ArrayD<DirectionBlock<T>>> {
    let mut positions = 0..;
    let mut directed =
        |&x: &T| DirectionBlock::unit(x, positions.next().expect("the range has no end"), first);
    xs.iter().map(|x| x.map(&mut directed)).collect()
}

/// Writes the tangents of each row into the columns from `first` on.
fn write_columns<'a, T: Element>(
    matrix: &mut Array2<T>,
    first: usize,
    rows: impl Iterator<Item = &'a DirectionBlock<T>>,
) {
    let left = matrix.ncols() - first;
    for (i, y) in rows.enumerate() {
        for (w, &tangent) in y.tangents.iter().enumerate().take(left) {
            matrix[[i, first + w]] = tangent;
        }
    }
}
