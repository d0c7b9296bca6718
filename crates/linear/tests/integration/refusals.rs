//! Invalid examples and settings, and fits that did not converge.

use ndarray::{Array1, Array2, array, s};
use wengert_data::{Dataset, Role, Targets};
use wengert_linear::{Lasso, LinearError, LinearSvm, LogisticRegression, OrdinaryLeastSquares, Ridge};
use wengert_minimize::Stopping;

fn noise(k: usize) -> f64 {
    ((k * k) as f64 * 0.754_877_6 + k as f64 * 12.9898 + 0.3).sin()
}

/// 12 examples with 5 features and one value each.
fn values() -> (Array2<f64>, Array1<f64>) {
    let x = Array2::from_shape_fn((12, 5), |(i, j)| noise(5 * i + j));
    let y = x.sum_axis(ndarray::Axis(1)) + Array1::from_shape_fn(12, |i| noise(100 + i));
    (x, y)
}

/// The same features with two classes that no hyperplane separates.
fn two_classes() -> (Array2<f64>, Vec<u32>) {
    (values().0, (0..12).map(|i| u32::from(i % 2 == 0)).collect())
}

#[test]
fn invalid_examples_are_rejected_with_a_correction() {
    let (x, y) = (array![[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]], [1.0, 2.0, 3.0]);
    let assert_rejected = |x: &Array2<f64>, y: &[f64], part: &str| {
        let errors = [
            OrdinaryLeastSquares::new().fit((x, y)).unwrap_err(),
            Ridge::new(1.0).fit((x, y)).unwrap_err(),
            Lasso::new(1.0).fit((x, y)).unwrap_err(),
        ];
        for error in errors {
            assert!(error.to_string().contains(part), "{error}");
        }
    };
    assert_rejected(&Array2::zeros((0, 2)), &[], "0 examples of 2 features: give at least one of each");
    assert_rejected(&Array2::zeros((2, 0)), &[1.0, 2.0], "2 examples of 0 features");
    assert_rejected(&x, &y[..2], "3 examples have 2 targets: give one target for each example");
    let mut wrong = x.clone();
    wrong[[1, 0]] = f64::NAN;
    assert_rejected(&wrong, &y, "row 2, column 1 of the features is NaN: every value must be finite");
    assert_rejected(&x, &[1.0, 2.0, f64::INFINITY], "row 3, column 1 of the targets is inf");

    assert_eq!(Ridge::new(1.0).fit((&x, &[0, 1, 1])), Err(LinearError::NeedsValues));
    assert_eq!(LogisticRegression::new().fit((&x, &y)), Err(LinearError::NeedsClasses));
    let weighted = |targets| {
        Dataset::new("weighted", vec![1.0; 6], 2, targets).unwrap().with_weights([1.0, 2.0, 0.5]).unwrap()
    };
    let values = weighted(Targets::Values { values: vec![1.0, 2.0, 3.0], width: 1 });
    assert_eq!(Ridge::new(1.0).fit(&values), Err(LinearError::Weighted));
    let classes = weighted(Targets::Classes { labels: vec![0, 1, 1], classes: 2 });
    assert_eq!(LogisticRegression::new().fit(&classes), Err(LinearError::Weighted));
    assert_eq!(LogisticRegression::new().fit((&x, &[2, 2, 2])), Err(LinearError::OneClass { label: 2 }));
    assert_eq!(LinearSvm::hinge(1.0).fit((&x, &[0, 0, 0])), Err(LinearError::OneClass { label: 0 }));
    let rows = Targets::Values { values: vec![0.0; 6], width: 2 };
    let several = Dataset::new("pairs", vec![1.0, 2.0, 3.0], 1, rows).unwrap();
    assert_eq!(Ridge::new(1.0).fit(&several), Err(LinearError::SeveralTargets { width: 2 }));
    let not_finite = LinearError::NotFinite { part: Role::Features, row: 2, column: 1, value: f64::INFINITY };
    wrong[[1, 0]] = f64::INFINITY;
    assert_eq!(LogisticRegression::new().fit((&wrong, &[0, 1, 1])), Err(not_finite));
}

