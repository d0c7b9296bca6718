//! Nonlinear conjugate gradient: two vectors of memory.

use std::convert::Infallible;

use super::line_search::{Wolfe, first_step, search};
use super::report::{Observer, Report};
use super::run::{Point, Run, follow};
use super::vector::{dot, norm};
use super::{Method, Objective, StopReason, Stopping};

/// How the next direction is made conjugate to the last; `y = g_{k+1} - g_k`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conjugacy {
    /// `beta = max(eta, (y - 2 d y'y / d'y)'g_{k+1} / d'y)` with `eta = -1 / (|d| min(0.01, |g_k|))`: Hager
    /// and Zhang 2005, section 1. Its directions go down whatever the line search does.
    HagerZhang,
    /// `beta = max(0, y'g_{k+1} / g_k'g_k)`: Polak and Ribiere 1969, cut off at 0 (Powell 1986, Gilbert and
    /// Nocedal 1992).
    PolakRibiere,
}

/// Nonlinear conjugate gradient: for many variables and little memory, or as the method that Krylov solvers
/// come from.
///
/// ```text
/// x <- x + alpha d,   alpha from a line search for the strong Wolfe conditions
/// d <- -g_{k+1} + beta d,   beta by Conjugacy; d = -g at the start, and wherever d would not go down
/// ```
///
/// On a quadratic in `n` dimensions with exact line searches it ends after `n` steps. The first step tried is
/// the one whose first-order change equals the last one's (Nocedal and Wright 2006, section 3.5).
///
/// | here | scipy's `minimize(method="CG")` | default |
/// |---|---|---|
/// | [`conjugacy`](ConjugateGradient::conjugacy) | Polak-Ribiere | Hager-Zhang |
/// | [`wolfe(c1, c2)`](ConjugateGradient::wolfe) | `c1`, `c2`: 1e-4, 0.4 | 1e-4, 0.1 |
/// | [`stopping`](ConjugateGradient::stopping) | `gtol`, `maxiter`: see [`Stopping`] | |
#[derive(Clone, Debug, PartialEq)]
pub struct ConjugateGradient {
    conjugacy: Conjugacy,
    wolfe: Wolfe,
    stopping: Stopping,
}

impl Default for ConjugateGradient {
    fn default() -> Self {
        Self {
            conjugacy: Conjugacy::HagerZhang,
            wolfe: Wolfe { c1: 1e-4, c2: 0.1 },
            stopping: Stopping::new(),
        }
    }
}

impl ConjugateGradient {
    /// The defaults of the table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How directions are made conjugate.
    #[must_use]
    pub fn conjugacy(mut self, conjugacy: Conjugacy) -> Self {
        self.conjugacy = conjugacy;
        self
    }

    /// The constants of the line search: how much of the predicted decrease a step must give, and what share
    /// of the slope may remain.
    ///
    /// # Panics
    /// Unless `0 < c1 < 1/2` and `c1 < c2 < 1`.
    #[must_use]
    #[track_caller]
    pub fn wolfe(mut self, c1: f64, c2: f64) -> Self {
        self.wolfe = Wolfe::new("ConjugateGradient", c1, c2);
        self
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
        let mut direction: Vec<f64> = last.gradient.iter().map(|g| -g).collect();
        let (mut first, mut is_steepest) = (first_step(last), true);
        loop {
            let step = match search(run, self.wolfe, last, &direction, first, &mut next) {
                Ok(step) => step,
                Err(StopReason::NoDescent { .. }) if !is_steepest => {
                    go_down(&mut direction, &last.gradient);
                    (first, is_steepest) = (first_step(last), true);
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            let slope = dot(&last.gradient, &direction);
            is_steepest = self.turn(&mut direction, last, &next);
            first = step * slope / dot(&next.gradient, &direction);
            run.advance(last, &mut next)?;
        }
    }

    /// The next direction; whether it is that of the gradient.
    fn turn(&self, direction: &mut [f64], last: &Point, next: &Point) -> bool {
        let beta = self.conjugacy.beta(direction, &last.gradient, &next.gradient);
        for (d, g) in direction.iter_mut().zip(&next.gradient) {
            *d = beta * *d - g;
        }
        let goes_down = dot(direction, &next.gradient) < 0.0;
        if !goes_down {
            go_down(direction, &next.gradient);
        }
        !goes_down || beta == 0.0
    }
}

fn go_down(direction: &mut [f64], gradient: &[f64]) {
    for (d, g) in direction.iter_mut().zip(gradient) {
        *d = -g;
    }
}

impl Conjugacy {
    fn beta(self, direction: &[f64], before: &[f64], after: &[f64]) -> f64 {
        let y = || after.iter().zip(before).map(|(a, b)| a - b);
        let along = |v: &[f64]| y().zip(v).map(|(y, v)| y * v).sum::<f64>();
        match self {
            Self::PolakRibiere => f64::max(0.0, along(after) / dot(before, before)),
            Self::HagerZhang => {
                let curvature = along(direction);
                let square: f64 = y().map(|y| y * y).sum();
                let beta = (along(after) - 2.0 * square / curvature * dot(direction, after)) / curvature;
                beta.max(-1.0 / (norm(direction) * norm(before).min(0.01)))
            }
        }
    }
}

impl<O: Objective + ?Sized> Method<O> for ConjugateGradient {
    fn minimize_observed(&self, objective: &mut O, start: &[f64], observer: &mut Observer<'_>) -> Report {
        follow(objective, &self.stopping, start, observer, |run, last| self.descend(run, last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn betas_are_those_of_the_papers() {
        let both = [Conjugacy::HagerZhang, Conjugacy::PolakRibiere];
        let betas = |before: [f64; 2], after: [f64; 2]| {
            both.map(|conjugacy| conjugacy.beta(&before.map(|g| -g), &before, &after))
        };
        // After an exact line search both are y'g / g'g.
        assert_eq!(betas([1.0, 0.0], [0.0, 2.0]), [4.0, 4.0]);
        // Cut off at eta = -1 / (1000 * 0.01), where the formula gives -1/2; and at 0, where it gives -1/4.
        assert_eq!(betas([1000.0, 0.0], [-500.0, 0.0])[0], -0.1);
        assert_eq!(betas([1.0, 0.0], [0.5, 0.0]), [0.5, 0.0]);
    }
}
