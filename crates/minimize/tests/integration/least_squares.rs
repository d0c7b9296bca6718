//! Sums of squares: Levenberg-Marquardt and Gauss-Newton.

use crate::problems::{all, problem};
use wengert_minimize::{
    GaussNewtonCg, Jacobian, Lbfgs, LeastSquares, LevenbergMarquardt, MinimizeReport, Minimizer, Residuals,
    Termination, with_jacobian, with_jacobian_products,
};

/// A dense matrix without a pattern.
fn matrix(rows: usize, columns: usize) -> Vec<f64> {
    (0..rows * columns).map(|i| (1.3 * i as f64 + 0.1 * (i * i) as f64).sin()).collect()
}

fn by_products(name: &str) -> MinimizeReport {
    let problem = problem(name);
    let squares = problem.residuals().unwrap().squares;
    let n = problem.start.len();
    let m = (squares.count)(n);
    let jacobian_at = |x: &[f64]| {
        let mut jacobian = vec![0.0; m * n];
        (squares.jacobian)(x, &mut jacobian);
        jacobian
    };
    let product = |x: &[f64], v: &[f64], out: &mut [f64]| {
        for (out, row) in out.iter_mut().zip(jacobian_at(x).chunks(n)) {
            *out = row.iter().zip(v).map(|(j, v)| j * v).sum();
        }
    };
    let transposed = |x: &[f64], u: &[f64], out: &mut [f64]| {
        for (u, row) in u.iter().zip(jacobian_at(x).chunks(n)) {
            out.iter_mut().zip(row).for_each(|(out, j)| *out += u * j);
        }
    };
    let mut objective = with_jacobian_products(m, squares.residuals, product, transposed);
    Minimizer::new(GaussNewtonCg::new()).minimize(&mut objective, &problem.start)
}

#[test]
fn levenberg_marquardt_reaches_a_minimum_of_every_sum_of_squares() {
    let mut solved = 0;
    for problem in all() {
        let Some(mut residuals) = problem.residuals() else { continue };
        let report = Minimizer::new(LevenbergMarquardt::new()).minimize(&mut residuals, &problem.start);
        assert!(
            report.termination == Termination::Gradient && report.gradient_max <= 1e-8,
            "{}: {report}",
            problem.name
        );
        // Twice the value: the problems are plain sums, without the half.
        let near = |minimum: f64| (2.0 * report.value - minimum).abs() <= 1e-9 * minimum.abs().max(0.1);
        assert!(problem.minima.iter().copied().any(near), "{}: {report}", problem.name);
        solved += 1;
    }
    assert!(solved >= 20, "{solved}");
}

#[test]
fn levenberg_marquardt_fits_kowalik_osborne_and_box_in_far_fewer_steps_than_l_bfgs() {
    for (name, most) in [("kowalik_osborne", 20), ("box", 15)] {
        let mut problem = problem(name);
        let start = problem.start.clone();
        let damped =
            Minimizer::new(LevenbergMarquardt::new()).minimize(&mut problem.residuals().unwrap(), &start);
        let lbfgs = Minimizer::new(Lbfgs::new()).minimize(&mut problem, &start);
        assert!(damped.termination == Termination::Gradient && damped.iterations <= most, "{name}: {damped}");
        assert!(damped.evaluations.functions < lbfgs.evaluations.functions, "{name}: {damped} {lbfgs}");
        assert_eq!(damped.evaluations.jacobians, damped.iterations + 1);
    }
}

#[test]
fn gauss_newton_solves_linear_residuals_in_one_step() {
    let (a, b) = (matrix(12, 5), matrix(12, 1));
    let minimizer = Minimizer::new(LevenbergMarquardt::new().damping(0.0));
    let report = minimizer.minimize(&mut LeastSquares::new(&a, &b), &[3.0; 5]);
    assert_eq!((report.termination, report.iterations), (Termination::Gradient, 1), "{report}");
}

#[test]
fn the_damping_falls_to_a_third_after_each_step_that_the_model_predicts_exactly() {
    // One linear residual: a step damped by lambda leaves lambda / (1 + lambda) of it.
    let residuals = |x: &[f64], r: &mut [f64]| r[0] = 4.0 * x[0];
    let jacobian = |_: &[f64], j: &mut [f64]| j[0] = 4.0;
    let report = Minimizer::new(LevenbergMarquardt::new().damping(1.0))
        .minimize(&mut with_jacobian(1, residuals, jacobian), &[2.0]);
    let (mut left, mut lambda) = (8.0, 1.0);
    for progress in &report.history[..6] {
        assert!((progress.value - 0.5 * left * left).abs() <= 1e-12 * progress.value, "{progress:?}: {left}");
        left *= lambda / (1.0 + lambda);
        lambda /= 3.0;
    }
    assert_eq!(report.termination, Termination::Gradient, "{report}");
}

