//! The contract of [`Minimizer`], with methods that use gradients on a smooth function: stopping criteria,
//! counts, the history, the observer, and values that are not finite.

use std::ops::ControlFlow;

use wengert_minimize::{
    ConjugateGradient, CoordinateDescent, GaussNewtonCg, GradientDescent, Hessian, HessianProduct, L1, Lbfgs,
    LeastSquares, LevenbergMarquardt, Method, MinimizeReport, Minimizer, Newton, NewtonCg, Objective,
    ProximalGradient, RandomSearch, Stopping, Termination, minimize, with_jacobian,
};

/// `sum_i c_i ln cosh(x_i - 1)`, which is convex with curvatures from 0 to `c_i`, and counts its
/// evaluations.
#[derive(Default)]
struct Counting {
    functions: usize,
    hessians: usize,
    products: usize,
}

fn curvature(i: usize) -> f64 {
    1.0 + 3.0 * i as f64
}

impl Objective for Counting {
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.functions += 1;
        x.iter()
            .enumerate()
            .map(|(i, x)| {
                gradient[i] = curvature(i) * (x - 1.0).tanh();
                curvature(i) * (x - 1.0).cosh().ln()
            })
            .sum()
    }
}

impl Hessian for Counting {
    fn hessian(&mut self, x: &[f64], hessian: &mut [f64]) {
        self.hessians += 1;
        for (i, x_i) in x.iter().enumerate() {
            hessian[i * x.len() + i] = curvature(i) / (x_i - 1.0).cosh().powi(2);
        }
    }
}

impl HessianProduct for Counting {
    fn hessian_product(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) {
        self.products += 1;
        for (i, x) in x.iter().enumerate() {
            product[i] = curvature(i) / (x - 1.0).cosh().powi(2) * v[i];
        }
    }
}

