//! Metrics of classification.

use ndarray::{ArrayBase, ArrayView1, Data, Ix2};
use wengert_ad::Real;
use wengert_kernels::compiled_here;

/// The predicted class of one example: the position of the largest output, the first among equal ones; for a
/// single output, 1 if it is positive and 0 otherwise.
///
/// `None` if no output is the largest: if one is NaN, if several are plus infinity or all minus infinity, or
/// if there are none. Such an example belongs to no class, has no [class
/// probabilities](super::class_probabilities), and counts as wrong in every metric.
///
/// ```
/// use wengert_nn::metrics::predicted_class;
/// assert_eq!(predicted_class(&[0.1, 2.0, 2.0]), Some(1));
/// assert_eq!((predicted_class(&[-0.1]), predicted_class(&[0.1])), (Some(0), Some(1)));
/// assert_eq!(predicted_class(&[2.0, f64::NAN]), None);
/// ```
pub fn predicted_class<T: Real>(outputs: &[T]) -> Option<usize> {
    compiled_here!(T: class_of(outputs: &[T]) -> Option<usize>)(outputs)
}

fn class_of<T: Real>(outputs: &[T]) -> Option<usize> {
    if let [score] = outputs {
        return (!score.is_nan()).then(|| usize::from(*score > T::literal(0.0)));
    }
    // A NaN is taken, and then kept, because nothing is larger.
    let larger = |best: (usize, T), (class, output): (usize, T)| {
        if output > best.1 || output.is_nan() { (class, output) } else { best }
    };
    let first = (0, *outputs.first()?);
    let (class, largest) = outputs.iter().copied().enumerate().fold(first, larger);
    let is_determined = largest.value().is_finite() || outputs.iter().filter(|&&x| x == largest).count() == 1;
    is_determined.then_some(class)
}

/// Whether the predicted class of an example is its label.
fn is_correct<T: Real>(row: &ArrayView1<'_, T>, label: u32) -> bool {
    predicted_class(&row.to_vec()) == Some(label as usize)
}

/// The fraction of examples whose [predicted class](predicted_class) is their label. An example without a
/// predicted class, such as one with a NaN among its outputs, counts as wrong.
///
/// # Panics
/// If there are no examples, if the number of labels differs, or if a label is not below the number of
/// classes.
#[track_caller]
pub fn accuracy<T: Real, S: Data<Elem = T>>(outputs: &ArrayBase<S, Ix2>, labels: &[u32]) -> f64 {
    assert_labels("accuracy", outputs, labels);
    let rows = outputs.rows().into_iter().zip(labels);
    let correct = rows.filter(|(row, label)| is_correct(row, **label)).count();
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
/// earlier class counts as larger. A single output stands for two classes. An example without a [predicted
/// class](predicted_class) counts as wrong, even if `k` is the number of classes.
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
    let classes = outputs.ncols().max(2);
    assert!(k >= 1 && k <= classes, "top-k accuracy: k is {k}, must be in [1, {classes}]");
    let rows = outputs.rows().into_iter().zip(labels);
    let correct = rows.filter(|(row, label)| is_among_largest(row, **label, k)).count();
    correct as f64 / labels.len() as f64
}

fn is_among_largest<T: Real>(row: &ArrayView1<'_, T>, label: u32, k: usize) -> bool {
    if predicted_class(&row.to_vec()).is_none() {
        return false;
    }
    if row.len() == 1 {
        return k == 2 || is_correct(row, label);
    }
    let own = row[label as usize];
    let is_before = |&(class, &score): &(usize, &T)| score > own || score == own && class < label as usize;
    row.iter().enumerate().filter(is_before).count() < k
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
