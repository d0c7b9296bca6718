//! What every method promises: when it stops, what it counts, what it shows, and what it refuses.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use wengert_minimize::{
    ConjugateGradient, CoordinateDescent, GaussNewtonCg, GradientDescent, Hessian, HessianProduct, Interval,
    L1, Lbfgs, LeastSquares, LevenbergMarquardt, Method, Newton, NewtonCg, Objective, ProximalGradient,
    RandomSearch, Report, StopReason, Stopping, minimize, with_jacobian,
};

/// `sum_i c_i ln cosh(x_i - 1)`, convex, with curvature from 0 to `c_i`: it counts its evaluations.
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

/// Every method that takes gradients, with these tolerances.
fn methods<O: Hessian + HessianProduct>(stopping: &Stopping) -> Vec<(&'static str, Box<dyn Method<O>>)> {
    let stopping = || stopping.clone();
    vec![
        ("L-BFGS", Box::new(Lbfgs::new().stopping(stopping()))),
        ("conjugate gradient", Box::new(ConjugateGradient::new().stopping(stopping()))),
        ("Newton", Box::new(Newton::new().stopping(stopping()))),
        ("Newton-CG", Box::new(NewtonCg::new().stopping(stopping()))),
        ("gradient descent", Box::new(GradientDescent::new(0.05).stopping(stopping()))),
        ("steepest descent", Box::new(GradientDescent::searching().stopping(stopping()))),
        ("ISTA", Box::new(ProximalGradient::ista(L1::new(0.0)).stopping(stopping()))),
        ("FISTA", Box::new(ProximalGradient::fista(L1::new(0.0)).stopping(stopping()))),
    ]
}

const START: [f64; 4] = [2.0, -0.5, 0.25, 1.75];

#[test]
fn every_method_meets_the_gradient_tolerance_and_says_so() {
    for (name, method) in methods(&Stopping::new()) {
        let report = method.minimize(&mut Counting::default(), &START);
        assert_eq!(report.stop, StopReason::Gradient, "{name}: {report}");
        assert!(report.stop.converged() && report.gradient_max <= 1e-8, "{name}: {report}");
        assert!(report.x.iter().all(|x| (x - 1.0).abs() < 1e-7), "{name}: {:?}", report.x);
        assert!(report.gradient_norm >= report.gradient_max, "{name}: {report}");
    }
}

#[test]
fn the_report_counts_what_the_objective_counted() {
    for (name, method) in methods(&Stopping::new()) {
        let mut objective = Counting::default();
        let evaluations = method.minimize(&mut objective, &START).evaluations;
        let counted = (evaluations.functions, evaluations.hessians, evaluations.products);
        assert_eq!(counted, (objective.functions, objective.hessians, objective.products), "{name}");
        assert_eq!(evaluations.jacobians, 0, "{name}");
    }
}

