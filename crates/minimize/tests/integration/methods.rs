//! The characteristic properties of each method.

use crate::problems::problem;
use wengert_minimize::{
    Conjugacy, ConjugateGradient, GradientDescent, HessianProduct, Lbfgs, LeastSquares, MinimizeReport,
    Minimizer, Newton, NewtonCg, Objective, RandomSearch, Stopping, Termination, with_hessian,
    with_hessian_product,
};

/// `sum_i c_i (x_i - i)^2 / 2`, with the curvatures `c`.
fn bowl(curvatures: &[f64]) -> impl FnMut(&[f64], &mut [f64]) -> f64 {
    move |x, gradient| {
        let mut value = 0.0;
        for (i, c) in curvatures.iter().enumerate() {
            let off = x[i] - i as f64;
            gradient[i] = c * off;
            value += 0.5 * c * off * off;
        }
        value
    }
}

/// `n` curvatures from 1 to `condition`.
fn spread(n: usize, condition: f64) -> Vec<f64> {
    (0..n).map(|i| 1.0 + (condition - 1.0) * i as f64 / (n - 1) as f64).collect()
}

/// A dense matrix without a pattern.
fn matrix(rows: usize, columns: usize) -> Vec<f64> {
    (0..rows * columns).map(|i| (1.3 * i as f64 + 0.1 * (i * i) as f64).sin()).collect()
}

fn rosenbrock(x: &[f64], gradient: &mut [f64]) -> f64 {
    let (bend, rest) = (x[1] - x[0] * x[0], 1.0 - x[0]);
    gradient[0] = -400.0 * x[0] * bend - 2.0 * rest;
    gradient[1] = 200.0 * bend;
    100.0 * bend * bend + rest * rest
}

fn rosenbrock_hessian(x: &[f64], hessian: &mut [f64]) {
    hessian[0] = 1200.0 * x[0] * x[0] - 400.0 * x[1] + 2.0;
    hessian[1] = -400.0 * x[0];
    hessian[2] = -400.0 * x[0];
    hessian[3] = 200.0;
}

fn rosenbrock_product(x: &[f64], v: &[f64], product: &mut [f64]) {
    let mut h = [0.0; 4];
    rosenbrock_hessian(x, &mut h);
    product[0] = h[0] * v[0] + h[1] * v[1];
    product[1] = h[2] * v[0] + h[3] * v[1];
}

fn assert_at(report: &MinimizeReport, expected: &[f64]) {
    assert_eq!(report.termination, Termination::Gradient, "{report}");
    let near = report.x.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-7);
    assert!(near, "{report}: {:?}", report.x);
}

#[test]
fn newton_solves_a_quadratic_in_one_step() {
    let (a, b) = (matrix(9, 6), matrix(9, 1));
    let report = Minimizer::new(Newton::new()).minimize(&mut LeastSquares::new(&a, &b), &[5.0; 6]);
    assert_eq!((report.termination, report.iterations), (Termination::Gradient, 1), "{report}");
    assert_eq!((report.evaluations.functions, report.evaluations.hessians), (2, 1));
}

#[test]
fn newton_doubles_the_digits_near_the_minimum() {
    let report = Minimizer::new(Newton::new())
        .minimize(&mut with_hessian(rosenbrock, rosenbrock_hessian), &[-1.2, 1.0]);
    assert_at(&report, &[1.0, 1.0]);
    assert!(report.iterations < 30, "{report}");
    let near: Vec<f64> = report.history.iter().map(|p| p.gradient_norm).filter(|g| *g < 1e-1).collect();
    assert!(near.len() >= 2, "{near:?}");
    // |g_{k+1}| <= C |g_k|^2, with a constant C of the function.
    assert!(near.windows(2).all(|pair| pair[1] <= 100.0 * pair[0].powi(2) + 1e-12), "{near:?}");
}

#[test]
fn newton_leaves_a_saddle_where_the_hessian_is_not_positive_definite() {
    // x^4/4 - x^2/2 + y^2/2: a saddle at 0, minima at x = +-1.
    let function = |x: &[f64], g: &mut [f64]| {
        (g[0], g[1]) = (x[0].powi(3) - x[0], x[1]);
        x[0].powi(4) / 4.0 - x[0] * x[0] / 2.0 + x[1] * x[1] / 2.0
    };
    let hessian = |x: &[f64], h: &mut [f64]| (h[0], h[3]) = (3.0 * x[0] * x[0] - 1.0, 1.0);
    let report = Minimizer::new(Newton::new()).minimize(&mut with_hessian(function, hessian), &[1e-3, 1.0]);
    assert_at(&report, &[1.0, 0.0]);
    let product = |x: &[f64], v: &[f64], p: &mut [f64]| {
        (p[0], p[1]) = ((3.0 * x[0] * x[0] - 1.0) * v[0], v[1]);
    };
    let report =
        Minimizer::new(NewtonCg::new()).minimize(&mut with_hessian_product(function, product), &[1e-3, 1.0]);
    assert_at(&report, &[1.0, 0.0]);
}

