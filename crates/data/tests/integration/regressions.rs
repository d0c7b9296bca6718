//! Generated regressions: their functions, ranges and noise.

use nalgebra::{DMatrix, DVector};
use wengert_data::{
    Dataset, Targets, diabetes, friedman1, friedman2, friedman3, linear, piecewise_linear, sine, step,
};

type Generator = fn(usize, f64, u64) -> Dataset;
type Function = fn(&[f64]) -> f64;

/// A generator with its function and the documented ranges of its features.
struct Case {
    make: Generator,
    function: Function,
    ranges: Vec<[f64; 2]>,
}

fn cases() -> Vec<Case> {
    use std::f64::consts::PI;
    let circuit = || vec![[0.0, 100.0], [40.0 * PI, 560.0 * PI], [0.0, 1.0], [1.0, 11.0]];
    let case = |make, function, ranges| Case { make, function, ranges };
    vec![
        case(sine, |x| x[0].sin(), vec![[-2.0 * PI, 2.0 * PI]]),
        case(step, |x| f64::from(u8::from(x[0] >= 0.0)), vec![[-1.0, 1.0]]),
        case(piecewise_linear, corners, vec![[-1.0, 1.0]]),
        case(friedman1, first, vec![[0.0, 1.0]; 10]),
        case(friedman2, |x| (x[0].powi(2) + reactance(x).powi(2)).sqrt(), circuit()),
        case(friedman3, |x| (reactance(x) / x[0]).atan(), circuit()),
    ]
}

fn reactance(x: &[f64]) -> f64 {
    x[1] * x[2] - 1.0 / (x[1] * x[3])
}

fn first(x: &[f64]) -> f64 {
    let sine = 10.0 * (std::f64::consts::PI * x[0] * x[1]).sin();
    sine + 20.0 * (x[2] - 0.5).powi(2) + 10.0 * x[3] + 5.0 * x[4]
}

/// Slopes 2, -3, 3 and 0.
fn corners(x: &[f64]) -> f64 {
    match x[0] {
        x if x < -0.5 => 2.0 * x + 2.0,
        x if x < 0.0 => -3.0 * x - 0.5,
        x if x < 0.25 => 3.0 * x - 0.5,
        _ => 0.25,
    }
}

fn values(data: &Dataset<f64>) -> &[f64] {
    match data.targets() {
        Targets::Values { values, width: 1 } => values,
        other => panic!("one value per example: {other:?}"),
    }
}

#[test]
fn without_noise_the_target_is_the_documented_function() {
    for Case { make, function, .. } in cases() {
        let data = make(500, 0.0, 3).cast::<f64>();
        let largest = values(&data).iter().fold(0.0, |largest: f64, y| largest.max(y.abs()));
        for (i, y) in values(&data).iter().enumerate() {
            // Features are rounded to single precision, and the largest slope relative to the range of the
            // features is below 30 times the range of the values.
            let error = (y - function(data.row(i))).abs();
            assert!(error <= 30.0 * 6e-8 * largest.max(1.0), "{}: {error:e}", data.name());
        }
    }
}

#[test]
fn features_fill_the_documented_ranges() {
    for Case { make, ranges, .. } in cases() {
        let data = make(2000, 0.1, 5).cast::<f64>();
        assert_eq!((data.examples(), data.width()), (2000, ranges.len()));
        for (column, [low, high]) in ranges.iter().enumerate() {
            let x: Vec<f64> = (0..2000).map(|i| data.row(i)[column]).collect();
            let [least, largest] =
                [x.iter().copied().fold(f64::MAX, f64::min), x.iter().copied().fold(f64::MIN, f64::max)];
            // The chance that 2000 points leave a hundredth of the range empty at an end is 2e-9. Single
            // precision may round up to the end.
            let margin = 0.01 * (high - low);
            let rounding = 1e-7 * high.abs();
            assert!(
                *low - rounding <= least && least < low + margin && largest > high - margin,
                "{}, feature {column}: [{least}, {largest}]",
                data.name()
            );
            assert!(largest <= high + rounding, "{}: {largest}", data.name());
        }
    }
}

