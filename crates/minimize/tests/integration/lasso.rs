//! The lasso and bounds: proximal gradient and coordinate descent.

use wengert_minimize::{
    Bounds, CoordinateDescent, L1, Lbfgs, LeastSquares, MinimizeReport, Minimizer, Objective,
    ProximalGradient, Stopping, Termination,
};

/// 40 rows, 15 correlated columns, and targets that are a combination of three columns and a wave.
fn data() -> (Vec<f64>, Vec<f64>) {
    let wave = |k: usize| (1.3 * k as f64 + 0.1 * (k * k) as f64).sin() + 0.5 * ((k / 15) as f64 * 0.3).cos();
    let matrix: Vec<f64> = (0..40 * 15).map(wave).collect();
    let rows = matrix.chunks(15).enumerate();
    let targets = rows.map(|(i, row)| 3.0 * row[1] - 2.0 * row[4] + row[9] + 0.1 * (i as f64 * 1.7).sin());
    let targets = targets.collect();
    (matrix, targets)
}

fn patient() -> Stopping {
    Stopping::new().gradient(1e-10).iterations(200_000).evaluations(1_000_000)
}

/// The conditions of Karush, Kuhn and Tucker: `g_j = -lambda sign x_j` where `x_j != 0`, and `|g_j| <=
/// lambda` elsewhere.
fn assert_optimal(report: &MinimizeReport, lambda: f64) {
    let (matrix, targets) = data();
    let mut gradient = vec![0.0; report.x.len()];
    LeastSquares::new(&matrix, &targets).value_and_gradient(&report.x, &mut gradient);
    for (x, g) in report.x.iter().zip(&gradient) {
        if *x == 0.0 {
            assert!(g.abs() <= lambda + 1e-8, "{g}, lambda = {lambda}");
        } else {
            assert!((g + lambda * x.signum()).abs() < 1e-8, "{x}: {g}, lambda = {lambda}");
        }
    }
}

#[test]
fn three_methods_find_the_same_lasso_and_it_meets_the_kkt_conditions() {
    let (matrix, targets) = data();
    let mut problem = LeastSquares::new(&matrix, &targets);
    let start = vec![0.0; 15];
    for lambda in [0.5, 5.0, 20.0] {
        let coordinates =
            Minimizer::new(CoordinateDescent::new(lambda)).stopping(patient()).minimize(&mut problem, &start);
        let fista = Minimizer::new(ProximalGradient::fista(L1::new(lambda)))
            .stopping(patient())
            .minimize(&mut problem, &start);
        let ista = Minimizer::new(ProximalGradient::ista(L1::new(lambda)))
            .stopping(patient())
            .minimize(&mut problem, &start);
        for report in [&coordinates, &fista, &ista] {
            assert_eq!(report.termination, Termination::Gradient, "lambda = {lambda}: {report}");
            assert_optimal(report, lambda);
            assert!(
                (report.value - coordinates.value).abs() < 1e-9 * coordinates.value,
                "{report} {coordinates}"
            );
            for (x, y) in report.x.iter().zip(&coordinates.x) {
                assert!((x - y).abs() < 1e-7 && (*x == 0.0) == (*y == 0.0), "{x} {y}");
            }
        }
        assert!(fista.iterations < ista.iterations, "{fista} {ista}");
    }
}

#[test]
fn acceleration_replaces_the_condition_number_by_its_root() {
    let iterations = |condition: f64, method: ProximalGradient<L1>| {
        let curvature = |i: usize| condition.powf(i as f64 / 9.0);
        let mut bowl = |x: &[f64], g: &mut [f64]| {
            g.iter_mut().zip(x).enumerate().for_each(|(i, (g, x))| *g = curvature(i) * (x - 1.0));
            x.iter().enumerate().map(|(i, x)| 0.5 * curvature(i) * (x - 1.0) * (x - 1.0)).sum()
        };
        let report = Minimizer::new(method).stopping(patient()).minimize(&mut bowl, &[0.0; 10]);
        assert_eq!(report.termination, Termination::Gradient, "{report}");
        report.iterations as f64
    };
    let ratio = |method: fn(L1) -> ProximalGradient<L1>| {
        iterations(3e3, method(L1::new(0.0))) / iterations(30.0, method(L1::new(0.0)))
    };
    // The logarithm of the requested precision grows a little as well; without restarts, FISTA's ratio is
    // 35.
    let (plain, accelerated) = (ratio(ProximalGradient::ista), ratio(ProximalGradient::fista));
    assert!((50.0..200.0).contains(&plain) && (5.0..20.0).contains(&accelerated), "{plain} {accelerated}");
}

