//! The contract of a method, for every method in the list of the crate.

use std::cell::Cell;
use std::ops::ControlFlow;

use wengert_minimize::{
    Evaluate, Evaluations, Hessian, HessianProduct, Jacobian, JacobianProducts, LeastSquares,
    LinearResiduals, Method, MinimizeReport, Minimizer, Objective, Residuals, Stopping, Termination,
    all_methods,
};

/// `|A x - b|^2 / 2`, which counts its evaluations, with values that are replaced at some points.
struct Bowl<'a> {
    problem: LeastSquares<'a>,
    counted: Evaluations,
    /// The value of all residuals at a point, if it is not `A x - b`.
    replaced: Box<Replacement>,
}

type Replacement = dyn Fn(&[f64]) -> Option<f64>;

/// The rows of `A`, with curvatures `A'A` between 1 and 10, and `b = A (1, -2, 3)`.
const MATRIX: [f64; 12] = [1.0, 0.5, 0.0, -0.5, 2.0, 0.3, 0.0, 0.2, 1.5, 1.0, 0.0, -1.0];
const MINIMUM: [f64; 3] = [1.0, -2.0, 3.0];
const TARGETS: [f64; 4] = [0.0, -3.6, 4.1, -2.0];
const STARTS: [[f64; 3]; 4] = [[0.0; 3], [5.0, 5.0, 5.0], [-1.0, 8.0, 0.25], [1.0, -2.0, 2.5]];

fn bowl() -> Bowl<'static> {
    let problem = LeastSquares::new(&MATRIX, &TARGETS);
    Bowl { problem, counted: Evaluations::default(), replaced: Box::new(|_| None) }
}

impl Evaluate for Bowl<'_> {
    fn value(&mut self, x: &[f64]) -> f64 {
        self.counted.functions += 1;
        (self.replaced)(x).unwrap_or_else(|| self.problem.value(x))
    }
}

impl Objective for Bowl<'_> {
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.counted.functions += 1;
        let value = self.problem.value_and_gradient(x, gradient);
        (self.replaced)(x).unwrap_or(value)
    }
}

impl Hessian for Bowl<'_> {
    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) {
        self.counted.hessians += 1;
        self.problem.hessian(x, hessian);
    }
}

impl HessianProduct for Bowl<'_> {
    fn hessian_product(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) {
        self.counted.products += 1;
        self.problem.hessian_product(x, v, product);
    }
}

impl Residuals for Bowl<'_> {
    fn count(&self) -> usize {
        self.problem.count()
    }

    fn residuals(&mut self, x: &[f64], residuals: &mut [f64]) {
        self.counted.functions += 1;
        match (self.replaced)(x) {
            Some(value) => residuals.fill(value),
            None => self.problem.residuals(x, residuals),
        }
    }
}

impl Jacobian for Bowl<'_> {
    fn jacobian(&mut self, x: &[f64], jacobian: &mut [f64]) {
        self.counted.jacobians += 1;
        self.problem.jacobian(x, jacobian);
    }
}

impl JacobianProducts for Bowl<'_> {
    fn product(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) {
        self.counted.products += 1;
        self.problem.product(x, v, product);
    }

    fn transposed_product(&mut self, x: &[f64], u: &[f64], product: &mut [f64]) {
        self.counted.products += 1;
        self.problem.transposed_product(x, u, product);
    }
}

impl LinearResiduals for Bowl<'_> {
    fn columns(&self) -> usize {
        self.problem.columns()
    }

    fn column(&self, j: usize) -> Vec<f64> {
        self.problem.column(j)
    }
}

