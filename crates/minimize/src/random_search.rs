//! Random search: the baseline that every method with a gradient beats.

use std::convert::Infallible;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};

use super::report::{Observer, Report};
use super::run::{Point, Run, follow};
use super::{Method, StopReason, Stopping};
use wengert_kernels::validate::assert_positive;

/// Random search: tries a random step, and takes it if it goes down. Needs values only.
///
/// ```text
/// y = x + sigma z,   z ~ N(0, I)
/// f(y) < f(x):   x <- y, sigma <- 2 sigma
/// otherwise:     sigma <- 2^(-1/4) sigma
/// ```
///
/// The length of the steps settles where one in five goes down. Even so the number of evaluations grows with
/// the number of variables times the condition number, where a gradient costs the same for any number of
/// variables. An iteration is a step taken: the tolerances for decrease and step look at those; the gradient
/// in the report is NaN.
///
/// Source: Rastrigin 1963, Matyas 1965; the one-in-five rule is Rechenberg 1973, in this form Auger 2009.
///
/// | here | scipy | default |
/// |---|---|---|
/// | `new(seed)` | none: `differential_evolution` and `dual_annealing` are other methods | |
/// | [`scale(sigma)`](RandomSearch::scale) | | 1 |
/// | [`stopping`](RandomSearch::stopping) | | 10 000 iterations, 100 000 evaluations |
#[derive(Clone, Debug, PartialEq)]
pub struct RandomSearch {
    seed: u64,
    scale: f64,
    stopping: Stopping,
}

impl RandomSearch {
    /// The search whose random numbers come from `seed`: the same seed gives the same steps.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, scale: 1.0, stopping: Stopping::new() }
    }

    /// The standard deviation `sigma` of the first step in each variable.
    ///
    /// # Panics
    /// If it is not positive and finite.
    #[must_use]
    #[track_caller]
    pub fn scale(mut self, sigma: f64) -> Self {
        assert_positive("RandomSearch: scale", sigma);
        self.scale = sigma;
        self
    }

    /// When to stop.
    #[must_use]
    pub fn stopping(mut self, stopping: Stopping) -> Self {
        self.stopping = stopping;
        self
    }

    fn descend<F: FnMut(&[f64]) -> f64 + ?Sized>(
        &self,
        run: &mut Run<'_, F>,
        last: &mut Point,
    ) -> Result<Infallible, StopReason> {
        last.value = value(run, &last.x);
        run.record(last, f64::INFINITY)?;
        if !last.value.is_finite() {
            return Err(run.not_finite());
        }
        let mut random = StdRng::seed_from_u64(self.seed);
        let (mut next, mut scale) = (last.clone(), self.scale);
        loop {
            run.expect_evaluation()?;
            for (next, x) in next.x.iter_mut().zip(&last.x) {
                let z: f64 = StandardNormal.sample(&mut random);
                *next = x + scale * z;
            }
            next.value = value(run, &next.x);
            if next.value < last.value && next.value.is_finite() {
                scale *= 2.0;
                run.advance(last, &mut next)?;
            } else if next.x == last.x {
                return Err(run.no_descent());
            } else {
                scale *= 0.5_f64.powf(0.25);
            }
        }
    }
}

fn value<F: FnMut(&[f64]) -> f64 + ?Sized>(run: &mut Run<'_, F>, x: &[f64]) -> f64 {
    run.evaluations.functions += 1;
    (run.objective)(x)
}

impl<F: FnMut(&[f64]) -> f64 + ?Sized> Method<F> for RandomSearch {
    fn minimize_observed(&self, objective: &mut F, start: &[f64], observer: &mut Observer<'_>) -> Report {
        follow(objective, &self.stopping, start, observer, |run, last| self.descend(run, last))
    }
}