#[test]
fn a_larger_lambda_leaves_fewer_nonzero_entries_and_the_largest_correlation_leaves_none() {
    let (matrix, targets) = data();
    let mut problem = LeastSquares::new(&matrix, &targets);
    let mut gradient = vec![0.0; 15];
    problem.value_and_gradient(&[0.0; 15], &mut gradient);
    let largest = gradient.iter().fold(0.0, |most: f64, g| most.max(g.abs()));
    let mut entries = |lambda: f64| {
        let report = Minimizer::new(CoordinateDescent::new(lambda))
            .stopping(patient())
            .minimize(&mut problem, &[0.0; 15]);
        report.x.iter().filter(|x| **x != 0.0).count()
    };
    let counts = [0.0, 0.05 * largest, 0.5 * largest, 1.001 * largest].map(&mut entries);
    assert!(counts.is_sorted_by(|a, b| a > b) && counts[0] == 15 && counts[3] == 0, "{counts:?}");
    assert!(entries(0.999 * largest) > 0);
}

#[test]
fn without_the_term_all_methods_solve_least_squares() {
    let (matrix, targets) = data();
    let mut problem = LeastSquares::new(&matrix, &targets);
    let lbfgs = Minimizer::new(Lbfgs::new()).minimize(&mut problem, &[0.0; 15]);
    let coordinates =
        Minimizer::new(CoordinateDescent::new(0.0)).stopping(patient()).minimize(&mut problem, &[0.0; 15]);
    let fista = Minimizer::new(ProximalGradient::fista(L1::new(0.0)))
        .stopping(patient())
        .minimize(&mut problem, &[0.0; 15]);
    for report in [&coordinates, &fista] {
        assert_eq!(report.termination, Termination::Gradient, "{report}");
        assert!((report.value - lbfgs.value).abs() < 1e-9 * lbfgs.value, "{report} {lbfgs}");
    }
}

#[test]
fn a_column_of_zeros_leaves_its_coordinate_at_zero() {
    let (matrix, targets) = ([1.0, 0.0, 2.0, 0.0], [1.0, 2.0]);
    let report = Minimizer::new(CoordinateDescent::new(0.5))
        .minimize(&mut LeastSquares::new(&matrix, &targets), &[3.0, 7.0]);
    // 5 (x - 1) + 0.5 = 0.
    assert_eq!((report.termination, report.x[1]), (Termination::Gradient, 0.0), "{report}");
    assert!((report.x[0] - 0.9).abs() < 1e-9, "{:?}", report.x);
}

#[test]
fn bounds_hold_at_every_iterate_and_the_minimum_lies_on_them() {
    // (x - 2)^2 + (y - 2)^2 + x y within [0, 1]^2: the gradient at (1, 1) is (-1, -1), out of the box.
    let mut function = |x: &[f64], g: &mut [f64]| {
        (g[0], g[1]) = (2.0 * (x[0] - 2.0) + x[1], 2.0 * (x[1] - 2.0) + x[0]);
        (x[0] - 2.0).powi(2) + (x[1] - 2.0).powi(2) + x[0] * x[1]
    };
    let mut all_inside = true;
    let report = Minimizer::new(ProximalGradient::fista(Bounds::new(0.0, 1.0))).minimize_observed(
        &mut function,
        &[0.25, 0.5],
        &mut |iterate| {
            all_inside &= iterate.x.iter().all(|x| (0.0..=1.0).contains(x));
            std::ops::ControlFlow::Continue(())
        },
    );
    assert_eq!((report.termination, &report.x[..]), (Termination::Gradient, &[1.0, 1.0][..]), "{report}");
    assert!(all_inside);
}
