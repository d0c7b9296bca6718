//! A minimisation in progress: counted evaluations, the history, the observer and the stopping criteria.

use wengert_kernels::{max_norm, norm};

use crate::objective::{Evaluate, Hessian, HessianProduct, Objective};
use crate::report::{Evaluations, Iterate, IterateObserver, MinimizeReport, Progress};
use crate::residuals::{Jacobian, JacobianProducts, Residuals};
use crate::stopping::{Stopping, Termination};
use crate::vector::{distance, dot};

/// A point with its value and its gradient.
#[derive(Clone, Debug)]
pub struct Point {
    /// The `n` variables.
    pub x: Vec<f64>,
    /// The value at `x`.
    pub value: f64,
    /// The gradient at `x`, or its substitute (see [`MinimizeReport::gradient`]).
    pub gradient: Vec<f64>,
}

impl Point {
    /// A point at which nothing has been evaluated yet: value and gradient are NaN.
    pub(crate) fn new(x: &[f64]) -> Self {
        Self { x: x.to_vec(), value: f64::NAN, gradient: vec![f64::NAN; x.len()] }
    }

    /// Whether the value and all entries of the gradient are finite.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.value.is_finite() && self.gradient.iter().all(|g| g.is_finite())
    }
}

/// A few units in the last place of a value.
fn rounding(value: f64) -> f64 {
    16.0 * f64::EPSILON * value.abs()
}

/// The number of iterations that may pass without progress.
const PATIENCE: usize = 10;

/// A minimisation in progress, through which a [`Method`](crate::Method) evaluates the objective, so that
/// every evaluation is counted.
pub struct Run<'a, O: ?Sized> {
    objective: &'a mut O,
    evaluations: Evaluations,
    stopping: &'a Stopping,
    observer: &'a mut IterateObserver<'a>,
    history: Vec<Progress>,
    /// Whether values are known to be rounded like the value at the start.
    is_rough: bool,
}

impl<'a, O: ?Sized> Run<'a, O> {
    pub(crate) fn new(
        objective: &'a mut O,
        stopping: &'a Stopping,
        observer: &'a mut IterateObserver<'a>,
    ) -> Self {
        let evaluations = Evaluations::default();
        Self { objective, evaluations, stopping, observer, history: Vec::new(), is_rough: false }
    }

    /// The number of iterations that have been completed.
    pub(crate) fn iterations(&self) -> usize {
        self.history.len().saturating_sub(1)
    }

    /// Checks that the function may be evaluated once more.
    ///
    /// # Errors
    /// [`Termination::Evaluations`] if that would be more than [`Stopping::evaluations`] allows.
    pub fn check_evaluations(&self) -> Result<(), Termination> {
        if self.evaluations.functions >= self.stopping.evaluations {
            return Err(Termination::Evaluations);
        }
        Ok(())
    }

    /// Checks that `next` is better, in value or in gradient, than the iterate [`PATIENCE`] iterations ago.
    /// If it is not, rounding alone moves the points.
    pub(crate) fn check_progress(&self, next: &Point) -> Result<(), Termination> {
        let Some(back) = self.history.len().checked_sub(PATIENCE) else { return Ok(()) };
        let then = &self.history[back];
        if next.value >= then.value && max_norm(&next.gradient) >= then.gradient_max {
            return Err(self.no_descent());
        }
        Ok(())
    }

    /// The reason for giving up where no better point is found from the present iterate.
    #[must_use]
    pub fn no_descent(&self) -> Termination {
        Termination::NoDescent { iteration: self.iterations() }
    }

    /// The reason for giving up where no finite point is found from the present iterate.
    #[must_use]
    pub fn not_finite(&self) -> Termination {
        Termination::NotFinite { iteration: self.iterations() }
    }

    /// An estimate of the rounding error of `value`.
    pub(crate) fn rounding(&self, value: f64) -> f64 {
        if self.is_rough { self.rounding_at_start().max(rounding(value)) } else { rounding(value) }
    }

    /// An estimate of the rounding error of the value at the start. Terms that large may cancel in later
    /// values.
    pub(crate) fn rounding_at_start(&self) -> f64 {
        self.history.first().map_or(0.0, |start| rounding(start.value))
    }

    /// From now on, values count as rounded like the value at the start. Returns whether that is new.
    pub(crate) fn assume_rough_values(&mut self) -> bool {
        !std::mem::replace(&mut self.is_rough, true)
    }

    /// Records the start, which must be finite, except for the gradient of a method that has none.
    pub(crate) fn record_start(&mut self, at: &Point, has_gradient: bool) -> Result<(), Termination> {
        let recorded = self.record(at, f64::INFINITY);
        let is_finite = if has_gradient { at.is_finite() } else { at.value.is_finite() };
        if is_finite { recorded } else { Err(self.not_finite()) }
    }

    /// Makes `next` the present iterate and records it; `next` then holds the iterate before.
    pub(crate) fn advance(&mut self, at: &mut Point, next: &mut Point) -> Result<(), Termination> {
        std::mem::swap(at, next);
        self.record(at, distance(&at.x, &next.x))
    }