#[test]
fn truncated_newton_needs_one_product_per_distinct_curvature_of_a_quadratic() {
    let curvatures: Vec<f64> = (0..300).map(|i| [1.0, 10.0, 1000.0][i % 3]).collect();
    let product = |_: &[f64], v: &[f64], p: &mut [f64]| {
        p.iter_mut().zip(v).zip(&curvatures).for_each(|((p, v), c)| *p = c * v);
    };
    let mut objective = with_hessian_product(bowl(&curvatures), product);
    let report = Minimizer::new(NewtonCg::new()).minimize(&mut objective, &[0.0; 300]);
    assert_eq!(report.termination, Termination::Gradient, "{report}");
    assert!(report.evaluations.products <= 9 && report.evaluations.hessians == 0, "{:?}", report.evaluations);

    let report = Minimizer::new(NewtonCg::new())
        .minimize(&mut with_hessian_product(rosenbrock, rosenbrock_product), &[-1.2, 1.0]);
    assert_at(&report, &[1.0, 1.0]);
}

#[test]
fn truncated_newton_counts_its_products_and_respects_their_limit() {
    struct Counting<'a>(LeastSquares<'a>, usize);
    impl Objective for Counting<'_> {
        fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
            self.0.value_and_gradient(x, gradient)
        }
    }
    impl HessianProduct for Counting<'_> {
        fn hessian_product(&mut self, x: &[f64], v: &[f64], product: &mut [f64]) {
            self.1 += 1;
            self.0.hessian_product(x, v, product);
        }
    }
    let (a, b) = (matrix(20, 10), matrix(20, 1));
    let mut objective = Counting(LeastSquares::new(&a, &b), 0);
    let report = Minimizer::new(NewtonCg::new().max_products(2)).minimize(&mut objective, &[1.0; 10]);
    assert!(report.termination == Termination::Gradient && report.iterations >= 5, "{report}");
    assert_eq!(report.evaluations.products, objective.1);
    assert!(objective.1 <= 2 * report.iterations, "{} products", objective.1);
}

#[test]
fn conjugate_gradients_need_about_n_steps_on_a_quadratic_in_n_dimensions() {
    for conjugacy in [Conjugacy::HagerZhang, Conjugacy::PolakRibiere] {
        for n in [2, 5, 10] {
            let curvatures = spread(n, 100.0);
            // Searches this exact find the minimum along a line by their second trial.
            let method = ConjugateGradient::new().conjugacy(conjugacy).wolfe(1e-4, 1e-3);
            let minimizer = Minimizer::new(method);
            let report = minimizer.minimize(&mut bowl(&curvatures), &vec![-1.0; n]);
            assert_eq!(report.termination, Termination::Gradient, "{report}");
            assert!((n..=n + 2).contains(&report.iterations), "{conjugacy:?}, n = {n}: {report}");
            assert!(
                report.evaluations.functions <= 2 * report.iterations + 2,
                "{conjugacy:?}, n = {n}: {report}"
            );
        }
    }
}

#[test]
fn conjugate_gradients_reach_the_minimum_of_functions_that_are_not_quadratic() {
    let names =
        ["rosenbrock_2", "rosenbrock_100", "beale", "wood", "helical_valley", "brown_dennis", "dixon_price"];
    for conjugacy in [Conjugacy::HagerZhang, Conjugacy::PolakRibiere] {
        for name in names {
            let mut problem = problem(name);
            let start = problem.start.clone();
            let report =
                Minimizer::new(ConjugateGradient::new().conjugacy(conjugacy)).minimize(&mut problem, &start);
            assert_eq!(report.termination, Termination::Gradient, "{name}, {conjugacy:?}: {report}");
        }
    }
}

#[test]
fn the_condition_number_decides_the_speed_of_gradient_descent() {
    let stopping = || Stopping::new().iterations(1_000_000);
    let steps = |condition: f64, method: &dyn Fn(f64) -> GradientDescent| {
        let curvatures = [1.0, condition];
        let report = Minimizer::new(method(condition))
            .stopping(stopping())
            .minimize(&mut bowl(&curvatures), &[condition, 2.0]);
        assert_eq!(report.termination, Termination::Gradient, "{report}");
        report.iterations as f64
    };
    let constant = |condition: f64| GradientDescent::new(2.0 / (1.0 + condition));
    let searching = |_: f64| GradientDescent::with_line_search();
    for method in [&constant as &dyn Fn(f64) -> GradientDescent, &searching] {
        let [ten, hundred, thousand] = [10.0, 100.0, 1000.0].map(|condition| steps(condition, method));
        // About kappa / 2 steps per factor of e, and a few more because the start is farther away.
        assert!((5.0..25.0).contains(&(hundred / ten)), "{ten} {hundred}");
        assert!((5.0..25.0).contains(&(thousand / hundred)), "{hundred} {thousand}");
    }
    // L-BFGS is not affected.
    let lbfgs = Minimizer::new(Lbfgs::new()).minimize(&mut bowl(&[1.0, 1000.0]), &[1000.0, 2.0]);
    assert!(lbfgs.termination == Termination::Gradient && lbfgs.iterations < 10, "{lbfgs}");
}

