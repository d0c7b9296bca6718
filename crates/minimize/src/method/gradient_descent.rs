//! Gradient descent: the plain reference.

use wengert_kernels::validate::assert_positive;

use crate::line_search::{Wolfe, first_step, search};
use crate::minimizer::{Descent, Method};
use crate::objective::Objective;
use crate::run::{Point, Run};
use crate::stopping::Termination;
use crate::vector::{add_scaled, dot, negate};

/// Gradient descent, `x <- x - alpha g`, with a constant rate or with a line search: the reference for the
/// other methods.
///
/// On a quadratic with curvatures from `l` to `L` and condition number `kappa = L / l`, each step
/// multiplies the error by at most `(kappa - 1) / (kappa + 1)`, with the constant rate `2 / (l + L)` as
/// with an exact line search: that is about `kappa / 2` steps per factor of `e`. With the line search,
/// successive steps are orthogonal: the path zigzags down the valley (Nocedal and Wright 2006, section
/// 3.3). At constant rates of `2 / L` and above it diverges.
///
/// scipy has no such method.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientDescent {
    step_length: StepLength,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum StepLength {
    Rate(f64),
    Search(Wolfe),
}

impl GradientDescent {
    /// Steps `x <- x - rate g`, whether the value falls or rises.
    ///
    /// # Panics
    /// If the rate is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn new(rate: f64) -> Self {
        assert_positive("GradientDescent: rate", rate);
        Self { step_length: StepLength::Rate(rate) }
    }

    /// Steepest descent: steps from a line search for the strong Wolfe conditions with `c1 = 1e-4`,
    /// `c2 = 0.01`, which is nearly exact.
    #[must_use]
    pub fn with_line_search() -> Self {
        Self { step_length: StepLength::Search(Wolfe { c1: 1e-4, c2: 0.01 }) }
    }
}

impl<O: Objective + ?Sized> Method<O> for GradientDescent {
    fn start(&self, run: &mut Run<'_, O>, at: &mut Point) -> Box<dyn Descent<O> + '_> {
        run.evaluate(at);
        match self.step_length {
            StepLength::Rate(rate) => Box::new(ConstantRate { rate }),
            StepLength::Search(wolfe) => {
                Box::new(SteepestDescent { wolfe, direction: vec![0.0; at.x.len()], first: first_step(at) })
            }
        }
    }
}

struct ConstantRate {
    rate: f64,
}

impl<O: Objective + ?Sized> Descent<O> for ConstantRate {
    fn step(&mut self, run: &mut Run<'_, O>, at: &Point, next: &mut Point) -> Result<(), Termination> {
        run.check_evaluations()?;
        next.x.copy_from_slice(&at.x);
        add_scaled(&mut next.x, -self.rate, &at.gradient);
        run.evaluate(next);
        if next.is_finite() { Ok(()) } else { Err(run.not_finite()) }
    }
}

struct SteepestDescent {
    wolfe: Wolfe,
    direction: Vec<f64>,
    /// The step to try first.
    first: f64,
}

impl<O: Objective + ?Sized> Descent<O> for SteepestDescent {
    fn step(&mut self, run: &mut Run<'_, O>, at: &Point, next: &mut Point) -> Result<(), Termination> {
        negate(&mut self.direction, &at.gradient);
        let step = search(run, self.wolfe, at, &self.direction, self.first, next)?;
        // The first-order change of the next step shall equal that of this one.
        self.first = step * dot(&at.gradient, &at.gradient) / dot(&next.gradient, &next.gradient);
        Ok(())
    }
}
