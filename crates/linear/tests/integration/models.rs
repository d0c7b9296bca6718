//! Linear models against scikit-learn, closed forms and optimality conditions.

use ndarray::{Array1, Array2, ArrayBase, Axis, Data, Dimension, array, s};
use std::collections::HashMap;
use wengert_data::{Dataset, Targets, iris};
use wengert_linear::{
    Lasso, LinearClassifier, LinearRegressor, LinearSvm, LogisticRegression, OrdinaryLeastSquares, Ridge,
};

/// The blocks of the golden file: names, and rows of numbers.
fn goldens() -> HashMap<String, Vec<Vec<f64>>> {
    let mut blocks = HashMap::new();
    let mut rows: &mut Vec<Vec<f64>> = blocks.entry(String::new()).or_default();
    for line in include_str!("goldens/linear_models.txt").lines() {
        let numbers: Result<Vec<f64>, _> = line.split_whitespace().map(str::parse).collect();
        match numbers {
            Ok(numbers) => rows.push(numbers),
            Err(_) => rows = blocks.entry(line.to_owned()).or_default(),
        }
    }
    blocks
}

fn table(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

/// The examples of the regressions.
fn regression() -> (Array2<f64>, Array1<f64>) {
    let all = goldens();
    (table(&all["regression x"]), all["regression y"].concat().into())
}

fn three_classes() -> (Array2<f64>, Vec<u32>) {
    let all = goldens();
    (table(&all["classes x"]), all["classes labels"].concat().iter().map(|&label| label as u32).collect())
}

fn two_classes() -> (Array2<f64>, Vec<u32>) {
    let (x, labels) = three_classes();
    let rows: Vec<usize> = (0..labels.len()).filter(|&i| labels[i] < 2).collect();
    (x.select(Axis(0), &rows), rows.iter().map(|&i| labels[i]).collect())
}

#[track_caller]
fn assert_close<S: Data<Elem = f64>, D: Dimension>(
    name: &str,
    a: &ArrayBase<S, D>,
    b: &[f64],
    tolerance: f64,
) {
    assert_eq!(a.len(), b.len(), "{name}");
    let size = b.iter().fold(1.0, |most: f64, b| most.max(b.abs()));
    let error = a.iter().zip(b).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
    assert!(error <= tolerance * size, "{name}: the difference is {error:.1e}\n{a}\n{b:?}");
}

#[track_caller]
fn assert_regressor(name: &str, model: &LinearRegressor, tolerance: f64) {
    let (all, (x, y)) = (goldens(), regression());
    let golden = &all[name];
    assert_close(name, &model.coefficients, &golden[0], tolerance);
    assert_close(name, &array![model.intercept], &golden[1], tolerance);
    assert_close(name, &array![model.r_squared((&x, &y)).unwrap()], &golden[2], tolerance);
    assert!(model.report.converged(), "{name}: {}", model.report);
    let r = &y - &model.predict(&x);
    assert!(
        (r.dot(&r) / model.report.loss - 1.0).abs() < 1e-12 && model.report.objective >= model.report.loss
    );
}

/// A block for a classifier contains a row of coefficients per score, then the intercepts, then
/// possibly the accuracy.
#[track_caller]
fn assert_classifier(name: &str, model: &LinearClassifier, x: &Array2<f64>, labels: &[u32], tolerance: f64) {
    let all = goldens();
    let (golden, scores) = (&all[name], model.coefficients.nrows());
    assert_close(name, &model.coefficients, &golden[..scores].concat(), tolerance);
    assert_close(name, &model.intercepts, &golden[scores], tolerance);
    if let Some(accuracy) = golden.get(scores + 1) {
        assert_close(name, &array![model.accuracy((x, labels)).unwrap()], accuracy, 1e-15);
    }
    assert!(model.converged(), "{name}: {}", model.reports[0]);
}

#[test]
fn least_squares_and_ridge_agree_with_scikit_learn() {
    let (x, y) = regression();
    // The condition number of X is below 1e3: errors of 1e-13, and larger ones for ridge, which
    // solves with X'X.
    let fit = OrdinaryLeastSquares::new().fit((&x, &y)).unwrap();
    assert_regressor("ols", &fit, 1e-12);
    assert_eq!(fit.report.minimisation, None);
    assert_regressor(
        "ols_origin",
        &OrdinaryLeastSquares::new().without_intercept().fit((&x, &y)).unwrap(),
        1e-12,
    );
    assert_regressor("ridge 0.1", &Ridge::new(0.1).fit((&x, &y)).unwrap(), 1e-11);
    assert_regressor("ridge 10", &Ridge::new(10.0).fit((&x, &y)).unwrap(), 1e-11);
    assert_regressor("ridge_origin 2", &Ridge::new(2.0).without_intercept().fit((&x, &y)).unwrap(), 1e-11);
}

#[test]
fn with_fewer_examples_than_features_ridge_and_minimum_norm_agree_with_the_reference() {
    let all = goldens();
    let (x, y) = (table(&all["wide x"]), all["wide y"].concat());
    let shortest = wengert_linear::minimum_norm((&x, &y)).unwrap();
    assert_close("minimum norm", &shortest, &all["minimum_norm"][0], 1e-12);
    let ridge = Ridge::new(0.5).fit((&x, &y)).unwrap();
    assert_close("wide ridge", &ridge.coefficients, &all["wide_ridge 0.5"][0], 1e-12);
    assert_close("wide ridge", &array![ridge.intercept], &all["wide_ridge 0.5"][1], 1e-12);
}

#[test]
fn the_lasso_agrees_with_scikit_learn_and_satisfies_its_optimality_conditions() {
    let (x, y) = regression();
    // The smallest subgradient is below 1e-8, curvatures are above 1.
    for (name, lambda) in [("lasso 3", 3.0), ("lasso 60", 60.0)] {
        let fit = Lasso::new(lambda).fit((&x, &y)).unwrap();
        assert_regressor(name, &fit, 1e-8);
        // 2 x_j'r = lambda sign w_j, or no more than lambda where w_j = 0.
        let slopes = x.t().dot(&(&y - &fit.predict(&x))) * 2.0;
        for (slope, w) in slopes.iter().zip(&fit.coefficients) {
            let meets =
                if *w == 0.0 { slope.abs() <= lambda } else { (slope - lambda * w.signum()).abs() < 1e-6 };
            assert!(meets, "{name}: {slope} {w}");
        }
        let penalty = lambda * fit.coefficients.mapv(f64::abs).sum();
        assert!((fit.report.objective - fit.report.loss - penalty).abs() < 1e-12 * fit.report.objective);
        let halves = 2.0 * fit.report.minimisation.as_ref().unwrap().value;
        assert!((halves / fit.report.objective - 1.0).abs() < 1e-10, "{halves} {}", fit.report);
    }
    let zeros = |lambda: f64| {
        let fit = Lasso::new(lambda).fit((&x, &y)).unwrap();
        fit.coefficients.iter().filter(|w| **w == 0.0).count()
    };
    assert!(zeros(1e-3) == 0 && zeros(3.0) > 0 && zeros(1e4) == 5);
    let origin = Lasso::new(20.0).without_intercept().fit((&x, &y)).unwrap();
    assert_regressor("lasso_origin 20", &origin, 1e-8);
}

#[test]
fn logistic_regression_agrees_with_scikit_learn() {
    let (x, labels) = two_classes();
    // The gradient of the mean is below 1e-8, curvatures are above 0.01.
    let logistic = || LogisticRegression::new();
    for (name, model) in [
        ("logistic 0.5", logistic().l2(0.5)),
        ("logistic 0", logistic()),
        ("logistic_origin 2", logistic().l2(2.0).without_intercept()),
    ] {
        assert_classifier(name, &model.fit((&x, &labels)).unwrap(), &x, &labels, 1e-6);
    }
    let (x, labels) = three_classes();
    let fit = logistic().l2(0.5).fit((&x, &labels)).unwrap();
    assert_classifier("softmax 0.5", &fit, &x, &labels, 1e-6);
    let probabilities = fit.predict_probabilities(&x.slice(s![..5, ..]));
    assert_close("probabilities", &probabilities, &goldens()["softmax probabilities"].concat(), 1e-6);
    assert!(fit.coefficients.sum_axis(Axis(0)).iter().all(|sum| sum.abs() < 1e-10));
}

#[test]
fn the_probabilities_of_logistic_regression_satisfy_its_optimality_conditions() {
    let (x, labels) = two_classes();
    let lambda = 0.5;
    let fit = LogisticRegression::new().l2(lambda).fit((&x, &labels)).unwrap();
    let p = fit.predict_probabilities(&x);
    let excess: Array1<f64> = labels.iter().enumerate().map(|(i, &t)| p[[i, 1]] - f64::from(t)).collect();
    // The intercept is not penalised: sum (p - t) = 0; X'(p - t) + 2 lambda w = 0.
    assert!(excess.sum().abs() < 1e-6);
    let slope = x.t().dot(&excess) + &fit.coefficients.row(0) * (2.0 * lambda);
    assert!(slope.iter().all(|g| g.abs() < 1e-6), "{slope}");
    let loss: f64 = labels.iter().enumerate().map(|(i, &t)| -p[[i, t as usize]].ln()).sum();
    assert!((loss - fit.reports[0].loss).abs() < 1e-9);
    let far = fit.predict_probabilities(&array![[1e4, 0.0, 0.0], [-1e4, 0.0, 0.0]]);
    assert!(far.iter().all(|p| (0.0..=1.0).contains(p)) && far[[0, 1]] == 1.0 && far[[1, 0]] == 1.0);
}

#[test]
fn support_vector_machines_agree_with_scikit_learn() {
    let (x, labels) = two_classes();
    for (name, lambda) in [("hinge 0.5", 0.5), ("hinge 5", 5.0)] {
        let fit = LinearSvm::hinge(lambda).fit((&x, &labels)).unwrap();
        assert_classifier(name, &fit, &x, &labels, 1e-6);
    }
    let fit = LinearSvm::squared_hinge(0.5).fit((&x, &labels)).unwrap();
    assert_classifier("squared_hinge 0.5", &fit, &x, &labels, 1e-6);
    let (x, labels) = three_classes();
    let fit = LinearSvm::squared_hinge(0.5).without_intercept().fit((&x, &labels)).unwrap();
    assert_classifier("squared_hinge_origin 0.5", &fit, &x, &labels, 1e-6);
    assert_eq!(fit.reports.len(), 3);
}

#[test]
fn the_duality_gap_certifies_the_minimum_of_the_hinge_loss() {
    let (x, labels) = two_classes();
    for (svm, lambda) in [
        (LinearSvm::hinge(0.02), 0.02),
        (LinearSvm::hinge(2.0), 2.0),
        (LinearSvm::hinge(1.0).without_intercept(), 1.0),
    ] {
        let fit = svm.fit((&x, &labels)).unwrap();
        let report = &fit.reports[0];
        let gap = report.duality_gap.unwrap();
        // By weak duality the gap is non-negative, apart from rounding.
        assert!(
            fit.converged() && (-1e-12..1e-10 * report.objective).contains(&gap),
            "{svm:?}: {gap:.1e}, {report}"
        );
        // No line nearby improves the objective by more than the gap.
        let objective = |w: &Array1<f64>, b: f64| {
            let scores = x.dot(w) + b;
            let margins = scores.iter().zip(&labels).map(|(s, &t)| if t == 1 { *s } else { -s });
            margins.map(|margin| (1.0 - margin).max(0.0)).sum::<f64>() + lambda * w.dot(w)
        };
        let (w, b) = (fit.coefficients.row(0).to_owned(), fit.intercepts[0]);
        assert!((objective(&w, b) - report.objective).abs() < 1e-11 * report.objective);
        for k in 0..50 {
            let step = Array1::from_shape_fn(3, |j| 1e-3 * (f64::from(k) * 1.3 + j as f64 * 2.1).sin());
            let moved = if b == 0.0 { 0.0 } else { b + 1e-3 * (f64::from(k) * 0.7).cos() };
            assert!(objective(&(&w + &step), moved) >= report.objective - gap.abs());
        }
    }
}

#[test]
fn the_hinge_loss_converges_for_penalties_over_eight_decades_and_on_raw_features() {
    let ((x, labels), flowers) = (two_classes(), iris().cast::<f64>());
    for exponent in -5..=3 {
        let lambda = 10.0_f64.powi(exponent);
        for intercept in [true, false] {
            let svm = LinearSvm::hinge(lambda);
            let svm = if intercept { svm } else { svm.without_intercept() };
            let (two, three) = (svm.fit((&x, &labels)).unwrap(), svm.fit(&flowers).unwrap());
            for report in two.reports.iter().chain(&three.reports) {
                assert!(report.converged(), "{svm:?}: {report}");
            }
        }
    }
}

#[test]
fn the_widest_margin_between_two_points_lies_midway() {
    // With a small penalty and separable classes, w = 2 (p - q) / |p - q|^2.
    let (p, q) = ([3.0, 1.0], [1.0, 0.0]);
    let x = Array2::from(vec![q, p, [6.0, 3.0], [-4.0, 0.0]]);
    let fit = LinearSvm::hinge(1e-3).fit((&x, &[0, 1, 1, 0])).unwrap();
    assert_close("margin", &fit.coefficients.row(0), &[0.8, 0.4], 1e-7);
    let scores = fit.scores(&x);
    assert!((scores[[0, 0]] + 1.0).abs() < 1e-7 && (scores[[1, 0]] - 1.0).abs() < 1e-7, "{scores}");
    assert!(fit.reports[0].loss < 1e-6);
}

#[test]
fn data_sets_and_arrays_of_any_memory_layout_give_the_same_fit() {
    let (x, y) = regression();
    let values = Targets::Values { values: y.to_vec(), width: 1 };
    let data = Dataset::new("points", x.iter().copied().collect(), 5, values).unwrap();
    let fit = Ridge::new(0.1).fit(&data).unwrap();
    assert_eq!(fit, Ridge::new(0.1).fit((&x, &y)).unwrap());
    // Column-major instead of row-major.
    let turned = x.t().as_standard_layout().to_owned();
    assert!(!turned.t().is_standard_layout());
    for (a, b) in [
        (Ridge::new(0.1).fit((&turned.t(), &y)).unwrap(), fit.clone()),
        (Lasso::new(1.0).fit((&turned.t(), &y)).unwrap(), Lasso::new(1.0).fit(&data).unwrap()),
        (
            OrdinaryLeastSquares::new().fit((&turned.t(), &y)).unwrap(),
            OrdinaryLeastSquares::new().fit(&data).unwrap(),
        ),
    ] {
        assert_close("layout", &a.coefficients, &b.coefficients.to_vec(), 1e-10);
    }
    assert_eq!(fit.r_squared(&data), fit.r_squared((&x, &y)));

    let flowers = iris().cast::<f64>();
    let fit = LogisticRegression::new().l2(0.5).fit(&flowers).unwrap();
    assert!(fit.accuracy(&flowers).unwrap() > 0.95);
    let (x, labels) = three_classes();
    let turned = x.t().as_standard_layout().to_owned();
    let svm = LinearSvm::squared_hinge(0.5);
    let (a, b) = (svm.fit((&turned.t(), &labels)).unwrap(), svm.fit((&x, &labels)).unwrap());
    assert_eq!(a.coefficients, b.coefficients);
}

#[test]
fn an_intercept_is_not_penalised() {
    let (x, y) = regression();
    for strength in [1.0, 1e3, 1e12] {
        let fit = Ridge::new(strength).fit((&x, &y)).unwrap();
        let moved = Ridge::new(strength).fit((&x, &(&y + 100.0))).unwrap();
        assert_close("moved", &moved.coefficients, &fit.coefficients.to_vec(), 1e-10);
        assert!((moved.intercept - fit.intercept - 100.0).abs() < 1e-9);
    }
    let flat = Ridge::new(1e14).fit((&x, &y)).unwrap();
    assert!(
        (flat.intercept - y.mean().unwrap()).abs() < 1e-9 && flat.coefficients.iter().all(|w| w.abs() < 1e-9)
    );
}

#[test]
fn least_squares_keeps_digits_that_the_normal_equations_lose() {
    // Two features differ by 1e-7, so X'X has a condition number of 1e15.
    let z: Vec<f64> = (0..8).map(|i| (f64::from(i) * 1.7).sin()).collect();
    let x = Array2::from_shape_fn((8, 2), |(i, j)| {
        z[i] + if j == 1 { 1e-7 * (i as f64 * 2.9).cos() } else { 0.0 }
    });
    let y = x.dot(&array![2.0, -1.0]) + 3.0;
    let fit = OrdinaryLeastSquares::new().fit((&x, &y)).unwrap();
    // The condition number of X is 1e7: errors of 1e7 times 1e-16, plus the rounding of x and y.
    assert_close("coefficients", &fit.coefficients, &[2.0, -1.0], 1e-7);
}

#[test]
fn a_class_without_examples_has_negligible_probability() {
    let x = array![[0.0], [1.0], [2.0], [3.0]];
    let labels = Targets::Classes { labels: vec![0, 2, 0, 2], classes: 3 };
    let data = Dataset::new("gap", x.iter().copied().collect(), 1, labels).unwrap();
    let fit = LogisticRegression::new().l2(0.1).fit(&data).unwrap();
    assert!(fit.predict_probabilities(&x).column(1).iter().all(|&p| p < 1e-6));
    for svm in [LinearSvm::hinge(0.1), LinearSvm::squared_hinge(0.1)] {
        let fit = svm.fit(&data).unwrap();
        // All examples are negative for this class, so its score is -1 or below.
        assert!(fit.intercepts[1] <= -1.0 + 1e-7 && fit.coefficients[[1, 0]].abs() < 1e-7, "{svm:?}");
    }
}

#[test]
fn a_row_with_a_nan_has_no_predicted_class() {
    let (x, labels) = three_classes();
    let three = LogisticRegression::new().l2(1.0).fit((&x, &labels)).unwrap();
    let two = LinearSvm::hinge(1.0).fit((&array![[-1.0], [1.0]], &[0, 1])).unwrap();
    let mut rows = x.slice(s![..2, ..]).to_owned();
    rows[[1, 0]] = f64::NAN;
    let found = three.predict_classes(&rows);
    assert!(found[0].is_some() && found[1].is_none(), "{found:?}");
    assert_eq!(two.predict_classes(&array![[2.0], [f64::NAN], [-2.0]]), [Some(1), None, Some(0)]);
}