#[test]
fn undetermined_coefficients_are_rejected_naming_the_feature() {
    let ols = OrdinaryLeastSquares::new();
    let wide = array![[1.0, 2.0, 4.0], [3.0, 5.0, 1.0]];
    assert_eq!(
        ols.fit((&wide, &[1.0, 2.0])),
        Err(LinearError::TooFewExamples { examples: 2, coefficients: 4 })
    );
    // The third feature is the sum of the others; the second is constant.
    let dependent =
        array![[1.0, 2.0, 3.0], [3.0, 5.0, 8.0], [4.0, 4.0, 8.0], [0.3, 0.7, 1.0], [0.1, 9.0, 9.1]];
    let y = [1.0, 2.0, 3.0, 4.0, 5.0];
    assert_eq!(ols.fit((&dependent, &y)), Err(LinearError::DependentFeature { column: 3 }));
    let constant = array![[1.0, 0.1], [3.0, 0.1], [4.0, 0.1]];
    assert_eq!(ols.fit((&constant, &y[..3])), Err(LinearError::DependentFeature { column: 2 }));
    // Without an intercept a constant feature is allowed; penalties determine the coefficients of
    // dependent features.
    let origin = ols.clone().without_intercept().fit((&constant, &y[..3])).unwrap();
    assert!(origin.report.loss < 1.0);
    assert!(Ridge::new(0.1).fit((&dependent, &y)).is_ok() && Lasso::new(0.1).fit((&dependent, &y)).is_ok());
    assert_eq!(Lasso::new(0.1).fit((&constant, &y[..3])).unwrap().coefficients[1], 0.0);
    let lost = Ridge::new(1e-30).without_intercept().fit((&dependent, &y));
    assert_eq!(lost, Err(LinearError::TooLittlePenalty { lambda: 1e-30 }));
}

#[test]
fn without_a_penalty_separable_classes_have_no_minimum() {
    let x = array![[0.0, 1.0], [1.0, 0.0], [3.0, 1.0], [4.0, 5.0], [9.0, -9.0], [8.0, -9.0]];
    for labels in [[0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 2, 2]] {
        let free = LogisticRegression::new().fit((&x, &labels));
        assert_eq!(free, Err(LinearError::Separable), "{labels:?}");
        let held = LogisticRegression::new().l2(1e-3).fit((&x, &labels)).unwrap();
        assert!(held.converged() && held.accuracy((&x, &labels)).unwrap() == 1.0);
    }
}

#[test]
fn labels_that_do_not_count_from_zero_are_refused_before_memory_is_taken() {
    let (x, _) = two_classes();
    let labels: Vec<u32> = (0..12).map(|i| if i % 2 == 0 { 0 } else { u32::MAX }).collect();
    let expected = LinearError::TooManyClasses { classes: 1 << 32, examples: 12 };
    assert_eq!(LogisticRegression::new().fit((&x, &labels)), Err(expected));
    assert_eq!(LinearSvm::hinge(1.0).fit((&x, &labels)), Err(expected));
    assert!(expected.to_string().contains("number the classes from 0"));
}

#[test]
fn a_class_without_examples_is_never_predicted() {
    let (x, labels) = two_classes();
    let labels: Vec<u32> = labels.iter().map(|label| 2 * label).collect();
    for fit in [
        LogisticRegression::new().l2(0.1).fit((&x, &labels)).unwrap(),
        LinearSvm::hinge(0.1).fit((&x, &labels)).unwrap(),
        LinearSvm::squared_hinge(0.1).fit((&x, &labels)).unwrap(),
    ] {
        assert_eq!(fit.classes, 3);
        assert!(fit.scores(&x).iter().all(|score| score.is_finite()), "{fit:?}");
        assert!(fit.predict_classes(&x).iter().all(|&class| class != Some(1)), "{fit:?}");
    }
}

#[test]
fn regressions_on_constant_targets_predict_the_constant() {
    let (x, _) = values();
    let y = vec![0.1; 12];
    for fit in [
        OrdinaryLeastSquares::new().fit((&x, &y)).unwrap(),
        Ridge::new(1.0).fit((&x, &y)).unwrap(),
        Lasso::new(1.0).fit((&x, &y)).unwrap(),
    ] {
        assert!(fit.predict(&x).iter().all(|value| (value - 0.1).abs() < 1e-15), "{fit:?}");
        assert_eq!(fit.r_squared((&x, &y)), Err(LinearError::ConstantTargets));
    }
}

#[test]
fn one_example_determines_a_penalised_regression_and_nothing_else() {
    let (x, y) = (array![[3.0]], [7.0]);
    let few = LinearError::TooFewExamples { examples: 1, coefficients: 2 };
    assert_eq!(OrdinaryLeastSquares::new().fit((&x, &y)), Err(few));
    for fit in [Ridge::new(1.0).fit((&x, &y)).unwrap(), Lasso::new(1.0).fit((&x, &y)).unwrap()] {
        assert_eq!((fit.coefficients[0], fit.intercept), (0.0, 7.0));
    }
    assert_eq!(LogisticRegression::new().fit((&x, &[1])), Err(LinearError::OneClass { label: 1 }));
}