#[test]
fn gradient_descent_reduces_the_error_by_the_known_factor() {
    // At the rate 2 / (l + L) both modes shrink by (kappa - 1) / (kappa + 1), one of them with a change of
    // sign.
    let kappa = 9.0;
    let minimizer =
        Minimizer::new(GradientDescent::new(2.0 / (1.0 + kappa))).stopping(Stopping::new().iterations(20));
    let report = minimizer.minimize(&mut bowl(&[1.0, kappa]), &[1.0, 2.0]);
    let factor = ((kappa - 1.0) / (kappa + 1.0)).powi(20);
    assert!(
        (report.x[0] - factor).abs() < 1e-12 && (report.x[1] - 1.0 - factor).abs() < 1e-12,
        "{:?}",
        report.x
    );
}

#[test]
fn steepest_descent_zigzags_at_right_angles() {
    let mut gradients: Vec<Vec<f64>> = Vec::new();
    let minimizer =
        Minimizer::new(GradientDescent::with_line_search()).stopping(Stopping::new().iterations(10));
    minimizer.minimize_observed(&mut bowl(&[1.0, 50.0]), &[50.0, 2.0], &mut |iterate| {
        gradients.push(iterate.gradient.to_vec());
        std::ops::ControlFlow::Continue(())
    });
    let cosine = |a: &[f64], b: &[f64]| {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    };
    assert_eq!(gradients.len(), 11);
    for three in gradients.windows(3) {
        assert!(cosine(&three[0], &three[1]).abs() < 0.02, "turns by 90 degrees: {three:?}");
        assert!(cosine(&three[0], &three[2]) > 0.98, "and back: {three:?}");
    }
}

#[test]
fn gradient_descent_diverges_at_rates_of_two_over_the_largest_curvature_and_above() {
    let run =
        |rate: f64| Minimizer::new(GradientDescent::new(rate)).minimize(&mut bowl(&[1.0, 4.0]), &[1.0, 2.0]);
    assert_eq!(run(0.49).termination, Termination::Gradient);
    let report = run(0.51);
    let Termination::NotFinite { iteration } = report.termination else { panic!("{report}") };
    assert!(iteration > 100 && iteration == report.iterations, "{report}");
    assert!(report.value.is_finite() && report.value > 1e300, "the last finite point: {report}");
}

#[test]
fn random_search_descends_more_slowly_than_l_bfgs() {
    let lbfgs = Minimizer::new(Lbfgs::new()).minimize(&mut rosenbrock, &[-1.2, 1.0]);
    let budget = 20 * lbfgs.evaluations.functions;
    for seed in 0..5 {
        let stopping = Stopping::new().evaluations(budget);
        let mut value = |x: &[f64]| rosenbrock(x, &mut [0.0; 2]);
        let random =
            Minimizer::new(RandomSearch::new(seed)).stopping(stopping).minimize(&mut value, &[-1.2, 1.0]);
        assert_eq!((random.termination, random.evaluations.functions), (Termination::Evaluations, budget));
        assert!(random.value < 0.1 * random.history[0].value, "{random}");
        assert!(random.value > 1e3 * lbfgs.value, "{random} against {lbfgs}");
    }
}

#[test]
fn random_search_needs_more_evaluations_for_more_variables_and_a_gradient_does_not() {
    let evaluations_to = |n: usize| {
        let mut value = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>();
        let random = Minimizer::new(RandomSearch::new(7)).minimize(&mut value, &vec![1.0; n]);
        let reached = random.history.iter().find(|p| p.value < 1e-6 * n as f64).unwrap().functions;
        let mut sphere = |x: &[f64], g: &mut [f64]| {
            g.iter_mut().zip(x).for_each(|(g, x)| *g = 2.0 * x);
            x.iter().map(|x| x * x).sum::<f64>()
        };
        (reached, Minimizer::new(Lbfgs::new()).minimize(&mut sphere, &vec![1.0; n]).evaluations.functions)
    };
    let [few, many] = [2, 40].map(evaluations_to);
    assert!(many.0 > 5 * few.0, "{few:?} {many:?}");
    assert!(many.1 <= 5 && few.1 <= 5, "{few:?} {many:?}");
}

#[test]
fn random_search_repeats_itself_for_the_same_seed_only() {
    let run = |seed| {
        let stopping = Stopping::new().evaluations(200);
        Minimizer::new(RandomSearch::new(seed))
            .stopping(stopping)
            .minimize(&mut |x: &[f64]| x[0].cosh(), &[3.0])
            .x[0]
    };
    assert_eq!(run(1).to_bits(), run(1).to_bits());
    assert_ne!(run(1).to_bits(), run(2).to_bits());
}
