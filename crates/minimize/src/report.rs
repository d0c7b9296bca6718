//! What a minimisation returns, and what an observer sees of it on the way.

use std::fmt;
use std::ops::ControlFlow;

use super::StopReason;

/// How often the parts of an objective were evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evaluations {
    /// Values of the function: with the gradient where the method uses one; vectors of residuals.
    pub functions: usize,
    /// Whole Jacobians of residuals.
    pub jacobians: usize,
    /// Whole Hessians.
    pub hessians: usize,
    /// Products of a vector with the Hessian, or with the Jacobian or its transpose.
    pub products: usize,
}

/// One line of the history: an iterate in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// How many iterations led here; 0 is the start.
    pub iteration: usize,
    /// The value `f(x)`.
    pub value: f64,
    /// The largest entry of the gradient, `max |g_i|`.
    pub gradient_max: f64,
    /// The 2-norm of the gradient.
    pub gradient_norm: f64,
    /// How often the function had been evaluated by then.
    pub functions: usize,
}

/// What an observer sees of an iterate.
#[derive(Clone, Copy, Debug)]
pub struct Iterate<'a> {
    /// The point.
    pub x: &'a [f64],
    /// The gradient there, or what the method has in its place (see [`Report::gradient`]).
    pub gradient: &'a [f64],
    /// The numbers that go into the history.
    pub progress: Progress,
}

/// What an observer is: it sees the start and every iterate, and says whether to go on.
pub type Observer<'a> = dyn FnMut(&Iterate<'_>) -> ControlFlow<()> + 'a;

/// The result of a minimisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The last iterate: the best point for every method that never goes up, which is all of them but
    /// gradient descent with a rate that is too large, and accelerated proximal gradient.
    pub x: Vec<f64>,
    /// The value at `x`.
    pub value: f64,
    /// The gradient at `x`. Methods for a sum with a term that has no gradient put the proximal gradient or
    /// the smallest subgradient here, which vanish at the minimum all the same; random search, which knows no
    /// gradient, leaves NaN.
    pub gradient: Vec<f64>,
    /// The largest entry of the gradient, `max |g_i|`: what the tolerance is about.
    pub gradient_max: f64,
    /// The 2-norm of the gradient.
    pub gradient_norm: f64,
    /// How many iterations were completed.
    pub iterations: usize,
    /// How often each part of the objective was evaluated.
    pub evaluations: Evaluations,
    /// The start and every iterate in numbers, in order.
    pub history: Vec<Progress>,
    /// Why the minimisation ended.
    pub stop: StopReason,
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, gradient_max, iterations, evaluations, stop, .. } = self;
        write!(
            out,
            "f = {value:.6e}, |g| = {gradient_max:.1e} after {iterations} iterations, {} evaluations: {stop}",
            evaluations.functions
        )
    }
}
