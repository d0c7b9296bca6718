//! Gradient descent: the plain reference.

use std::convert::Infallible;

use super::line_search::{Wolfe, first_step, search};
use super::report::{Observer, Report};
use super::run::{Point, Run, follow};
use super::vector::{add_scaled, dot};
use super::{Method, Objective, StopReason, Stopping};
use wengert_kernels::validate::assert_positive;

/// Gradient descent, `x <- x - alpha g`, with a constant rate or with a line search: the method that the
/// others are measured against.
///
/// On a quadratic with curvatures from `l` to `L` and condition number `kappa = L / l`, the error shrinks
/// each step by at least `(kappa - 1) / (kappa + 1)`, with the constant rate `2 / (l + L)` as with an exact
/// line search: about `kappa / 2` steps for each factor of `e`. With the line search, successive steps are at
/// right angles: the path zigzags down the valley (Nocedal and Wright 2006, section 3.3). From a rate of `2 /
/// L` on it diverges.
///
/// scipy has no such method.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientDescent {
    stride: Stride,
    stopping: Stopping,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stride {
    Rate(f64),
    Searching(Wolfe),
}

impl GradientDescent {
    /// Steps `x <- x - rate g`, wherever they lead.
    ///
    /// # Panics
    /// If the rate is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        assert_positive("GradientDescent: rate", rate);
        Self { stride: Stride::Rate(rate), stopping: Stopping::new() }
    }

    /// Steepest descent: a line search for the strong Wolfe conditions with `c1 = 1e-4`, `c2 = 0.01`, which
    /// is nearly exact.
    #[must_use]
    pub fn searching() -> Self {
        Self { stride: Stride::Searching(Wolfe { c1: 1e-4, c2: 0.01 }), stopping: Stopping::new() }
    }

    /// When to stop.
    #[must_use]
    pub fn stopping(mut self, stopping: Stopping) -> Self {
        self.stopping = stopping;
        self
    }

    fn descend<O: Objective + ?Sized>(
        &self,
        run: &mut Run<'_, O>,
        last: &mut Point,
    ) -> Result<Infallible, StopReason> {
        run.begin(last)?;
        let mut next = last.clone();
        let mut first = first_step(last);
        loop {
            match self.stride {
                Stride::Rate(rate) => step(run, rate, last, &mut next)?,
                Stride::Searching(wolfe) => {
                    let direction: Vec<f64> = last.gradient.iter().map(|g| -g).collect();
                    let taken = search(run, wolfe, last, &direction, first, &mut next)?;
                    // The first-order change of the next step is to equal this one's.
                    first = taken * dot(&last.gradient, &last.gradient) / dot(&next.gradient, &next.gradient);
                }
            }
            run.advance(last, &mut next)?;
        }
    }
}

fn step<O: Objective + ?Sized>(
    run: &mut Run<'_, O>,
    rate: f64,
    last: &Point,
    next: &mut Point,
) -> Result<(), StopReason> {
    run.expect_evaluation()?;
    next.x.copy_from_slice(&last.x);
    add_scaled(&mut next.x, -rate, &last.gradient);
    run.evaluate(next);
    if next.is_finite() { Ok(()) } else { Err(run.not_finite()) }
}

impl<O: Objective + ?Sized> Method<O> for GradientDescent {
    fn minimize_observed(&self, objective: &mut O, start: &[f64], observer: &mut Observer<'_>) -> Report {
        follow(objective, &self.stopping, start, observer, |run, last| self.descend(run, last))
    }
}