type Methods<O> = Vec<(&'static str, Minimizer<Box<dyn Method<O>>>)>;

/// The methods that take gradients, with these stopping criteria.
fn methods<O: Hessian + HessianProduct>(stopping: &Stopping) -> Methods<O> {
    let methods: Vec<(&'static str, Box<dyn Method<O>>)> = vec![
        ("L-BFGS", Box::new(Lbfgs::new())),
        ("conjugate gradients", Box::new(ConjugateGradient::new())),
        ("Newton", Box::new(Newton::new())),
        ("Newton-CG", Box::new(NewtonCg::new())),
        ("gradient descent", Box::new(GradientDescent::new(0.05))),
        ("steepest descent", Box::new(GradientDescent::with_line_search())),
        ("ISTA", Box::new(ProximalGradient::ista(L1::new(0.0)))),
        ("FISTA", Box::new(ProximalGradient::fista(L1::new(0.0)))),
    ];
    let minimizer = |method| Minimizer::new(method).stopping(stopping.clone());
    methods.into_iter().map(|(name, method)| (name, minimizer(method))).collect()
}

const START: [f64; 4] = [2.0, -0.5, 0.25, 1.75];

#[test]
fn every_method_meets_the_gradient_tolerance_and_reports_it() {
    for (name, minimizer) in methods(&Stopping::new()) {
        let report = minimizer.minimize(&mut Counting::default(), &START);
        assert_eq!(report.termination, Termination::Gradient, "{name}: {report}");
        assert!(report.termination.converged() && report.gradient_max <= 1e-8, "{name}: {report}");
        assert!(report.x.iter().all(|x| (x - 1.0).abs() < 1e-7), "{name}: {:?}", report.x);
        assert!(report.gradient_norm >= report.gradient_max, "{name}: {report}");
    }
}

#[test]
fn the_report_has_the_counts_of_the_objective() {
    for (name, minimizer) in methods(&Stopping::new()) {
        let mut objective = Counting::default();
        let evaluations = minimizer.minimize(&mut objective, &START).evaluations;
        let counted = (evaluations.functions, evaluations.hessians, evaluations.products);
        assert_eq!(counted, (objective.functions, objective.hessians, objective.products), "{name}");
        assert_eq!(evaluations.jacobians, 0, "{name}");
    }
}

#[test]
fn the_history_has_the_start_and_every_iterate_that_the_observer_saw() {
    for (name, minimizer) in methods(&Stopping::new()) {
        let mut seen = Vec::new();
        let report = minimizer.minimize_observed(&mut Counting::default(), &START, &mut |iterate| {
            let mut gradient = vec![0.0; iterate.x.len()];
            let value = Counting::default().value_and_gradient(iterate.x, &mut gradient);
            assert_eq!(iterate.progress.value, value, "{name}");
            seen.push(iterate.progress);
            ControlFlow::Continue(())
        });
        assert_eq!(seen, report.history, "{name}");
        assert_eq!(seen.len(), report.iterations + 1, "{name}");
        assert!(seen.iter().enumerate().all(|(k, progress)| progress.iteration == k), "{name}");
        let last = seen.last().unwrap();
        let same = (last.value, last.gradient_max, last.gradient_norm);
        assert_eq!(same, (report.value, report.gradient_max, report.gradient_norm), "{name}");
        assert_eq!(last.functions, report.evaluations.functions, "{name}");
    }
}

#[test]
fn the_tolerance_for_the_decrease_stops_early() {
    for (name, minimizer) in methods(&Stopping::new().gradient(0.0).decrease(1e-6)) {
        let report = minimizer.minimize(&mut Counting::default(), &START);
        assert_eq!(report.termination, Termination::Decrease, "{name}: {report}");
        let [.., before, last] = &report.history[..] else { panic!("{name}: {report}") };
        assert!(before.value - last.value <= 1e-6 && report.termination.converged(), "{name}: {report}");
    }
}

#[test]
fn the_tolerance_for_the_step_stops_early() {
    for (name, minimizer) in methods(&Stopping::new().gradient(0.0).step(1e-4)) {
        let mut points = Vec::new();
        let report = minimizer.minimize_observed(&mut Counting::default(), &START, &mut |iterate| {
            points.push(iterate.x.to_vec());
            ControlFlow::Continue(())
        });
        assert_eq!(report.termination, Termination::Step, "{name}: {report}");
        let moved = |pair: &[Vec<f64>]| {
            pair[0].iter().zip(&pair[1]).fold(0.0, |most: f64, (x, y)| most.max((x - y).abs()))
        };
        let steps: Vec<f64> = points.windows(2).map(moved).collect();
        let (last, others) = steps.split_last().unwrap();
        assert!(*last <= 2.1e-4 && others.iter().all(|step| *step > 1e-4), "{name}: {steps:?}");
    }
}

#[test]
fn no_more_iterations_or_evaluations_are_made_than_allowed() {
    for most in 0..12 {
        for (name, minimizer) in methods(&Stopping::new().gradient(0.0).iterations(most)) {
            let report = minimizer.minimize(&mut Counting::default(), &START);
            let expected = (Termination::Iterations, most);
            let at_zero = report.gradient_max == 0.0;
            assert!(
                (report.termination, report.iterations) == expected || at_zero,
                "{name}, {most}: {report}"
            );
        }
        for (name, minimizer) in methods(&Stopping::new().gradient(0.0).evaluations(most)) {
            let mut objective = Counting::default();
            let report = minimizer.minimize(&mut objective, &START);
            assert!(
                report.termination == Termination::Evaluations || report.gradient_max == 0.0,
                "{name}: {report}"
            );
            assert!(objective.functions <= most.max(1), "{name}, {most}: {}", objective.functions);
        }
    }
}

#[test]
fn an_observer_can_interrupt() {
    for (name, minimizer) in methods(&Stopping::new()) {
        let report = minimizer.minimize_observed(&mut Counting::default(), &START, &mut |iterate| {
            if iterate.progress.iteration == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(
            (report.termination, report.iterations),
            (Termination::Interrupted, 2),
            "{name}: {report}"
        );
    }
}

/// The objective with this value and slope as functions of `x[0]`.
struct Broken(fn(f64) -> (f64, f64));

impl Objective for Broken {
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let (value, slope) = (self.0)(x[0]);
        gradient[0] = slope;
        value
    }
}

impl Hessian for Broken {
    fn hessian(&mut self, _: &[f64], hessian: &mut [f64]) {
        hessian[0] = 1.0;
    }
}

impl HessianProduct for Broken {
    fn hessian_product(&mut self, _: &[f64], v: &[f64], product: &mut [f64]) {
        product[0] = v[0];
    }
}

#[test]
fn a_start_that_is_not_finite_ends_with_a_reason_and_no_panic() {
    let starts: [fn(f64) -> (f64, f64); 4] =
        [|x| (f64::NAN, x), |x| (f64::INFINITY, x), |x| (x, f64::NAN), |x| (x, f64::INFINITY)];
    for start in starts {
        for (name, minimizer) in methods(&Stopping::new()) {
            let report = minimizer.minimize(&mut Broken(start), &[1.0]);
            assert_eq!(report.termination, Termination::NotFinite { iteration: 0 }, "{name}: {report}");
            assert!(!report.termination.converged() && report.x == [1.0], "{name}: {report}");
        }
    }
}

#[test]
fn where_no_other_point_is_finite_the_report_has_the_start_and_the_reason() {
    for (name, minimizer) in methods(&Stopping::new()) {
        let report =
            minimizer.minimize(&mut Broken(|x| (if x == 1.0 { 1.0 } else { f64::NAN }, 1.0)), &[1.0]);
        assert_eq!(report.termination, Termination::NotFinite { iteration: 0 }, "{name}: {report}");
        assert!(report.x == [1.0] && report.value == 1.0, "{name}: {report}");
    }
    let residuals = |x: &[f64], r: &mut [f64]| r[0] = if x[0] == 1.0 { 1.0 } else { f64::NAN };
    let mut broken = with_jacobian(1, residuals, |_: &[f64], j: &mut [f64]| j[0] = 1.0);
    let report = Minimizer::new(LevenbergMarquardt::new()).minimize(&mut broken, &[1.0]);
    assert_eq!(
        (report.termination, report.value),
        (Termination::NotFinite { iteration: 0 }, 0.5),
        "{report}"
    );
}

#[test]
fn a_gradient_of_the_wrong_sign_finds_no_descent() {
    for (name, minimizer) in methods(&Stopping::new()) {
        if name == "gradient descent" {
            continue; // It follows the gradient, whatever the value does.
        }
        let report = minimizer.minimize(&mut Broken(|x| (x * x, -2.0 * x)), &[1.0]);
        assert_eq!(report.termination, Termination::NoDescent { iteration: 0 }, "{name}: {report}");
        assert!(report.to_string().contains("the gradient does not belong to the value"), "{report}");
    }
}

#[test]
fn methods_for_residuals_stop_for_the_same_reasons() {
    let matrix = [1.0, 2.0, 3.0, 4.0, 5.0, 6.5];
    let (targets, nans) = ([1.0, -1.0, 2.0], [f64::NAN; 3]);
    let run = |targets: &[f64], stopping: &Stopping| -> Vec<MinimizeReport> {
        let mut problem = LeastSquares::new(&matrix, targets);
        let damped = Minimizer::new(LevenbergMarquardt::new())
            .stopping(stopping.clone())
            .minimize(&mut problem, &[4.0, 4.0]);
        let inexact = Minimizer::new(GaussNewtonCg::new())
            .stopping(stopping.clone())
            .minimize(&mut problem, &[4.0, 4.0]);
        let lasso = Minimizer::new(CoordinateDescent::new(0.1))
            .stopping(stopping.clone())
            .minimize(&mut problem, &[4.0, 4.0]);
        vec![damped, inexact, lasso]
    };
    let expect = |reason: Termination, reports: Vec<MinimizeReport>| {
        for report in reports {
            assert_eq!(report.termination, reason, "{report}");
        }
    };
    expect(Termination::Gradient, run(&targets, &Stopping::new()));
    expect(Termination::Decrease, run(&targets, &Stopping::new().gradient(0.0).decrease(1e-3)));
    expect(Termination::Step, run(&targets, &Stopping::new().gradient(0.0).step(1e-3)));
    expect(Termination::Iterations, run(&targets, &Stopping::new().gradient(0.0).iterations(1)));
    expect(Termination::Evaluations, run(&targets, &Stopping::new().gradient(0.0).evaluations(1)));
    expect(Termination::NotFinite { iteration: 0 }, run(&nans, &Stopping::new()));
    for report in run(&targets, &Stopping::new().gradient(0.0)) {
        let ended = matches!(report.termination, Termination::NoDescent { .. }) || report.gradient_max == 0.0;
        assert!(ended && report.gradient_max < 1e-10, "{report}");
    }
}

#[test]
fn random_search_stops_for_the_reasons_that_need_no_gradient() {
    let run = |stopping: Stopping| {
        Minimizer::new(RandomSearch::new(3))
            .stopping(stopping)
            .minimize(&mut |x: &[f64]| (x[0] - 1.0).powi(2), &[5.0])
    };
    assert_eq!(run(Stopping::new().evaluations(50)).termination, Termination::Evaluations);
    assert_eq!(run(Stopping::new().iterations(5)).termination, Termination::Iterations);
    assert_eq!(run(Stopping::new().decrease(1e-3)).termination, Termination::Decrease);
    assert_eq!(run(Stopping::new().step(1e-3)).termination, Termination::Step);
    assert!(matches!(run(Stopping::new()).termination, Termination::NoDescent { .. }));
    let nan = Minimizer::new(RandomSearch::new(3)).minimize(&mut |_: &[f64]| f64::NAN, &[5.0]);
    assert_eq!(nan.termination, Termination::NotFinite { iteration: 0 });
    let report = run(Stopping::new().iterations(5));
    assert!(report.gradient_max.is_nan() && report.history.is_sorted_by(|a, b| a.value > b.value));
}

#[test]
fn an_objective_without_variables_is_at_its_minimum() {
    let report = minimize(|_, _| 7.0, &[]);
    assert_eq!((report.termination, report.value, report.iterations), (Termination::Gradient, 7.0, 0));
    let mut constant = with_jacobian(1, |_: &[f64], r: &mut [f64]| r[0] = 2.0, |_: &[f64], _: &mut [f64]| {});
    let report = Minimizer::new(LevenbergMarquardt::new()).minimize(&mut constant, &[]);
    assert_eq!((report.termination, report.value), (Termination::Gradient, 2.0));
}

#[test]
fn an_extreme_scale_of_the_value_changes_nothing() {
    // Scaled by a power of two, a search with scaled tolerances visits the same points.
    let plain = minimize(|x, g| Counting::default().value_and_gradient(x, g), &START);
    for scale in [2_f64.powi(-300), 2_f64.powi(300)] {
        let mut scaled = |x: &[f64], g: &mut [f64]| {
            let value = Counting::default().value_and_gradient(x, g);
            g.iter_mut().for_each(|g| *g *= scale);
            scale * value
        };
        let report = Minimizer::new(Lbfgs::new())
            .stopping(Stopping::new().gradient(1e-8 * scale))
            .minimize(&mut scaled, &START);
        assert_eq!((report.termination, &report.x), (Termination::Gradient, &plain.x), "{report}");
    }
}
