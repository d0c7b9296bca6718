//! Metrics on a few examples with known counts.

use crate::support::assert_refused;
use ndarray::{Array2, array};
use wengert_nn::metrics::{
    ConfusionMatrix, accuracy, mean_absolute_error, r_squared, root_mean_squared_error, top_k_accuracy,
    zero_one_loss,
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
