//! Metrics on a few examples with known counts.

use crate::support::assert_refused;
use ndarray::{Array1, Array2, array};
use wengert_nn::metrics::{
    ConfusionMatrix, accuracy, class_probabilities, mean_absolute_error, predicted_class, r_squared,
    root_mean_squared_error, top_k_accuracy, zero_one_loss,
};

/// Six examples of three classes, of which class 2 is never predicted.
fn six() -> (Array2<f64>, [u32; 6]) {
    let outputs = array![
        [5.0, 1.0, 0.0],
        [1.0, 4.0, 2.0],
        [3.0, 2.0, 1.0],
        [0.0, 2.0, 1.0],
        [2.0, 1.0, 1.0],
        [1.0, 3.0, 0.0]
    ];
    (outputs, [0, 1, 1, 2, 0, 1])
}

#[test]
fn accuracy_and_the_zero_one_loss_are_fractions_of_the_examples() {
    let (outputs, labels) = six();
    assert_eq!(accuracy(&outputs, &labels), 4.0 / 6.0);
    assert!((zero_one_loss(&outputs, &labels) - 2.0 / 6.0).abs() < 1e-15);
    assert_eq!(accuracy(&array![[0.5], [-0.5], [0.0]], &[1, 0, 0]), 1.0, "one output is a score of class 1");
}

#[test]
fn top_k_accuracy_counts_the_examples_whose_label_is_among_the_k_largest_outputs() {
    let (outputs, labels) = six();
    let top = [1, 2, 3].map(|k| top_k_accuracy(&outputs, &labels, k));
    assert_eq!(top, [4.0 / 6.0, 1.0, 1.0]);
    assert_eq!(top_k_accuracy(&array![[1.0, 1.0, 1.0]], &[2], 2), 0.0, "equals count for the earlier class");
}

#[test]
fn the_confusion_matrix_counts_pairs_of_label_and_predicted_class() {
    let (outputs, labels) = six();
    let matrix = ConfusionMatrix::of(&outputs, &labels);
    assert_eq!(matrix.counts(), array![[2, 0, 0], [1, 2, 0], [0, 1, 0]]);
    assert_eq!(matrix.accuracy(), 4.0 / 6.0);
    assert_eq!([0, 1, 2].map(|class| matrix.precision(class)), [Some(2.0 / 3.0), Some(2.0 / 3.0), None]);
    assert_eq!([0, 1, 2].map(|class| matrix.recall(class)), [Some(1.0), Some(2.0 / 3.0), Some(0.0)]);
    assert_eq!([0, 1, 2].map(|class| matrix.f1(class)), [Some(0.8), Some(4.0 / 6.0), Some(0.0)]);
    let expected = [4.0 / 9.0, 5.0 / 9.0, (0.8 + 4.0 / 6.0) / 3.0, 4.0 / 6.0];
    let found = [matrix.macro_precision(), matrix.macro_recall(), matrix.macro_f1(), matrix.micro_f1()];
    assert!(
        found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-15),
        "{found:?}"
    );
    let shown = [
        "label \\ predicted  0  1  2",
        "                0  2  0  0",
        "                1  1  2  0",
        "                2  0  1  0",
    ];
    assert_eq!(matrix.to_string(), shown.join("\n"));
}

#[test]
fn metrics_of_regression_have_their_exact_values() {
    let (y, t) = (array![[1.0], [2.0], [4.0]], array![[1.0], [4.0], [1.0]]);
    assert_eq!(root_mean_squared_error(&y, &t), (13.0f64 / 3.0).sqrt());
    assert_eq!(mean_absolute_error(&y, &t), 5.0 / 3.0);
    assert_eq!(r_squared(&y, &t), Some(1.0 - 13.0 / 6.0));
    assert_eq!(r_squared(&t, &t), Some(1.0));
    assert_eq!(r_squared(&array![[2.0], [2.0], [2.0]], &t), Some(0.0), "the mean explains nothing");
    assert_eq!(r_squared(&y, &array![[1.0], [1.0], [1.0]]), None);
}