#[test]
fn gauss_newton_is_damped_where_columns_depend_on_each_other() {
    // x + y - 2, three times: every point on a line is a minimum.
    let residuals = |x: &[f64], r: &mut [f64]| r.fill(x[0] + x[1] - 2.0);
    let jacobian = |_: &[f64], j: &mut [f64]| j.fill(1.0);
    let report = Minimizer::new(LevenbergMarquardt::new().damping(0.0))
        .minimize(&mut with_jacobian(3, residuals, jacobian), &[5.0, 1.0]);
    assert_eq!(report.termination, Termination::Gradient, "{report}");
    assert!((report.x[0] + report.x[1] - 2.0).abs() < 1e-8, "{:?}", report.x);
}

#[test]
fn steps_do_not_depend_on_the_scale_of_the_variables() {
    let scales = [1e3, 1e-2, 1.0];
    let mut plain = problem("bard").residuals().unwrap();
    let mut scaled_residuals = problem("bard").residuals().unwrap();
    let mut scaled_jacobian = problem("bard").residuals().unwrap();
    let unscaled = |x: &[f64]| x.iter().zip(scales).map(|(x, s)| x / s).collect::<Vec<_>>();
    let mut scaled = with_jacobian(
        plain.count(),
        |x: &[f64], r: &mut [f64]| scaled_residuals.residuals(&unscaled(x), r),
        |x: &[f64], j: &mut [f64]| {
            scaled_jacobian.jacobian(&unscaled(x), j);
            j.iter_mut().zip(scales.into_iter().cycle()).for_each(|(j, s)| *j /= s);
        },
    );
    let one = Minimizer::new(LevenbergMarquardt::new()).minimize(&mut plain, &[1.0; 3]);
    let other = Minimizer::new(LevenbergMarquardt::new()).minimize(&mut scaled, &scales);
    for (one, other) in one.history.iter().zip(&other.history) {
        assert!((one.value - other.value).abs() <= 1e-9 * one.value, "{one:?} {other:?}");
    }
    assert!(one.iterations >= 4, "{one}");
}

#[test]
fn products_alone_also_lead_to_the_minimum() {
    let names = [
        "rosenbrock",
        "beale",
        "helical_valley",
        "bard",
        "wood",
        "broyden_tridiagonal",
        "extended_rosenbrock",
    ];
    for name in &names[1..] {
        let report = by_products(name);
        assert!(
            report.termination == Termination::Gradient && report.gradient_max <= 1e-8,
            "{name}: {report}"
        );
        assert!(
            report.evaluations.jacobians == 0 && report.evaluations.products > 0,
            "{:?}",
            report.evaluations
        );
        let near = |minimum: f64| (2.0 * report.value - minimum).abs() <= 1e-9 * minimum.abs().max(0.1);
        assert!(problem(name).minima.iter().copied().any(near), "{name}: {report}");
    }
}

#[test]
fn a_point_with_residuals_that_are_nan_is_not_taken() {
    // ln x - 1, from where the undamped step goes below 0.
    let mut nans = 0;
    let residuals = |x: &[f64], r: &mut [f64]| {
        r[0] = x[0].ln() - 1.0;
        nans += usize::from(r[0].is_nan());
    };
    let jacobian = |x: &[f64], j: &mut [f64]| j[0] = 1.0 / x[0];
    let minimizer = Minimizer::new(LevenbergMarquardt::new().damping(0.0));
    let report = minimizer.minimize(&mut with_jacobian(1, residuals, jacobian), &[20.0]);
    assert!(
        report.termination == Termination::Gradient && (report.x[0] - 1_f64.exp()).abs() < 1e-7,
        "{report}"
    );
    assert!(nans > 0, "the step below 0 should have been tried");
}

#[test]
fn the_direct_solution_names_a_column_that_depends_on_others() {
    let (matrix, targets) = ([1.0, 0.0, 1.0, 1.0, 1.0, 2.0, 1.0, 3.0], [1.0, 3.0, 4.0, 4.0]);
    let x = LeastSquares::new(&matrix, &targets).solve().expect("its columns are independent");
    assert!((x[0] - 1.5).abs() < 1e-14 && (x[1] - 1.0).abs() < 1e-14, "{x:?}");
    // The third column is the first plus a tenth of the second, but for rounding.
    let rows: Vec<f64> = matrix.chunks(2).flat_map(|row| [row[0], row[1], row[0] + 0.1 * row[1]]).collect();
    let depends = LeastSquares::new(&rows, &targets).solve().expect_err("its columns depend on each other");
    assert_eq!(depends.column, 2);
    assert_eq!(depends.to_string(), "column 2 of the matrix depends on the columns before it: leave it out");
    let zeros = LeastSquares::new(&[1.0, 0.0, 2.0, 0.0], &[1.0, 1.0]).solve();
    assert_eq!(zeros.map_err(|error| error.column), Err(1));
    let wide = LeastSquares::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 7.0], &[1.0, 1.0]).solve();
    assert_eq!(wide.map_err(|error| error.column), Err(2));
    // A column may be arbitrarily small.
    let small = LeastSquares::new(&[1.0, 0.0, 1.0, 1e-200], &[1.0, 3.0]).solve().expect("it is independent");
    assert!((small[1] / 2e200 - 1.0).abs() < 1e-14, "{small:?}");
}
