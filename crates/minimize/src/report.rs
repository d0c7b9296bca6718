//! The report of a minimisation, and the view of an observer.

use std::fmt;
use std::ops::ControlFlow;

use crate::stopping::Termination;

/// The numbers of evaluations of the parts of an objective.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evaluations {
    /// Evaluations of the function, together with its gradient if the method uses one, or of all residuals.
    pub functions: usize,
    /// Evaluations of the whole Jacobian of the residuals.
    pub jacobians: usize,
    /// Evaluations of the whole Hessian.
    pub hessians: usize,
    /// Products of a vector with the Hessian, the Jacobian, or the transposed Jacobian.
    pub products: usize,
}

/// The numbers of one iterate: an entry of the history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The number of iterations that led here; 0 at the start.
    pub iteration: usize,
    /// The value `f(x)`.
    pub value: f64,
    /// The largest entry of the gradient, `max |g_i|`.
    pub gradient_max: f64,
    /// The 2-norm of the gradient.
    pub gradient_norm: f64,
    /// The number of evaluations of the function so far.
    pub functions: usize,
}

/// An iterate, as an observer sees it.
#[derive(Clone, Copy, Debug)]
pub struct Iterate<'a> {
    /// The point.
    pub x: &'a [f64],
    /// The gradient there, or its substitute (see [`MinimizeReport::gradient`]).
    pub gradient: &'a [f64],
    /// The entry of the history.
    pub progress: Progress,
}

/// An observer: a closure that sees the start and every iterate, and interrupts by
/// [`ControlFlow::Break`].
pub type IterateObserver<'a> = dyn FnMut(&Iterate<'_>) -> ControlFlow<()> + 'a;

/// The result of a minimisation.
#[derive(Clone, Debug, PartialEq)]
pub struct MinimizeReport {
    /// The last iterate.
    ///
    /// It is the best one for all methods whose values never rise, which are all but gradient descent at
    /// too large a rate and accelerated proximal gradient.
    pub x: Vec<f64>,
    /// The value at `x`.
    pub value: f64,
    /// The gradient at `x`, or its substitute.
    ///
    /// Methods for a sum with a term that has no gradient report the proximal gradient or the smallest
    /// subgradient, which vanish at the minimum like a gradient. Random search reports NaN.
    pub gradient: Vec<f64>,
    /// The largest entry of the gradient, `max |g_i|`, which is compared with the tolerance.
    pub gradient_max: f64,
    /// The 2-norm of the gradient.
    pub gradient_norm: f64,
    /// The number of iterations that were completed.
    pub iterations: usize,
    /// The numbers of evaluations of the parts of the objective.
    pub evaluations: Evaluations,
    /// The numbers of the start and of every iterate, in order.
    pub history: Vec<Progress>,
    /// Why the minimisation ended.
    pub termination: Termination,
}

impl fmt::Display for MinimizeReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, gradient_max, iterations, evaluations, termination, .. } = self;
        write!(
            out,
            "f = {value:.6e}, |g| = {gradient_max:.1e} after {iterations} iterations, {} evaluations: \
             {termination}",
            evaluations.functions
        )
    }
}