#[test]
fn a_row_with_a_nan_has_no_predicted_class_and_is_wrong_in_every_metric() {
    let nan = f64::NAN;
    for row in [[nan, 0.0, 1.0], [1.0, nan, 0.0], [0.0, 1.0, nan], [nan; 3]] {
        assert_eq!(predicted_class(&row), None, "{row:?}");
        let outputs = Array2::from_shape_fn((3, 3), |(_, class)| row[class]);
        let labels = [0, 1, 2];
        assert_eq!((accuracy(&outputs, &labels), zero_one_loss(&outputs, &labels)), (0.0, 1.0), "{row:?}");
        for k in 1..=3 {
            assert_eq!(top_k_accuracy(&outputs, &labels, k), 0.0, "{k} of {row:?}");
        }
    }
    assert_eq!((predicted_class(&[nan]), predicted_class::<f64>(&[])), (None, None));
    assert_eq!(accuracy(&array![[nan], [-1.0]], &[0, 0]), 0.5, "a single score that is NaN is not class 0");
}

#[test]
fn the_confusion_matrix_counts_rows_with_a_nan_as_missed_examples_of_their_label() {
    let nan = f64::NAN;
    let outputs = array![[2.0, 1.0], [nan, 1.0], [0.0, 1.0], [nan, nan], [1.0, nan]];
    let matrix = ConfusionMatrix::of(&outputs, &[0, 0, 1, 1, 1]);
    assert_eq!(matrix.counts(), array![[1, 0], [0, 1]]);
    assert_eq!(matrix.unpredicted(), array![1, 2]);
    assert_eq!(matrix.accuracy(), 0.4);
    assert_eq!([0, 1].map(|class| matrix.precision(class)), [Some(1.0), Some(1.0)]);
    assert_eq!([0, 1].map(|class| matrix.recall(class)), [Some(0.5), Some(1.0 / 3.0)]);
    assert_eq!([0, 1].map(|class| matrix.f1(class)), [Some(2.0 / 3.0), Some(0.5)]);
    // Two correct, no wrong prediction, three missed: 4 / (4 + 3).
    assert_eq!(matrix.micro_f1(), 4.0 / 7.0);
    let shown =
        ["label \\ predicted  0  1  none", "                0  1  0     1", "                1  0  1     2"];
    assert_eq!(matrix.to_string(), shown.join("\n"));
}

#[test]
fn a_single_output_has_the_top_k_accuracy_of_two_classes() {
    let (outputs, labels) = (array![[0.5], [-0.5], [0.5]], [1, 1, 0]);
    assert_eq!([1, 2].map(|k| top_k_accuracy(&outputs, &labels, k)), [1.0 / 3.0, 1.0]);
}

#[test]
fn class_probabilities_of_infinite_logits_are_their_limits_and_nan_where_there_is_none() {
    let inf = f64::INFINITY;
    let p = class_probabilities(&array![[inf, 0.0, 1.0], [-inf, 0.0, 0.0], [-inf, -inf, 3.0]]);
    assert_eq!(p, array![[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0]]);
    assert_eq!(class_probabilities(&array![[inf], [-inf]]), array![[0.0, 1.0], [1.0, 0.0]]);
    for row in [[inf, inf, 0.0], [-inf, -inf, -inf], [f64::NAN, 0.0, 1.0]] {
        let outputs = Array2::from_shape_fn((1, 3), |(_, class)| row[class]);
        assert!(class_probabilities(&outputs).iter().all(|p| p.is_nan()), "{row:?}");
        assert_eq!((predicted_class(&row), top_k_accuracy(&outputs, &[0], 3)), (None, 0.0), "{row:?}");
    }
    assert_eq!(predicted_class(&[-inf, -inf, 3.0]), Some(2));
}