#[test]
fn evaluation_on_incompatible_examples_is_rejected() {
    let (x, y) = values();
    let fit = Ridge::new(1.0).fit((&x, &y)).unwrap();
    let other = fit.r_squared((&x.slice(s![.., ..3]), &y)).unwrap_err();
    assert_eq!(other.to_string(), "the model was fitted to 5 features, but the examples have 3");
    assert_eq!(fit.r_squared((&x, &vec![1.0; 12])), Err(LinearError::ConstantTargets));
    let (x, labels) = two_classes();
    let fit = LinearSvm::squared_hinge(1.0).fit((&x, &labels)).unwrap();
    let more = fit.accuracy((&x, &vec![2; labels.len()])).unwrap_err();
    assert_eq!(more.to_string(), "the model was fitted to 2 classes, but the examples have 3");
}

#[test]
#[should_panic(expected = "predict: the rows have 3 features, the model was fitted to 5")]
fn predictions_for_another_number_of_features_are_rejected() {
    let (x, y) = values();
    let _ = Ridge::new(1.0).fit((&x, &y)).unwrap().predict(&x.slice(s![.., ..3]));
}

#[test]
fn a_fit_that_reached_the_iteration_limit_has_not_converged() {
    let (x, labels) = two_classes();
    let short = Stopping::new().iterations(2);
    let fit = LogisticRegression::new().l2(0.5).stopping(short.clone()).fit((&x, &labels)).unwrap();
    assert!(!fit.converged() && fit.reports[0].to_string().contains("largest number of iterations"));
    let (x, y) = values();
    assert!(!Lasso::new(1.0).stopping(short).fit((&x, &y)).unwrap().report.converged());
}

#[test]
fn penalties_out_of_range_are_rejected_by_name() {
    let message = |work: fn()| {
        let panic = std::panic::catch_unwind(work).unwrap_err();
        panic.downcast_ref::<String>().unwrap().clone()
    };
    assert_eq!(message(|| drop(Ridge::new(0.0))), "ridge: lambda is 0, must be in (0, inf)");
    assert_eq!(message(|| drop(Lasso::new(f64::NAN))), "lasso: lambda is NaN, must be in (0, inf)");
    assert_eq!(
        message(|| drop(LogisticRegression::new().l2(-1.0))),
        "logistic regression: l2 is -1, must be in [0, inf)"
    );
    let infinite = message(|| drop(LinearSvm::hinge(f64::INFINITY)));
    assert_eq!(infinite, "support-vector machine: lambda is inf, must be in (0, inf)");
}

#[test]
fn numbers_whose_squares_overflow_are_refused_by_column() {
    let (x, y) = values();
    let labels = two_classes().1;
    for size in [1e160, 1e307] {
        let mut large = x.clone();
        large.column_mut(3).mapv_inplace(|x| size * x);
        let many: Vec<f64> = y.iter().map(|y| size * y).collect();
        for error in [
            Ridge::new(1.0).fit((&large, &y)).unwrap_err(),
            Lasso::new(1.0).fit((&large, &y)).unwrap_err(),
            LogisticRegression::new().l2(0.1).fit((&large, &labels)).unwrap_err(),
            LinearSvm::hinge(0.1).fit((&large, &labels)).unwrap_err(),
            LinearSvm::squared_hinge(0.1).fit((&large, &labels)).unwrap_err(),
        ] {
            assert_eq!(error, LinearError::Overflow { part: Role::Features, column: 4 }, "{size}");
            assert!(error.to_string().contains("column 4 of the features overflows"), "{error}");
        }
        for error in
            [Ridge::new(1.0).fit((&x, &many)).unwrap_err(), Lasso::new(1.0).fit((&x, &many)).unwrap_err()]
        {
            assert_eq!(error, LinearError::Overflow { part: Role::Targets, column: 1 }, "{size}");
        }
    }
}

#[test]
fn least_squares_need_sums_that_do_not_overflow_and_no_squares() {
    let (x, y) = values();
    let ols = OrdinaryLeastSquares::new();
    let plain = ols.fit((&x, &y)).unwrap();
    let fit = ols.fit((&x.mapv(|x| 1e300 * x), &y)).unwrap();
    for (large, small) in fit.coefficients.iter().zip(&plain.coefficients) {
        assert!((1e300 * large - small).abs() < 1e-12 * small.abs().max(1.0), "{large} {small}");
    }
    let huge = Err(LinearError::Overflow { part: Role::Features, column: 1 });
    assert_eq!(ols.fit((&Array2::from_elem((12, 5), 1e308), &y)), huge);
    let huge = Err(LinearError::Overflow { part: Role::Targets, column: 1 });
    assert_eq!(ols.fit((&x, &[1e308; 12])), huge);
}
