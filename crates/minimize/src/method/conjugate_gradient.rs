//! Nonlinear conjugate gradients, which remember two vectors.

use wengert_kernels::norm;

use crate::line_search::{Wolfe, first_step, search};
use crate::minimizer::{Descent, Method};
use crate::objective::Objective;
use crate::run::{Point, Run};
use crate::stopping::Termination;
use crate::vector::{dot, negate};

/// The factor `beta` that makes the next direction conjugate to the last; `y = g_{k+1} - g_k`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conjugacy {
    /// `beta = max(eta, (y - 2 d y'y / d'y)'g_{k+1} / d'y)` with `eta = -1 / (|d| min(0.01, |g_k|))` (Hager
    /// and Zhang 2005, section 1). The directions are descent directions for any line search.
    HagerZhang,
    /// `beta = max(0, y'g_{k+1} / g_k'g_k)` (Polak and Ribiere 1969), cut off at 0 (Powell 1986, Gilbert
    /// and Nocedal 1992).
    PolakRibiere,
}

/// Nonlinear conjugate gradients: for many variables and little memory.
///
/// ```text
/// x <- x + alpha d,   alpha from a line search for the strong Wolfe conditions
/// d <- -g_{k+1} + beta d,   beta by Conjugacy; d = -g at the start, and where d would not descend
/// ```
///
/// With exact line searches, a quadratic in `n` dimensions takes `n` steps. The first step tried is the one
/// whose first-order change equals that of the last step (Nocedal and Wright 2006, section 3.5).
///
/// | here | scipy's `minimize(method="CG")` | default |
/// |---|---|---|
/// | [`conjugacy`](ConjugateGradient::conjugacy) | Polak-Ribiere | Hager-Zhang |
/// | [`wolfe(c1, c2)`](ConjugateGradient::wolfe) | `c1`, `c2`: 1e-4, 0.4 | 1e-4, 0.1 |
#[derive(Clone, Debug, PartialEq)]
pub struct ConjugateGradient {
    conjugacy: Conjugacy,
    wolfe: Wolfe,
}

impl Default for ConjugateGradient {
    fn default() -> Self {
        Self { conjugacy: Conjugacy::HagerZhang, wolfe: Wolfe { c1: 1e-4, c2: 0.1 } }
    }
}

impl ConjugateGradient {
    /// The defaults of the table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the formula for `beta`.
    #[must_use]
    pub fn conjugacy(mut self, conjugacy: Conjugacy) -> Self {
        self.conjugacy = conjugacy;
        self
    }

    /// Sets the constants of the line search: the fraction of the predicted decrease that a step must
    /// reach, and the fraction of the slope that may remain.
    ///
    /// # Panics
    /// Unless `0 < c1 < 1/2` and `c1 < c2 < 1`.
    #[must_use]
    #[track_caller]
    pub fn wolfe(mut self, c1: f64, c2: f64) -> Self {
        self.wolfe = Wolfe::new("ConjugateGradient", c1, c2);
        self
    }
}

impl<O: Objective + ?Sized> Method<O> for ConjugateGradient {
    fn start(&self, run: &mut Run<'_, O>, at: &mut Point) -> Box<dyn Descent<O> + '_> {
        run.evaluate(at);
        let mut direction = vec![0.0; at.x.len()];
        negate(&mut direction, &at.gradient);
        Box::new(ConjugateDescent { settings: self, direction, first: first_step(at), is_steepest: true })
    }
}

struct ConjugateDescent<'a> {
    settings: &'a ConjugateGradient,
    direction: Vec<f64>,
    /// The step to try first.
    first: f64,
    /// Whether the direction is that of the negative gradient.
    is_steepest: bool,
}

impl<O: Objective + ?Sized> Descent<O> for ConjugateDescent<'_> {
    fn step(&mut self, run: &mut Run<'_, O>, at: &Point, next: &mut Point) -> Result<(), Termination> {
        let step = loop {
            match search(run, self.settings.wolfe, at, &self.direction, self.first, next) {
                Ok(step) => break step,
                Err(Termination::NoDescent { .. }) if !self.is_steepest => {
                    negate(&mut self.direction, &at.gradient);
                    (self.first, self.is_steepest) = (first_step(at), true);
                }
                Err(reason) => return Err(reason),
            }
        };
        let slope = dot(&at.gradient, &self.direction);
        self.turn(&at.gradient, &next.gradient);
        self.first = step * slope / dot(&next.gradient, &self.direction);
        Ok(())
    }
}

impl ConjugateDescent<'_> {
    /// Replaces the direction by the next one.
    fn turn(&mut self, before: &[f64], after: &[f64]) {
        let beta = self.settings.conjugacy.beta(&self.direction, before, after);
        for (d, g) in self.direction.iter_mut().zip(after) {
            *d = beta * *d - g;
        }
        let descends = dot(&self.direction, after) < 0.0;
        if !descends {
            negate(&mut self.direction, after);
        }
        self.is_steepest = !descends || beta == 0.0;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn betas_follow_the_formulas_of_the_papers() {
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