    /// Adds an iterate, `moved` away from the one before, to the history, shows it to the observer, and
    /// checks the stopping criteria.
    fn record(&mut self, at: &Point, moved: f64) -> Result<(), Termination> {
        let progress = Progress {
            iteration: self.history.len(),
            value: at.value,
            gradient_max: max_norm(&at.gradient),
            gradient_norm: norm(&at.gradient),
            functions: self.evaluations.functions,
        };
        let before = self.history.last().map(|progress| progress.value);
        self.history.push(progress);
        let observed = (self.observer)(&Iterate { x: &at.x, gradient: &at.gradient, progress });
        self.check_tolerances(at, &progress, before, moved)?;
        if progress.iteration >= self.stopping.iterations {
            return Err(Termination::Iterations);
        }
        if observed.is_break() {
            return Err(Termination::Interrupted);
        }
        Ok(())
    }

    fn check_tolerances(
        &self,
        at: &Point,
        now: &Progress,
        before: Option<f64>,
        moved: f64,
    ) -> Result<(), Termination> {
        let stopping = self.stopping;
        if now.gradient_max <= stopping.gradient && now.value.is_finite() {
            return Err(Termination::Gradient);
        }
        let Some(before) = before else { return Ok(()) };
        let size = before.abs().max(now.value.abs()).max(1.0);
        if stopping.decrease > 0.0 && before - now.value <= stopping.decrease * size {
            return Err(Termination::Decrease);
        }
        if stopping.step > 0.0 && moved <= stopping.step * (1.0 + max_norm(&at.x)) {
            return Err(Termination::Step);
        }
        Ok(())
    }

    /// The report of a run that ends at `at`.
    pub(crate) fn into_report(self, at: Point, termination: Termination) -> MinimizeReport {
        MinimizeReport {
            value: at.value,
            gradient_max: max_norm(&at.gradient),
            gradient_norm: norm(&at.gradient),
            x: at.x,
            gradient: at.gradient,
            iterations: self.iterations(),
            evaluations: self.evaluations,
            history: self.history,
            termination,
        }
    }
}

impl<O: ?Sized> std::fmt::Debug for Run<'_, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { evaluations, stopping, history, .. } = self;
        f.debug_struct("Run")
            .field("evaluations", evaluations)
            .field("stopping", stopping)
            .field("history", history)
            .finish_non_exhaustive()
    }
}

impl<O: Evaluate + ?Sized> Run<'_, O> {
    /// Evaluates the value at `at.x`; the gradient stays as it is.
    pub fn evaluate_value(&mut self, at: &mut Point) {
        self.evaluations.functions += 1;
        at.value = self.objective.value(&at.x);
    }
}

impl<O: Objective + ?Sized> Run<'_, O> {
    /// Evaluates value and gradient at `at.x`.
    pub fn evaluate(&mut self, at: &mut Point) {
        self.evaluations.functions += 1;
        at.gradient.fill(0.0);
        at.value = self.objective.value_and_gradient(&at.x, &mut at.gradient);
    }
}

impl<O: Hessian + ?Sized> Run<'_, O> {
    /// Writes the Hessian at `x`, row by row.
    pub fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) {
        self.evaluations.hessians += 1;
        hessian.fill(0.0);
        self.objective.hessian(x, hessian);
    }
}

impl<O: HessianProduct + ?Sized> Run<'_, O> {
    /// Writes `H(x) v`.
    pub fn hessian_product(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) {
        self.evaluations.products += 1;
        product.fill(0.0);
        self.objective.hessian_product(x, v, product);
    }
}

impl<O: Residuals + ?Sized> Run<'_, O> {
    /// The objective, for what costs no evaluation: the number of residuals, the columns of a matrix.
    #[must_use]
    pub fn objective(&self) -> &O {
        self.objective
    }

    /// Writes the residuals at `x`, and returns half their sum of squares.
    pub fn half_square(&mut self, x: &[f64], residuals: &mut [f64]) -> f64 {
        self.evaluations.functions += 1;
        residuals.fill(0.0);
        self.objective.residuals(x, residuals);
        0.5 * dot(residuals, residuals)
    }
}

impl<O: Jacobian + ?Sized> Run<'_, O> {
    /// Writes the Jacobian at `x`, row by row.
    pub fn jacobian(&mut self, x: &[f64], jacobian: &mut [f64]) {
        self.evaluations.jacobians += 1;
        jacobian.fill(0.0);
        self.objective.jacobian(x, jacobian);
    }
}

impl<O: JacobianProducts + ?Sized> Run<'_, O> {
    /// Writes `J(x) v`.
    pub fn product(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) {
        self.evaluations.products += 1;
        product.fill(0.0);
        self.objective.product(x, v, product);
    }

    /// Writes `J(x)' u`.
    pub fn transposed_product(&mut self, x: &[f64], u: &[f64], product: &mut [f64]) {
        self.evaluations.products += 1;
        product.fill(0.0);
        self.objective.transposed_product(x, u, product);
    }
}
