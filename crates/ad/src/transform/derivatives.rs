//! Derivatives of any order with respect to one variable or along a line.

use super::assert_same_length;
use crate::modes::Jet;
use crate::number::Scalar;

/// The value of `f` at `x` and its first `N - 1` derivatives, computed by one evaluation on
/// [`Jet`]s.
///
/// `N` follows from the length of the array that the result is assigned to:
///
/// ```
/// use wengert_ad::{Elementary, derivatives};
///
/// let [y, slope, curvature, third] = derivatives(|x| x.powi(3), 2.0);
/// assert_eq!([y, slope, curvature, third], [8.0, 12.0, 12.0, 6.0]);
/// ```
///
/// # Cost
/// See [`Jet`].
#[track_caller]
pub fn derivatives<const N: usize, T: Scalar>(f: impl Fn(Jet<N, T>) -> Jet<N, T>, x: T) -> [T; N] {
    f(Jet::variable(x)).derivatives()
}

/// The value of `f` at `x` and the first `N - 1` derivatives of `t -> f(x + t v)` at 0, `v` the
/// direction.
///
/// The first is the slope `<gradient, v>`, the second the second directional derivative `v' H v`,
/// computed without a Hessian and without a tape.
///
/// ```
/// use wengert_ad::{Elementary, Jet, derivatives_along};
///
/// let f = |v: &[Jet<3>]| v[0].powi(3) * (v[0] + 3.0 * v[1]);
/// let [_, slope, curvature] = derivatives_along(f, &[2.0, 3.0], &[1.0, 2.0]);
/// assert_eq!((slope, curvature), (140.0 + 2.0 * 24.0, 156.0 + 4.0 * 36.0));
/// ```
///
/// # Panics
/// If `x` and `direction` differ in length.
#[track_caller]
pub fn derivatives_along<const N: usize, T: Scalar>(
    f: impl Fn(&[Jet<N, T>]) -> Jet<N, T>,
    x: &[T],
    direction: &[T],
) -> [T; N] {
    assert_same_length("derivatives_along", x.len(), direction.len());
    let line: Vec<_> = x.iter().zip(direction).map(|(&x, &x_dot)| Jet::line(x, x_dot)).collect();
    f(&line).derivatives()
}
