//! Random search: the baseline for methods with a gradient.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use wengert_kernels::validate::assert_positive;

use crate::minimizer::{Descent, Method};
use crate::objective::Evaluate;
use crate::run::{Point, Run};
use crate::stopping::Termination;

/// Random search: tries a random step, and takes it if it goes down. It needs values only.
///
/// ```text
/// y = x + sigma z,   z ~ N(0, I)
/// f(y) < f(x):   x <- y, sigma <- 2 sigma
/// otherwise:     sigma <- 2^(-1/4) sigma
/// ```
///
/// `sigma` settles where one step in five goes down. The number of evaluations grows with the number of
/// variables times the condition number, whereas a gradient costs the same for any number of variables.
///
/// An iteration is a step that is taken, and the tolerances for decrease and step apply to those. The
/// gradient in the report is NaN.
///
/// Source: Rastrigin 1963, Matyas 1965; the one-in-five rule is Rechenberg 1973, in this form Auger 2009.
///
/// | here | scipy | default |
/// |---|---|---|
/// | `new(seed)` | none: `differential_evolution` and `dual_annealing` are other methods | |
/// | [`scale(sigma)`](RandomSearch::scale) | | 1 |
#[derive(Clone, Debug, PartialEq)]
pub struct RandomSearch {
    seed: u64,
    scale: f64,
}

impl RandomSearch {
    /// The search with random numbers from `seed`; the same seed gives the same steps.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, scale: 1.0 }
    }

    /// Sets the standard deviation `sigma` of the first step in each variable.
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
}

impl<O: Evaluate + ?Sized> Method<O> for RandomSearch {
    fn start(&self, run: &mut Run<'_, O>, at: &mut Point) -> Box<dyn Descent<O> + '_> {
        run.evaluate_value(at);
        Box::new(RandomDescent { random: StdRng::seed_from_u64(self.seed), scale: self.scale })
    }

    fn has_gradient(&self) -> bool {
        false
    }
}

struct RandomDescent {
    random: StdRng,
    scale: f64,
}

impl<O: Evaluate + ?Sized> Descent<O> for RandomDescent {
    fn step(&mut self, run: &mut Run<'_, O>, at: &Point, next: &mut Point) -> Result<(), Termination> {
        loop {
            run.check_evaluations()?;
            for (next, x) in next.x.iter_mut().zip(&at.x) {
                let z: f64 = StandardNormal.sample(&mut self.random);
                *next = x + self.scale * z;
            }
            run.evaluate_value(next);
            if next.value < at.value && next.value.is_finite() {
                self.scale *= 2.0;
                return Ok(());
            }
            if next.x == at.x {
                return Err(run.no_descent());
            }
            self.scale *= 0.5_f64.powf(0.25);
        }
    }
}
