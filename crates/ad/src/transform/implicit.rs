//! Functions given by equations: the reverse sweep solves one adjoint equation, and never sees the solver.

use super::{constants, primals};
use crate::number::{Float, Scalar};
use crate::tape::{PullbackInputs, Tape, Var};
use std::error::Error;
use std::fmt;

/// The solution `u` of the equations `F(u, p) = 0`, as a function of the parameters `p`.
///
/// The solution is found before, by any means. When a cotangent `u_bar` comes back, `solve_transposed(u, p, u_bar)` solves
/// `(dF/du)' lambda = u_bar`, and the parameters get `p_bar -= (dF/dp)' lambda` by one reverse sweep through the residual
/// (the adjoint method; Giles and Pierce 2000, section 2.1). For `A(p) u = b` the residual is `A(p) u - b`:
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
/// If the parameters live on different tapes. In the reverse sweep, if the residual or the adjoint solution has another
/// length than the solution.
///
/// # Cost
/// ONE extra solve, with the transposed matrix, and one recording of the residual, whatever the number of parameters.
/// Forward mode takes one solve for each parameter.
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
        expect_length("the adjoint solution", lambda.len(), u.len());
        let tape = Tape::new();
        let variables = tape.vars(p);
        let equations = residual(&constants(u), &variables);
        expect_length("the residual", equations.len(), u.len());
        let cotangents = equations.iter().copied().zip(lambda.into_iter().map(|lambda| -lambda));
        let adjoints = tape.pull_back(cotangents);
        for (p_bar, &p) in p_bar.iter_mut().zip(&variables) {
            *p_bar = *p_bar + adjoints.or_zero(p);
        }
    })
}

#[track_caller]
fn expect_length(what: &str, have: usize, want: usize) {
    assert!(have == want, "implicit: the solution has {want} components, but {what} has {have}");
}

/// When an iteration has converged, and when to give it up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Convergence {
    /// The change of a step, relative to the size of the iterate (or to 1, if that is larger), that ends the iteration.
    pub tolerance: f64,
    /// The largest number of steps.
    pub steps: usize,
}

/// An iteration that did not converge: start nearer, allow more steps, or make the map a contraction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NotConverged {
    /// The steps taken.
    pub steps: usize,
    /// The relative change of the last one.
    pub change: f64,
}

impl fmt::Display for NotConverged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps, change } = self;
        write!(f, "the fixed-point iteration still changes by {change:.1e} after {steps} steps")?;
        write!(f, ": start nearer to the fixed point, allow more steps, or damp the map")
    }
}

impl Error for NotConverged {}

/// The fixed point `x = phi(x, p)` as a function of the parameters `p`: the iteration from `start` until it converges.
///
/// The iterations are not recorded. When a cotangent `x_bar` comes back, the adjoint iteration `lambda <- x_bar +
/// (dphi/dx)' lambda` sweeps one recording of `phi` at the fixed point until it converges, at the same rate as the iteration
/// itself; the parameters get `p_bar += (dphi/dp)' lambda` (Christianson 1994).
///
/// ```
/// use wengert_ad::{Convergence, Elementary, Tape, fixed_point};
///
/// // x = cos(p x): dx/dp = -x sin(p x) / (1 + p sin(p x)).
/// let tape = Tape::new();
/// let p = tape.var(0.8);
/// let until = Convergence { tolerance: 1e-14, steps: 500 };
/// let x = fixed_point(|x, p| vec![(x[0] * p[0]).cos()], &[1.0], &[p], until)?[0];
/// let sin = (0.8 * x.value()).sin();
/// let expected = -x.value() * sin / (1.0 + 0.8 * sin);
/// assert!((x.gradient().wrt(p) - expected).abs() < 1e-13);
/// # Ok::<(), wengert_ad::NotConverged>(())
/// ```
///
/// # Errors
/// If the iteration does not converge within the allowed steps.
///
/// # Panics
/// If the parameters live on different tapes, or `phi` returns another number of components than `start` has. In the
/// reverse sweep, if the adjoint iteration does not converge within the allowed steps.
///
/// # Cost
/// One recording of `phi`, and a reverse sweep of it for each adjoint step: whatever the number of parameters, and of
/// iterations before.
#[track_caller]
pub fn fixed_point<'t, T: Float + Scalar>(
    phi: impl for<'s> Fn(&[Var<'s, T>], &[Var<'s, T>]) -> Vec<Var<'s, T>> + Send + 'static,
    start: &[T],
    parameters: &[Var<'t, T>],
    until: Convergence,
) -> Result<Vec<Var<'t, T>>, NotConverged> {
    let p = constants(&primals(parameters));
    let x = iterate(start, until, |x| primals(&phi(&constants(x), &p)))?;
    let Some(tape) = parameters.iter().find_map(|p| p.tape()) else { return Ok(constants(&x)) };
    let fixed = tape.custom(parameters, &x, move |at, p_bar| {
        let tape = Tape::new();
        let [x, p] = [at.y, at.x].map(|values| tape.vars(values));
        let image = phi(&x, &p);
        let pull = |lambda: &[T]| tape.pull_back(image.iter().copied().zip(lambda.iter().copied()));
        let step = |lambda: &[T]| {
            let pulled = pull(lambda);
            x.iter().zip(at.y_bar).map(|(&x, &x_bar)| x_bar + pulled.or_zero(x)).collect()
        };
        let lambda = iterate(at.y_bar, until, step).unwrap_or_else(|trouble| panic!("adjoint: {trouble}"));
        let pulled = pull(&lambda);
        for (p_bar, &p) in p_bar.iter_mut().zip(&p) {
            *p_bar = *p_bar + pulled.or_zero(p);
        }
    });
    Ok(fixed)
}

/// Takes steps from `start` until they change no more.
#[track_caller]
fn iterate<T: Scalar>(
    start: &[T],
    until: Convergence,
    step: impl Fn(&[T]) -> Vec<T>,
) -> Result<Vec<T>, NotConverged> {
    let mut x = start.to_vec();
    let mut change = f64::INFINITY;
    for _ in 0..until.steps {
        let next = step(&x);
        let (have, want) = (next.len(), x.len());
        assert!(have == want, "fixed_point: the point has {want} components, but its image has {have}");
        change = relative_change(&x, &next);
        x = next;
        if change <= until.tolerance {
            return Ok(x);
        }
    }
    Err(NotConverged { steps: until.steps, change })
}

fn relative_change<T: Scalar>(from: &[T], to: &[T]) -> f64 {
    let size = to.iter().map(|to| to.value().abs()).fold(1.0, f64::max);
    let moved = from.iter().zip(to).map(|(from, to)| (to.value() - from.value()).abs());
    // `f64::max` would pass over a NaN, which must count as a change.
    moved.fold(0.0, |worst: f64, change| if worst.is_nan() || change <= worst { worst } else { change })
        / size
}