#[test]
fn the_noise_of_a_regression_has_the_given_deviation() {
    for Case { make, function, .. } in cases() {
        let data = make(5000, 0.7, 11).cast::<f64>();
        let squares: f64 =
            values(&data).iter().enumerate().map(|(i, y)| (y - function(data.row(i))).powi(2)).sum();
        // The relative standard deviation of the estimate is 1 %.
        assert!(((squares / 5000.0).sqrt() / 0.7 - 1.0).abs() < 0.04, "{}: {squares}", data.name());
    }
}

#[test]
fn generators_of_regressions_refuse_arguments_out_of_range() {
    for Case { make, .. } in cases() {
        for (n, noise, expected) in [
            (0, 0.1, "is 0, must be at least 1"),
            (5, -1.0, "noise is -1, must be in [0, inf)"),
            (5, f64::NAN, "noise is NaN, must be in [0, inf)"),
        ] {
            refused(expected, || _ = make(n, noise, 1));
        }
        assert_eq!(make(1, 0.1, 1).examples(), 1);
    }
    refused("linear: n is 3, must be at least 4", || _ = linear(3, 3, 2.0, 0.1, 1));
    refused("linear: width is 0, must be at least 1", || _ = linear(3, 0, 2.0, 0.1, 1));
    refused("condition is 0.5, must be in [1, inf)", || _ = linear(9, 3, 0.5, 0.1, 1));
    refused("condition is NaN, must be in [1, inf)", || _ = linear(9, 3, f64::NAN, 0.1, 1));
    refused("condition is 2, must be 1 for a single feature", || _ = linear(9, 1, 2.0, 0.1, 1));
    assert_eq!(linear(2, 1, 1.0, 0.0, 1).examples(), 2);
}

fn refused(expected: &str, attempt: impl FnOnce() + std::panic::UnwindSafe) {
    let panic = std::panic::catch_unwind(attempt).expect_err(expected);
    let message = panic.downcast::<String>().expect("a message");
    assert!(message.contains(expected), "{message}");
}

fn design(data: &Dataset<f64>) -> DMatrix<f64> {
    DMatrix::from_row_slice(data.examples(), data.width(), data.features())
}

/// The coefficient of determination of least squares with an intercept, on the data themselves.
fn r_squared_of_least_squares(data: &Dataset<f64>) -> f64 {
    let x = design(data).insert_column(0, 1.0);
    let y = DVector::from_column_slice(values(data));
    let fitted = &x * x.clone().svd(true, true).solve(&y, 1e-12).unwrap();
    1.0 - (&y - fitted).norm_squared() / y.add_scalar(-y.mean()).norm_squared()
}

#[test]
fn the_features_of_a_linear_regression_have_mean_zero_and_the_given_condition_number() {
    for (n, width, condition) in [(50, 4, 1.0), (200, 10, 100.0), (300, 6, 1e6), (12, 11, 30.0), (20, 1, 1.0)]
    {
        let data = linear(n, width, condition, 0.1, 5);
        let x = design(&data);
        let singular = x.clone().svd(false, false).singular_values;
        let (largest, least) = (singular.max(), singular.min());
        // Rounding errors of 1e-16 of the largest singular value are 1e-10 of the least.
        assert!((largest / least / condition - 1.0).abs() < 1e-8, "{condition}: {singular}");
        assert!((largest - (n as f64).sqrt()).abs() < 1e-10, "{largest}");
        assert!(x.row_mean().iter().all(|mean| mean.abs() < 1e-14), "{}", x.row_mean());
    }
}

#[test]
fn least_squares_explain_a_linear_regression_up_to_its_noise_and_diabetes_as_published() {
    assert!(r_squared_of_least_squares(&linear(500, 10, 100.0, 0.0, 5)) > 1.0 - 1e-12);
    let noisy = linear(5000, 10, 10.0, 0.5, 5);
    let y = DVector::from_column_slice(values(&noisy));
    let expected = 1.0 - 0.25 / y.variance();
    // The relative deviation of the noise's variance is 2 %.
    let found = r_squared_of_least_squares(&noisy);
    assert!((found - expected).abs() < 4.0 * 0.02 * (1.0 - expected), "{found} {expected}");
    // LinearRegression of scikit-learn 1.9: 0.5177484222203499, here of features in single precision.
    let found = r_squared_of_least_squares(&diabetes().cast());
    assert!((found - 0.517_748_422_220_35).abs() < 1e-7, "{found}");
}
