//! Metrics of classification.

use ndarray::{ArrayBase, Data, Ix2};
use wengert_ad::Real;

/// The predicted class of one example: the position of the largest output, the first among equal ones; for a
/// single output, 1 if it is positive and 0 otherwise. A NaN is never the largest.
///
/// ```
/// use wengert_nn::metrics::predicted_class;
/// assert_eq!(predicted_class(&[0.1, 2.0, 2.0]), 1);
/// assert_eq!((predicted_class(&[-0.1]), predicted_class(&[0.1])), (0, 1));
/// ```
pub fn predicted_class<T: Real>(outputs: &[T]) -> usize {
    if let [score] = outputs {
        return usize::from(*score > T::literal(0.0));
    }
    let first = (0, T::neg_infinity());
    let larger = |best: (usize, T), next: (usize, T)| if next.1 > best.1 { next } else { best };
    outputs.iter().copied().enumerate().fold(first, larger).0
}

/// The fraction of examples whose predicted class is their label.
///
/// # Panics
/// If there are no examples, if the number of labels differs, or if a label is not below the number of
/// classes.
#[track_caller]
pub fn accuracy<T: Real, S: Data<Elem = T>>(outputs: &ArrayBase<S, Ix2>, labels: &[u32]) -> f64 {
    assert_labels("accuracy", outputs, labels);
    let rows = outputs.rows().into_iter().zip(labels);
    let correct = rows.filter(|(row, label)| predicted_class(&row.to_vec()) == **label as usize).count();
    correct as f64 / labels.len() as f64
}

/// The 0/1 loss, mean form: the fraction of examples whose predicted class is not their label.
///
/// # Panics
/// As [`accuracy`].
#[track_caller]
pub fn zero_one_loss<T: Real, S: Data<Elem = T>>(outputs: &ArrayBase<S, Ix2>, labels: &[u32]) -> f64 {
    1.0 - accuracy(outputs, labels)
}

/// The fraction of examples whose label is among the `k` largest outputs; of equal outputs, that of the
/// earlier class counts as larger.
///
/// # Panics
/// As [`accuracy`]; or if `k` is 0 or larger than the number of classes.
#[track_caller]
pub fn top_k_accuracy<T: Real, S: Data<Elem = T>>(
    outputs: &ArrayBase<S, Ix2>,
    labels: &[u32],
    k: usize,
) -> f64 {
    assert_labels("top-k accuracy", outputs, labels);
    let classes = outputs.ncols();
    assert!(k >= 1 && k <= classes, "top-k accuracy: k is {k}, must be in [1, {classes}]");
    let among = |(row, &label): (ndarray::ArrayView1<'_, T>, &u32)| {
        let label = label as usize;
        let before = row.iter().enumerate().filter(|&(class, &score)| {
            score > row[label] || score == row[label] && class < label || row[label].is_nan()
        });
        before.count() < k
    };
    let correct = outputs.rows().into_iter().zip(labels).filter(|&(row, label)| among((row, label))).count();
    correct as f64 / labels.len() as f64
}

/// Panics if there are no examples, if the number of labels differs, or if a label is not below the number of
/// classes.
#[track_caller]
pub(super) fn assert_labels<T, S: Data<Elem = T>>(metric: &str, outputs: &ArrayBase<S, Ix2>, labels: &[u32]) {
    let (rows, width) = outputs.dim();
    assert!(rows > 0 && width > 0, "{metric}: outputs of shape ({rows}, {width}) have no examples");
    assert!(labels.len() == rows, "{metric}: there are {rows} examples, but {} labels", labels.len());
    let classes = width.max(2);
    let wrong = labels.iter().position(|&label| label as usize >= classes);
    if let Some(row) = wrong {
        panic!("{metric}: the label of example {row} is {}, must be below {classes}", labels[row]);
    }
}
