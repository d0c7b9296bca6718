//! Shares of examples that are classified rightly.

use ndarray::{ArrayBase, Data, Ix2};
use wengert_ad::Real;

/// The class that the outputs of one example choose: the position of the largest, the first of equals; of a single output,
/// 1 where it is positive. A NaN is never the largest.
///
/// ```
/// use wengert_nn::metrics::chosen_class;
/// assert_eq!(chosen_class(&[0.1, 2.0, 2.0]), 1);
/// assert_eq!((chosen_class(&[-0.1]), chosen_class(&[0.1])), (0, 1));
/// ```
pub fn chosen_class<T: Real>(outputs: &[T]) -> usize {
    if let [score] = outputs {
        return usize::from(*score > T::literal(0.0));
    }
    let first = (0, T::neg_infinity());
    let larger = |best: (usize, T), next: (usize, T)| if next.1 > best.1 { next } else { best };
    outputs.iter().copied().enumerate().fold(first, larger).0
}

/// The share of examples whose outputs choose their label.
///
/// # Panics
/// If there are no examples, or not one label for each, or a label is no class.
#[track_caller]
pub fn accuracy<T: Real, S: Data<Elem = T>>(outputs: &ArrayBase<S, Ix2>, labels: &[u32]) -> f64 {
    assert_labels("accuracy", outputs, labels);
    let rows = outputs.rows().into_iter().zip(labels);
    let hits = rows.filter(|(row, label)| chosen_class(&row.to_vec()) == **label as usize).count();
    hits as f64 / labels.len() as f64
}

/// The 0/1 loss, mean form: the share of examples whose outputs choose another class than their label.
///
/// # Panics
/// As [`accuracy`].
#[track_caller]
pub fn zero_one_loss<T: Real, S: Data<Elem = T>>(outputs: &ArrayBase<S, Ix2>, labels: &[u32]) -> f64 {
    1.0 - accuracy(outputs, labels)
}

/// The share of examples whose label is among the `k` largest outputs; equals count for the earlier class.
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
    let hits = outputs.rows().into_iter().zip(labels).filter(|&(row, label)| among((row, label))).count();
    hits as f64 / labels.len() as f64
}

/// Refuses outputs without examples, and labels that do not fit them.
#[track_caller]
pub(super) fn assert_labels<T, S: Data<Elem = T>>(metric: &str, outputs: &ArrayBase<S, Ix2>, labels: &[u32]) {
    let (rows, width) = outputs.dim();
    assert!(rows > 0 && width > 0, "{metric}: outputs of shape ({rows}, {width}) hold no example");
    assert!(labels.len() == rows, "{metric}: {rows} examples have {} labels", labels.len());
    let classes = width.max(2);
    let wrong = labels.iter().position(|&label| label as usize >= classes);
    if let Some(row) = wrong {
        panic!("{metric}: the label of example {row} is {}, must be below {classes}", labels[row]);
    }
}
