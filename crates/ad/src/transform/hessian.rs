//! Second derivatives of scalar code, forward over reverse, several columns at once.

use super::{WIDTH, value_and_grad_into};
use crate::modes::Directions;
use crate::number::{Numeric, Scalar};
use crate::rules::Elementary;
use crate::tape::{Tape, Var};
use ndarray::Array2;

/// A number with its derivatives along [`WIDTH`] directions, on which functions run for second
/// derivatives.
pub type DirectionBlock<T> = Directions<WIDTH, T>;

/// The Hessian of `f` at `x`, shape (inputs, inputs): column `j` is the derivative of the gradient
/// with respect to `x_j`.
///
/// It is symmetric up to rounding; it is not averaged with its transpose.
///
/// ```
/// use ndarray::array;
/// use wengert_ad::{Elementary, hessian};
///
/// let h = hessian(|v| v[0].powi(3) * (v[0] + 3.0 * v[1]), &[2.0, 3.0]);
/// assert_eq!(h, array![[156.0, 36.0], [36.0, 0.0]]);
/// ```
///
/// # Cost
/// `inputs / WIDTH` recordings and reverse sweeps (rounded up), each with [`WIDTH`] tangents. For a
/// single column use [`hvp`](super::hvp).
#[track_caller]
pub fn hessian<T: Scalar>(
    f: impl for<'t> Fn(&[Var<'t, DirectionBlock<T>>]) -> Var<'t, DirectionBlock<T>>,
    x: &[T],
) -> Array2<T> {
    let n = x.len();
    let mut hessian = Array2::from_elem((n, n), T::constant(0.0));
    each_column_block(f, x, |first, gradient| {
        for (i, g) in gradient.iter().enumerate() {
            for (w, &second) in g.tangents.iter().enumerate().take(n - first) {
                hessian[[i, first + w]] = second;
            }
        }
    });
    hessian
}

/// The exact diagonal of the Hessian of `f` at `x`.
///
/// # Cost
/// The time of the whole [`hessian`], and memory for [`WIDTH`] columns.
/// [`hessian_diagonal_estimate`] is cheaper.
#[track_caller]
pub fn hessian_diagonal<T: Scalar>(
    f: impl for<'t> Fn(&[Var<'t, DirectionBlock<T>>]) -> Var<'t, DirectionBlock<T>>,
    x: &[T],
) -> Vec<T> {
    let mut diagonal = Vec::with_capacity(x.len());
    each_column_block(f, x, |first, gradient| {
        let here = gradient[first..].iter().take(WIDTH).enumerate();
        diagonal.extend(here.map(|(w, g)| g.tangents[w]));
    });
    diagonal
}

/// Calls `visit` once for every [`WIDTH`] inputs, with the position of the first of them and the
/// gradient with its derivatives along them.
#[track_caller]
fn each_column_block<T: Scalar>(
    f: impl for<'t> Fn(&[Var<'t, DirectionBlock<T>>]) -> Var<'t, DirectionBlock<T>>,
    x: &[T],
    mut visit: impl FnMut(usize, &[DirectionBlock<T>]),
) {
    let mut tape = Tape::new();
    let mut gradient = vec![DirectionBlock::constant(0.0); x.len()];
    for first in (0..x.len()).step_by(WIDTH) {
        let inputs: Vec<_> = x.iter().enumerate().map(|(i, &x)| DirectionBlock::unit(x, i, first)).collect();
        value_and_grad_into(&mut tape, &f, &inputs, &mut gradient);
        visit(first, &gradient);
    }
}

/// An unbiased estimate of the diagonal of the Hessian `H` of `f` at `x`: the mean of `z * Hz`,
/// elementwise, over `probes` vectors `z` of random signs (Bekas, Kokiopoulou and Saad 2007).
///
/// `sign` draws the next sign, `true` for positive, each with probability 1/2 and independently.
/// Entry `i` then has the variance `sum_(j != i) H_ij^2 / probes`: exact for a diagonal Hessian.
///
/// # Panics
/// If `probes` is 0.
///
/// # Cost
/// `probes / WIDTH` recordings and reverse sweeps (rounded up), independent of the number of
/// inputs.
#[track_caller]
pub fn hessian_diagonal_estimate<T: Scalar>(
    f: impl for<'t> Fn(&[Var<'t, DirectionBlock<T>>]) -> Var<'t, DirectionBlock<T>>,
    x: &[T],
    probes: usize,
    mut sign: impl FnMut() -> bool,
) -> Vec<T> {
    assert!(probes > 0, "hessian_diagonal_estimate: a mean needs at least one probe");
    let mut tape = Tape::new();
    let mut gradient = vec![DirectionBlock::constant(0.0); x.len()];
    let mut sums = vec![T::constant(0.0); x.len()];
    for first in (0..probes).step_by(WIDTH) {
        let mut probe = || T::constant(if sign() { 1.0 } else { -1.0 });
        let mut inputs: Vec<_> =
            x.iter().map(|&x| DirectionBlock::new(x, [T::constant(0.0); WIDTH])).collect();
        for w in 0..WIDTH.min(probes - first) {
            inputs.iter_mut().for_each(|x| x.tangents[w] = probe());
        }
        value_and_grad_into(&mut tape, &f, &inputs, &mut gradient);
        for ((sum, z), g) in sums.iter_mut().zip(&inputs).zip(&gradient) {
            *sum = z.tangents.iter().zip(&g.tangents).fold(*sum, |sum, (&z, &hz)| sum + z * hz);
        }
    }
    sums.into_iter().map(|sum| sum.divide(probes as f64)).collect()
}
