//! The loop that all methods share.

use std::convert::Infallible;
use std::ops::ControlFlow;

use crate::report::{IterateObserver, MinimizeReport};
use crate::run::{Point, Run};
use crate::stopping::{Stopping, Termination};

/// A method of minimising objectives of type `O`: the settings, from which any number of minimisations can
/// start.
///
/// The loop, the stopping criteria and the observer belong to [`Minimizer`].
///
/// ```
/// use wengert_minimize::{Descent, Method, Minimizer, Objective, Point, Run, Termination};
///
/// /// Steps of a fixed length against the gradient.
/// struct FixedLength(f64);
///
/// impl<O: Objective> Method<O> for FixedLength {
///     fn start(&self, run: &mut Run<'_, O>, at: &mut Point) -> Box<dyn Descent<O> + '_> {
///         run.evaluate(at);
///         Box::new(self)
///     }
/// }
///
/// impl<O: Objective> Descent<O> for &FixedLength {
///     fn step(&mut self, run: &mut Run<'_, O>, at: &Point, next: &mut Point) -> Result<(), Termination> {
///         run.check_evaluations()?;
///         let norm = at.gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
///         for ((next, x), g) in next.x.iter_mut().zip(&at.x).zip(&at.gradient) {
///             *next = x - self.0 * g / norm;
///         }
///         run.evaluate(next);
///         if next.value < at.value { Ok(()) } else { Err(run.no_descent()) }
///     }
/// }
///
/// let mut square = |x: &[f64], gradient: &mut [f64]| {
///     gradient[0] = 2.0 * x[0];
///     x[0] * x[0]
/// };
/// let report = Minimizer::new(FixedLength(0.25)).minimize(&mut square, &[2.0]);
/// assert_eq!((report.termination, report.x[0]), (Termination::Gradient, 0.0));
/// ```
pub trait Method<O: ?Sized> {
    /// Evaluates the start, whose `x` is given, and returns the descent that leads on from there.
    ///
    /// # Panics
    /// If the start does not have the length that the objective needs, as far as the method knows that.
    #[track_caller]
    fn start(&self, run: &mut Run<'_, O>, at: &mut Point) -> Box<dyn Descent<O> + '_>;

    /// Whether iterates have a gradient, or a substitute that vanishes at the minimum.
    fn has_gradient(&self) -> bool {
        true
    }
}

impl<O: ?Sized, M: Method<O> + ?Sized> Method<O> for Box<M> {
    #[track_caller]
    fn start(&self, run: &mut Run<'_, O>, at: &mut Point) -> Box<dyn Descent<O> + '_> {
        (**self).start(run, at)
    }

    fn has_gradient(&self) -> bool {
        (**self).has_gradient()
    }
}

/// A descent in progress: what a method remembers from one iterate to the next.
pub trait Descent<O: ?Sized> {
    /// Finds the iterate after `at`, and leaves it in `next` with value and gradient.
    ///
    /// On entry `next` holds any other point of the same length.
    ///
    /// # Errors
    /// The reason for stopping at `at`, if there is no next iterate.
    fn step(&mut self, run: &mut Run<'_, O>, at: &Point, next: &mut Point) -> Result<(), Termination>;
}

/// Minimises objectives by the method `M`.
///
/// The same objective, start and settings give the same bits.
///
/// ```
/// use wengert_minimize::{Lbfgs, Minimizer, Stopping};
///
/// let mut parabola = |x: &[f64], gradient: &mut [f64]| {
///     gradient[0] = 2.0 * (x[0] - 3.0);
///     (x[0] - 3.0).powi(2)
/// };
/// let report = Minimizer::new(Lbfgs::new().memory(5))
///     .stopping(Stopping::new().gradient(1e-4))
///     .minimize(&mut parabola, &[0.0]);
/// assert!(report.termination.converged() && (report.x[0] - 3.0).abs() < 1e-4);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Minimizer<M> {
    method: M,
    stopping: Stopping,
}

impl<M> Minimizer<M> {
    /// Minimises by `method`, with the default stopping criteria.
    #[must_use]
    pub fn new(method: M) -> Self {
        Self { method, stopping: Stopping::new() }
    }

    /// Sets the stopping criteria.
    #[must_use]
    pub fn stopping(mut self, stopping: Stopping) -> Self {
        self.stopping = stopping;
        self
    }

    /// Minimises `objective` from `start`.
    ///
    /// # Panics
    /// If the start does not have the length that the objective needs.
    #[track_caller]
    pub fn minimize<O: ?Sized>(&self, objective: &mut O, start: &[f64]) -> MinimizeReport
    where
        M: Method<O>,
    {
        self.minimize_observed(objective, start, &mut |_| ControlFlow::Continue(()))
    }

    /// Minimises `objective` from `start`, and shows the start and each iterate to `observer`, which may
    /// interrupt.
    ///
    /// # Panics
    /// If the start does not have the length that the objective needs.
    #[track_caller]
    pub fn minimize_observed<O: ?Sized>(
        &self,
        objective: &mut O,
        start: &[f64],
        observer: &mut IterateObserver<'_>,
    ) -> MinimizeReport
    where
        M: Method<O>,
    {
        let mut at = Point::new(start);
        let mut run = Run::new(objective, &self.stopping, observer);
        let mut descent = self.method.start(&mut run, &mut at);
        let Err(termination) = descend(&mut *descent, &mut run, &mut at, self.method.has_gradient());
        run.into_report(at, termination)
    }
}

/// Steps until there is a reason to stop.
fn descend<O: ?Sized>(
    descent: &mut (dyn Descent<O> + '_),
    run: &mut Run<'_, O>,
    at: &mut Point,
    has_gradient: bool,
) -> Result<Infallible, Termination> {
    run.record_start(at, has_gradient)?;
    let mut next = at.clone();
    loop {
        descent.step(run, at, &mut next)?;
        run.advance(at, &mut next)?;
    }
}