#[test]
fn the_history_has_the_start_and_every_iterate_that_the_observer_saw() {
    for (name, method) in methods(&Stopping::new()) {
        let mut seen = Vec::new();
        let report = method.minimize_observed(&mut Counting::default(), &START, &mut |iterate| {
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
    for (name, method) in methods(&Stopping::new().gradient(0.0).decrease(1e-6)) {
        let report = method.minimize(&mut Counting::default(), &START);
        assert_eq!(report.stop, StopReason::Decrease, "{name}: {report}");
        let [.., before, last] = &report.history[..] else { panic!("{name}: {report}") };
        assert!(before.value - last.value <= 1e-6 && report.stop.converged(), "{name}: {report}");
    }
}

#[test]
fn the_tolerance_for_the_step_stops_early() {
    for (name, method) in methods(&Stopping::new().gradient(0.0).step(1e-4)) {
        let mut points = Vec::new();
        let report = method.minimize_observed(&mut Counting::default(), &START, &mut |iterate| {
            points.push(iterate.x.to_vec());
            ControlFlow::Continue(())
        });
        assert_eq!(report.stop, StopReason::Step, "{name}: {report}");
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
        for (name, method) in methods(&Stopping::new().gradient(0.0).iterations(most)) {
            let report = method.minimize(&mut Counting::default(), &START);
            let expected = (StopReason::Iterations, most);
            let at_zero = report.gradient_max == 0.0;
            assert!((report.stop, report.iterations) == expected || at_zero, "{name}, {most}: {report}");
        }
        for (name, method) in methods(&Stopping::new().gradient(0.0).evaluations(most)) {
            let mut objective = Counting::default();
            let report = method.minimize(&mut objective, &START);
            assert!(report.stop == StopReason::Evaluations || report.gradient_max == 0.0, "{name}: {report}");
            assert!(objective.functions <= most.max(1), "{name}, {most}: {}", objective.functions);
        }
    }
}

#[test]
fn an_observer_can_interrupt() {
    for (name, method) in methods(&Stopping::new()) {
        let report = method.minimize_observed(&mut Counting::default(), &START, &mut |iterate| {
            if iterate.progress.iteration == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((report.stop, report.iterations), (StopReason::Interrupted, 2), "{name}: {report}");
    }
}

/// An objective that is what a function of `x[0]` makes it.
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
fn a_start_that_is_not_finite_is_a_reason_and_no_panic() {
    let starts: [fn(f64) -> (f64, f64); 4] =
        [|x| (f64::NAN, x), |x| (f64::INFINITY, x), |x| (x, f64::NAN), |x| (x, f64::INFINITY)];
    for start in starts {
        for (name, method) in methods(&Stopping::new()) {
            let report = method.minimize(&mut Broken(start), &[1.0]);
            assert_eq!(report.stop, StopReason::NotFinite { iteration: 0 }, "{name}: {report}");
            assert!(!report.stop.converged() && report.x == [1.0], "{name}: {report}");
        }
    }
}

#[test]
fn where_nothing_else_is_finite_the_report_says_so_and_keeps_the_last_finite_point() {
    for (name, method) in methods(&Stopping::new()) {
        let report = method.minimize(&mut Broken(|x| (if x == 1.0 { 1.0 } else { f64::NAN }, 1.0)), &[1.0]);
        assert_eq!(report.stop, StopReason::NotFinite { iteration: 0 }, "{name}: {report}");
        assert!(report.x == [1.0] && report.value == 1.0, "{name}: {report}");
    }
    let residuals = |x: &[f64], r: &mut [f64]| r[0] = if x[0] == 1.0 { 1.0 } else { f64::NAN };
    let mut broken = with_jacobian(1, residuals, |_: &[f64], j: &mut [f64]| j[0] = 1.0);
    let report = LevenbergMarquardt::new().minimize(&mut broken, &[1.0]);
    assert_eq!((report.stop, report.value), (StopReason::NotFinite { iteration: 0 }, 0.5), "{report}");
}

#[test]
fn a_gradient_of_the_wrong_sign_finds_no_descent() {
    for (name, method) in methods(&Stopping::new()) {
        if name == "gradient descent" {
            continue; // It goes wherever the gradient says.
        }
        let report = method.minimize(&mut Broken(|x| (x * x, -2.0 * x)), &[1.0]);
        assert_eq!(report.stop, StopReason::NoDescent { iteration: 0 }, "{name}: {report}");
        assert!(report.to_string().contains("the gradient does not belong to the value"), "{report}");
    }
}

#[test]
fn the_other_methods_have_the_same_reasons() {
    let matrix = [1.0, 2.0, 3.0, 4.0, 5.0, 6.5];
    let (targets, nans) = ([1.0, -1.0, 2.0], [f64::NAN; 3]);
    let run = |targets: &[f64], stopping: &Stopping| -> Vec<Report> {
        let mut problem = LeastSquares::new(&matrix, targets);
        let damped = LevenbergMarquardt::new().stopping(stopping.clone()).minimize(&mut problem, &[4.0, 4.0]);
        let inexact = GaussNewtonCg::new().stopping(stopping.clone()).minimize(&mut problem, &[4.0, 4.0]);
        let lasso =
            CoordinateDescent::new(0.1).stopping(stopping.clone()).minimize(&mut problem, &[4.0, 4.0]);
        vec![damped, inexact, lasso]
    };
    let expect = |reason: StopReason, reports: Vec<Report>| {
        for report in reports {
            assert_eq!(report.stop, reason, "{report}");
        }
    };
    expect(StopReason::Gradient, run(&targets, &Stopping::new()));
    expect(StopReason::Decrease, run(&targets, &Stopping::new().gradient(0.0).decrease(1e-3)));
    expect(StopReason::Step, run(&targets, &Stopping::new().gradient(0.0).step(1e-3)));
    expect(StopReason::Iterations, run(&targets, &Stopping::new().gradient(0.0).iterations(1)));
    expect(StopReason::Evaluations, run(&targets, &Stopping::new().gradient(0.0).evaluations(1)));
    expect(StopReason::NotFinite { iteration: 0 }, run(&nans, &Stopping::new()));
    for report in run(&targets, &Stopping::new().gradient(0.0)) {
        let ended = matches!(report.stop, StopReason::NoDescent { .. }) || report.gradient_max == 0.0;
        assert!(ended && report.gradient_max < 1e-10, "{report}");
    }
}

#[test]
fn random_search_has_the_reasons_that_need_no_gradient() {
    let run = |stopping: Stopping| {
        RandomSearch::new(3).stopping(stopping).minimize(&mut |x: &[f64]| (x[0] - 1.0).powi(2), &[5.0])
    };
    assert_eq!(run(Stopping::new().evaluations(50)).stop, StopReason::Evaluations);
    assert_eq!(run(Stopping::new().iterations(5)).stop, StopReason::Iterations);
    assert_eq!(run(Stopping::new().decrease(1e-3)).stop, StopReason::Decrease);
    assert_eq!(run(Stopping::new().step(1e-3)).stop, StopReason::Step);
    assert!(matches!(run(Stopping::new()).stop, StopReason::NoDescent { .. }));
    let nan = RandomSearch::new(3).minimize(&mut |_: &[f64]| f64::NAN, &[5.0]);
    assert_eq!(nan.stop, StopReason::NotFinite { iteration: 0 });
    let report = run(Stopping::new().iterations(5));
    assert!(report.gradient_max.is_nan() && report.history.is_sorted_by(|a, b| a.value > b.value));
}

#[test]
fn an_objective_without_variables_is_at_its_minimum() {
    let report = minimize(|_, _| 7.0, &[]);
    assert_eq!((report.stop, report.value, report.iterations), (StopReason::Gradient, 7.0, 0));
    let mut constant = with_jacobian(1, |_: &[f64], r: &mut [f64]| r[0] = 2.0, |_: &[f64], _: &mut [f64]| {});
    let report = LevenbergMarquardt::new().minimize(&mut constant, &[]);
    assert_eq!((report.stop, report.value), (StopReason::Gradient, 2.0));
}

#[test]
fn an_extreme_scale_of_value_or_variables_changes_nothing() {
    // Scaled by a power of two, a search with scaled tolerances visits the same points.
    let plain = minimize(|x, g| Counting::default().value_and_gradient(x, g), &START);
    for scale in [2_f64.powi(-300), 2_f64.powi(300)] {
        let mut scaled = |x: &[f64], g: &mut [f64]| {
            let value = Counting::default().value_and_gradient(x, g);
            g.iter_mut().for_each(|g| *g *= scale);
            scale * value
        };
        let report =
            Lbfgs::new().stopping(Stopping::new().gradient(1e-8 * scale)).minimize(&mut scaled, &START);
        assert_eq!((report.stop, &report.x), (StopReason::Gradient, &plain.x), "{report}");
    }
}

fn message_of<T>(work: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| drop(work()))).expect_err("should have panicked");
    let said = panic.downcast_ref::<String>().cloned();
    said.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap()
}

#[test]
fn settings_out_of_range_are_refused_naming_argument_value_and_range() {
    let refused = [
        (message_of(|| Stopping::new().gradient(-1.0)), "gradient tolerance is -1, must be in [0, inf)"),
        (message_of(|| Stopping::new().decrease(f64::NAN)), "decrease tolerance is NaN, must be in [0, inf)"),
        (message_of(|| Stopping::new().step(f64::INFINITY)), "step tolerance is inf, must be in [0, inf)"),
        (message_of(|| Lbfgs::new().memory(0)), "memory is 0, must be at least 1"),
        (message_of(|| Lbfgs::new().wolfe(0.0, 0.9)), "c1 is 0, must be in (0, 0.5)"),
        (message_of(|| Newton::new().wolfe(f64::NAN, 0.9)), "c1 is NaN, must be in (0, 0.5)"),
        (message_of(|| ConjugateGradient::new().wolfe(0.1, 1.0)), "c2 is 1, must be in (c1, 1) = (0.1, 1)"),
        (message_of(|| NewtonCg::new().wolfe(0.1, 0.05)), "c2 is 0.05, must be in (c1, 1)"),
        (message_of(|| NewtonCg::new().products(0)), "products is 0, must be at least 1"),
        (message_of(|| GaussNewtonCg::new().products(0)), "products is 0, must be at least 1"),
        (message_of(|| GaussNewtonCg::new().damping(-1.0)), "damping is -1, must be in [0, inf)"),
        (message_of(|| LevenbergMarquardt::new().damping(-0.5)), "damping is -0.5, must be in [0, inf)"),
        (message_of(|| GradientDescent::new(0.0)), "rate is 0, must be in (0, inf)"),
        (message_of(|| RandomSearch::new(0).scale(-2.0)), "scale is -2, must be in (0, inf)"),
        (message_of(|| CoordinateDescent::new(-1.0)), "lambda is -1, must be in [0, inf)"),
        (message_of(|| L1::new(f64::NAN)), "lambda is NaN, must be in [0, inf)"),
        (message_of(|| Interval::new(2.0, 1.0)), "low is 2, must be at most high, which is 1"),
        (
            message_of(|| LeastSquares::new(&[1.0; 5], &[1.0; 2])),
            "has 5 numbers, must be a multiple of the 2",
        ),
        (message_of(|| LeastSquares::new(&[], &[])), "has 0 numbers, must be a multiple of the 0"),
    ];
    for (message, expected) in refused {
        assert!(message.contains(expected), "{message:?} should say {expected:?}");
    }
}

#[test]
fn a_start_of_the_wrong_length_is_refused_naming_both_lengths() {
    let mut problem = LeastSquares::new(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0]);
    let expected = "x has length 3, but the matrix has 2 columns";
    assert!(message_of(|| CoordinateDescent::new(1.0).minimize(&mut problem, &[0.0; 3])).contains(expected));
    assert!(message_of(|| Lbfgs::new().minimize(&mut problem, &[0.0; 3])).contains(expected));
}