#[test]
fn r_squared_of_equal_targets_is_none_however_their_mean_is_rounded() {
    // The mean of three times 0.1 is not 0.1 in double precision.
    assert_eq!(r_squared(&array![0.2, 0.1, 0.1], &array![0.1, 0.1, 0.1]), None);
    assert_eq!(r_squared(&array![0.2_f32, 0.1, 0.1], &array![0.1, 0.1, 0.1]), None);
    assert_eq!(r_squared(&array![5.0], &array![7.0]), None, "one example");
    assert_eq!(r_squared(&array![1.0, 2.0], &array![0.0, -0.0]), None);
    let close = array![1.0, 1.0 + f64::EPSILON];
    assert_eq!(r_squared(&close, &close), Some(1.0), "targets that differ by one rounding");
}

#[test]
fn metrics_of_regression_are_nan_if_an_output_is() {
    let (y, t) = (array![1.0, f64::NAN, 3.0], array![1.0, 2.0, 4.0]);
    assert!(root_mean_squared_error(&y, &t).is_nan() && mean_absolute_error(&y, &t).is_nan());
    assert!(r_squared(&y, &t).is_some_and(f64::is_nan));
    assert!(r_squared(&array![1.0, 1.0], &array![f64::NAN, f64::NAN]).is_some_and(f64::is_nan));
}

#[test]
fn metrics_of_regression_do_not_overflow_or_underflow() {
    for scale in [1e-200, 1e200, 2.0_f64.powi(1020)] {
        let (y, t) = (array![1.0, 2.0, 4.0] * scale, array![1.0, 4.0, 1.0] * scale);
        assert!((root_mean_squared_error(&y, &t) / scale / (13.0_f64 / 3.0).sqrt() - 1.0).abs() < 1e-15);
        assert!((mean_absolute_error(&y, &t) / scale / (5.0 / 3.0) - 1.0).abs() < 1e-15);
        assert!((r_squared(&y, &t).unwrap() - (1.0 - 13.0 / 6.0)).abs() < 1e-15, "{scale}");
    }
}

#[test]
fn errors_of_a_million_single_precision_outputs_are_summed_in_double_precision() {
    let (y, t) = (Array1::from_elem(1_000_000, 0.1_f32), Array1::<f32>::zeros(1_000_000));
    let exact = f64::from(0.1_f32);
    // A sum in single precision is off by 1 %; here a million roundings of 1e-16.
    assert!((mean_absolute_error(&y, &t) / exact - 1.0).abs() < 1e-10);
    assert!((root_mean_squared_error(&y, &t) / exact - 1.0).abs() < 1e-10);
}

#[test]
fn metrics_refuse_empty_outputs_and_targets_that_do_not_fit() {
    let refusals: [(&str, fn()); 6] = [
        ("accuracy: outputs of shape (0, 3) have no examples", || {
            _ = accuracy(&Array2::<f64>::zeros((0, 3)), &[]);
        }),
        ("accuracy: there are 2 examples, but 1 labels", || {
            _ = accuracy(&Array2::<f64>::zeros((2, 3)), &[0]);
        }),
        ("the label of example 1 is 3, must be below 3", || {
            ConfusionMatrix::of(&Array2::<f64>::zeros((2, 3)), &[0, 3]);
        }),
        ("k is 0, must be in [1, 3]", || _ = top_k_accuracy(&Array2::<f64>::zeros((1, 3)), &[0], 0)),
        ("k is 4, must be in [1, 3]", || _ = top_k_accuracy(&Array2::<f64>::zeros((1, 3)), &[0], 4)),
        ("rmse: the outputs have shape [1, 2], but the targets [2, 1]", || {
            _ = root_mean_squared_error(&Array2::<f64>::zeros((1, 2)), &Array2::zeros((2, 1)));
        }),
    ];
    for (expected, attempt) in refusals {
        assert_refused(expected, attempt);
    }
}
