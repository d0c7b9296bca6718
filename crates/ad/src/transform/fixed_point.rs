//! Fixed points of iterations as differentiable functions of their parameters.

use super::{constants, primals};
use crate::number::{Float, Scalar};
use crate::tape::{Tape, Var};
use std::error::Error;
use std::fmt;

/// The criterion by which an iteration has converged, and the largest number of steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Convergence {
    /// The largest change in one step that counts as convergence, in the maximum norm, relative to
    /// the maximum norm of the iterate or to 1, whichever is larger.
    pub tolerance: f64,
    /// The largest number of steps.
    pub steps: usize,
}

/// The error of an iteration that has not converged within the allowed number of steps.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConvergenceError {
    /// The number of steps taken.
    pub steps: usize,
    /// The relative change in the last step.
    pub change: f64,
}

impl fmt::Display for ConvergenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps, change } = self;
        write!(f, "the fixed-point iteration still changes by {change:.1e} after {steps} steps")?;
        write!(f, ": start nearer to the fixed point, allow more steps, or damp the map")
    }
}

impl Error for ConvergenceError {}

/// The fixed point `x = phi(x, p)` as a function of the parameters `p`, computed by iteration from
/// `start`.
///
/// The iteration is not recorded. In the reverse sweep, the adjoint iteration
/// `lambda <- x_bar + (dphi/dx)' lambda` sweeps one recording of `phi` at the fixed point until it
/// converges, at the same rate as the iteration itself; then `(dphi/dp)' lambda` is added to the
/// adjoint of the parameters (Christianson 1994).
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
/// # Ok::<(), wengert_ad::ConvergenceError>(())
/// ```
///
/// # Errors
/// If the iteration does not converge within the allowed number of steps.
///
/// # Panics
/// If the parameters are on different tapes, or the length of the result of `phi` differs from that
/// of `start`. In the reverse sweep, if the adjoint iteration does not converge within the allowed
/// number of steps.
///
/// # Cost
/// One recording of `phi`, and one reverse sweep over it per adjoint step, independent of the
/// number of parameters.
#[track_caller]
pub fn fixed_point<'t, T: Float + Scalar>(
    phi: impl for<'s> Fn(&[Var<'s, T>], &[Var<'s, T>]) -> Vec<Var<'s, T>> + Send + 'static,
    start: &[T],
    parameters: &[Var<'t, T>],
    until: Convergence,
) -> Result<Vec<Var<'t, T>>, ConvergenceError> {
    let p = constants(&primals(parameters));
    let x = iterate(start, until, |x| primals(&phi(&constants(x), &p)))?;
    let Some(tape) = parameters.iter().find_map(|p| p.tape()) else { return Ok(constants(&x)) };
    let fixed = tape.custom(parameters, &x, move |at, p_bar| {
        let tape = Tape::new();
        let [x, p] = [at.y, at.x].map(|values| tape.inputs(values));
        let image = phi(&x, &p);
        let pull = |lambda: &[T]| tape.pull_back(image.iter().copied().zip(lambda.iter().copied()));
        let step = |lambda: &[T]| {
            let pulled = pull(lambda);
            x.iter().zip(at.y_bar).map(|(&x, &x_bar)| x_bar + pulled.or_zero(x)).collect()
        };
        let lambda = iterate(at.y_bar, until, step).unwrap_or_else(|error| panic!("adjoint: {error}"));
        let pulled = pull(&lambda);
        for (p_bar, &p) in p_bar.iter_mut().zip(&p) {
            *p_bar = *p_bar + pulled.or_zero(p);
        }
    });
    Ok(fixed)
}

/// Repeats `step` from `start` until it converges.
#[track_caller]
fn iterate<T: Scalar>(
    start: &[T],
    until: Convergence,
    step: impl Fn(&[T]) -> Vec<T>,
) -> Result<Vec<T>, ConvergenceError> {
    let mut x = start.to_vec();
    let mut change = f64::INFINITY;
    for _ in 0..until.steps {
        let next = step(&x);
        let (have, want) = (next.len(), x.len());
        assert!(have == want, "fixed_point: the point has {want} components, its image has {have}");
        change = relative_change(&x, &next);
        x = next;
        if change <= until.tolerance {
            return Ok(x);
        }
    }
    Err(ConvergenceError { steps: until.steps, change })
}

fn relative_change<T: Scalar>(from: &[T], to: &[T]) -> f64 {
    let size = to.iter().map(|to| to.value().abs()).fold(1.0, f64::max);
    let moved = from.iter().zip(to).map(|(from, to)| (to.value() - from.value()).abs());
    // `f64::max` would ignore a NaN, which must count as a change.
    moved.fold(0.0, |worst: f64, change| if worst.is_nan() || change <= worst { worst } else { change })
        / size
}
