//! Implicit functions: the reverse sweep solves one adjoint equation instead of differentiating the
//! solver.

use super::constants;
use crate::number::Scalar;
use crate::tape::{PullbackInputs, Tape, Var};

/// The solution `u` of the equations `F(u, p) = 0`, as a function of the parameters `p`.
///
/// `solution` is computed beforehand, by any method. In the reverse sweep,
/// `solve_transposed(u, p, u_bar)` returns the solution `lambda` of `(dF/du)' lambda = u_bar`, and
/// a reverse sweep through the residual adds `-(dF/dp)' lambda` to the adjoint of the parameters
/// (the adjoint method; Giles and Pierce 2000, section 2.1). For `A(p) u = b` the residual is
/// `A(p) u - b`:
///
/// ```
/// use wengert_ad::{Tape, implicit};
///
/// // (1 + p) u = 6, so that u = 6 / (1 + p) and du/dp = -6 / (1 + p)^2.
/// let tape = Tape::new();
/// let p = tape.var(1.0);
/// let u = implicit(
///     |u, p| vec![(p[0] + 1.0) * u[0] - 6.0],
///     |_, p, u_bar| vec![u_bar[0] / (1.0 + p[0])],
///     &[3.0],
///     &[p],
/// );
/// assert_eq!(u[0].gradient().wrt(p), -1.5);
/// ```
///
/// # Panics
/// If the parameters are on different tapes. In the reverse sweep, if the length of the residual or
/// of `lambda` differs from that of the solution.
///
/// # Cost
/// One solve with the transposed matrix and one recording of the residual, independent of the
/// number of parameters. Forward mode would need one solve per parameter.
#[track_caller]
pub fn implicit<'t, T: Scalar>(
    residual: impl for<'s> Fn(&[Var<'s, T>], &[Var<'s, T>]) -> Vec<Var<'s, T>> + Send + 'static,
    solve_transposed: impl Fn(&[T], &[T], &[T]) -> Vec<T> + Send + 'static,
    solution: &[T],
    parameters: &[Var<'t, T>],
) -> Vec<Var<'t, T>> {
    let Some(tape) = parameters.iter().find_map(|p| p.tape()) else { return constants(solution) };
    tape.custom(parameters, solution, move |PullbackInputs { x: p, y: u, y_bar }, p_bar| {
        let lambda = solve_transposed(u, p, y_bar);
        assert_length("the adjoint solution", lambda.len(), u.len());
        let tape = Tape::new();
        let variables = tape.inputs(p);
        let equations = residual(&constants(u), &variables);
        assert_length("the residual", equations.len(), u.len());
        let cotangents = equations.iter().copied().zip(lambda.into_iter().map(|lambda| -lambda));
        let adjoints = tape.pull_back(cotangents);
        for (p_bar, &p) in p_bar.iter_mut().zip(&variables) {
            *p_bar = *p_bar + adjoints.or_zero(p);
        }
    })
}

#[track_caller]
fn assert_length(what: &str, have: usize, want: usize) {
    assert!(have == want, "implicit: the solution has {want} components, but {what} has {have}");
}