/// Calls `check` with the name and a minimizer of every method, and from every start.
fn walk(
    stopping: &Stopping,
    mut check: impl FnMut(&str, &Minimizer<Box<dyn Method<Bowl<'static>>>>, &[f64]),
) {
    for (name, method) in all_methods() {
        let minimizer = Minimizer::new(method).stopping(stopping.clone());
        STARTS.iter().for_each(|start| check(name, &minimizer, start));
    }
}

fn bits(report: &MinimizeReport) -> Vec<u64> {
    let numbers = report.x.iter().chain(&report.gradient).chain([&report.value, &report.gradient_max]);
    let history = report.history.iter().flat_map(|p| [p.value, p.gradient_max, p.gradient_norm]);
    numbers.copied().chain(history).map(f64::to_bits).collect()
}

#[test]
fn the_minimum_of_a_convex_bowl_is_reached_from_every_start() {
    walk(&Stopping::new(), |name, minimizer, start| {
        let report = minimizer.minimize(&mut bowl(), start);
        let found = report.termination == Termination::Gradient && report.gradient_max <= 1e-8;
        // Without a gradient, a minimisation ends where values no longer tell points apart.
        let exhausted = report.gradient_max.is_nan()
            && matches!(report.termination, Termination::NoDescent { .. } | Termination::Evaluations);
        assert!(found || exhausted, "{name} from {start:?}: {report}");
        let near = report.x.iter().zip(MINIMUM).all(|(x, minimum)| (x - minimum).abs() < 1e-6);
        assert!(near && report.value < 1e-12, "{name} from {start:?}: {report}, {:?}", report.x);
    });
}

#[test]
fn the_report_describes_the_last_iterate_and_counts_as_the_objective_does() {
    walk(&Stopping::new(), |name, minimizer, start| {
        let mut objective = bowl();
        let report = minimizer.minimize(&mut objective, start);
        assert_eq!(report.evaluations, objective.counted, "{name}");
        let mut gradient = vec![0.0; 3];
        let value = bowl().value_and_gradient(&report.x, &mut gradient);
        assert!((report.value - value).abs() <= 1e-15, "{name}: {} {value}", report.value);
        let largest = gradient.iter().fold(0.0, |most: f64, g| most.max(g.abs()));
        let is_gradient = (report.gradient_max - largest).abs() <= 1e-9;
        assert!(is_gradient || report.gradient.iter().all(|g| g.is_nan()), "{name}: {:?}", report.gradient);
        assert_eq!((report.history.len(), report.history[0].iteration), (report.iterations + 1, 0), "{name}");
    });
}

#[test]
fn the_observer_sees_the_start_and_every_iterate_and_can_interrupt() {
    walk(&Stopping::new(), |name, minimizer, start| {
        let mut seen = Vec::new();
        let report = minimizer.minimize_observed(&mut bowl(), start, &mut |iterate| {
            seen.push((iterate.x.to_vec(), iterate.progress.value.to_bits()));
            ControlFlow::Continue(())
        });
        assert_eq!(seen[0].0, start, "{name}");
        assert_eq!(seen.last().map(|last| &last.0), Some(&report.x), "{name}");
        let values: Vec<u64> = report.history.iter().map(|progress| progress.value.to_bits()).collect();
        assert_eq!(seen.iter().map(|(_, value)| *value).collect::<Vec<_>>(), values, "{name}");

        let mut count = 0;
        let report = minimizer.minimize_observed(&mut bowl(), start, &mut |_| {
            count += 1;
            if count == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let ended =
            report.termination == Termination::Interrupted || report.termination == Termination::Gradient;
        assert!(ended && report.iterations == 1, "{name}: {report}");
        assert_eq!(report.x, seen[1].0, "{name}");
    });
}

#[test]
fn limits_on_iterations_and_evaluations_are_kept() {
    for most in 0..6 {
        walk(&Stopping::new().gradient(0.0).iterations(most), |name, minimizer, start| {
            let report = minimizer.minimize(&mut bowl(), start);
            let sooner = report.gradient_max < 1e-12 && report.iterations <= most;
            assert!(report.iterations == most || sooner, "{name}, {most}: {report}");
        });
        walk(&Stopping::new().gradient(0.0).evaluations(most), |name, minimizer, start| {
            let mut objective = bowl();
            let report = minimizer.minimize(&mut objective, start);
            assert!(objective.counted.functions <= most.max(1), "{name}, {most}: {report}");
        });
    }
}

#[test]
fn a_repetition_gives_the_same_bits() {
    walk(&Stopping::new(), |name, minimizer, start| {
        let [first, second] = [(); 2].map(|()| minimizer.minimize(&mut bowl(), start));
        assert_eq!(bits(&first), bits(&second), "{name}");
        assert_eq!(
            (first.termination, first.evaluations),
            (second.termination, second.evaluations),
            "{name}"
        );
    });
}

#[test]
fn values_that_are_not_finite_end_a_minimisation_with_a_reason() {
    for number in [f64::NAN, f64::INFINITY] {
        walk(&Stopping::new(), |name, minimizer, start| {
            let everywhere = Bowl { replaced: Box::new(move |_| Some(number)), ..bowl() };
            let report = minimizer.minimize(&mut { everywhere }, start);
            assert_eq!(report.termination, Termination::NotFinite { iteration: 0 }, "{name}: {report}");
            assert_eq!(report.x, start, "{name}");

            // Only the first evaluation, that of the start, has a value.
            let evaluated = Cell::new(false);
            let replaced = move |_: &[f64]| evaluated.replace(true).then_some(number);
            let mut afterwards = Bowl { replaced: Box::new(replaced), ..bowl() };
            let report = minimizer.minimize(&mut afterwards, start);
            let reason = report.termination;
            let is_reason = matches!(reason, Termination::NotFinite { .. } | Termination::NoDescent { .. });
            assert!(is_reason && report.iterations == 0, "{name} from {start:?}: {report}");
            assert!(report.x == start && report.value.is_finite(), "{name}: {report}");
        });
    }
}

#[test]
fn a_wall_of_values_that_are_not_finite_is_never_entered() {
    walk(&Stopping::new().evaluations(5000), |name, minimizer, start| {
        let wall = |x: &[f64]| (x[2] > 2.75).then_some(f64::NAN);
        if wall(start).is_some() {
            return;
        }
        let report = minimizer.minimize(&mut Bowl { replaced: Box::new(wall), ..bowl() }, start);
        assert!(report.value.is_finite() && report.x[2] <= 2.75, "{name} from {start:?}: {report}");
        assert!(!report.termination.converged(), "{name} from {start:?}: {report}");
    });
}
