//! Weights of classes from their frequency.

/// The balanced class weights `n / (k n_c)` for labels below `classes`, where `n` is the number of examples,
/// `k` that of the classes that occur, and `n_c` that of the examples of a class: with them, all classes
/// count the same, and the mean weight of the examples is 1. A class without examples has weight 0.
///
/// `class_weight="balanced"` in scikit-learn.
///
/// ```
/// use wengert_nn::metrics::balanced_class_weights;
/// assert_eq!(balanced_class_weights(&[0, 0, 0, 2], 3), [4.0 / 6.0, 0.0, 2.0]);
/// ```
///
/// # Panics
/// If a label is not below the number of classes.
#[track_caller]
pub fn balanced_class_weights(labels: &[u32], classes: usize) -> Vec<f64> {
    let mut counts = vec![0_usize; classes];
    for (i, &label) in labels.iter().enumerate() {
        assert!(
            (label as usize) < classes,
            "balanced class weights: the label of example {i} is {label}, must be below {classes}"
        );
        counts[label as usize] += 1;
    }
    let occurring = counts.iter().filter(|&&count| count > 0).count();
    let weight = |count| labels.len() as f64 / (occurring * count) as f64;
    counts.into_iter().map(|count| if count > 0 { weight(count) } else { 0.0 }).collect()
}
