//! Independent definitions of losses, for tests: the formula of one example in plain numbers.

use super::interface::Loss;
use std::ops::RangeInclusive;

/// The loss of one example with outputs `x`, as a function of plain numbers. The variant says which targets
/// are valid.
#[derive(Clone, Copy, Debug)]
pub enum LossDefinition {
    /// A function of `x` and a class index.
    Class(fn(&[f64], usize) -> f64),
    /// A function of `x` and one real number per output.
    Reals(fn(&[f64], &[f64]) -> f64),
    /// A function of `x` and one probability per output; they add up to 1.
    Probabilities(fn(&[f64], &[f64]) -> f64),
    /// A function of `x` and one number from 0 to 1 per output.
    UnitInterval(fn(&[f64], &[f64]) -> f64),
    /// A function of `x` and one sign, -1 or +1, per output.
    Signs(fn(&[f64], &[f64]) -> f64),
}

/// A loss of this crate with settings for a test, and what its values must be.
pub struct LossSample {
    /// The name of the type.
    pub name: &'static str,
    /// The loss in double precision.
    pub loss: Box<dyn Loss<f64>>,
    /// The loss in single precision.
    pub single: Box<dyn Loss<f32>>,
    /// The range of its values for one example.
    pub range: RangeInclusive<f64>,
    /// The formula of one example. If it has class weights, these are for three classes.
    pub definition: LossDefinition,
}

/// The sum of a function of output and target over the outputs of an example.
pub(super) fn sum(x: &[f64], t: &[f64], f: impl Fn(f64, f64) -> f64) -> f64 {
    x.iter().zip(t).map(|(&x, &t)| f(x, t)).sum()
}

/// The mean of a function of output and target over the outputs of an example.
pub(super) fn mean(x: &[f64], t: &[f64], f: impl Fn(f64, f64) -> f64) -> f64 {
    sum(x, t, f) / x.len() as f64
}

/// Huber's function of the difference `d`.
pub(super) fn huber(d: f64, delta: f64) -> f64 {
    if d.abs() <= delta { d * d / 2.0 } else { delta * (d.abs() - delta / 2.0) }
}

/// The product `c y`, and 0 if the coefficient `c` is 0, also for an infinite `y`.
fn times(c: f64, y: f64) -> f64 {
    if c == 0.0 { 0.0 } else { c * y }
}

/// `max(0, x)`, and NaN for NaN.
pub(super) fn positive_part(x: f64) -> f64 {
    if x <= 0.0 { 0.0 } else { x }
}

/// `-ln sigmoid x`, the loss of the logit `x` of a positive target.
pub(super) fn of_positive(x: f64) -> f64 {
    positive_part(-x) + (-x.abs()).exp().ln_1p()
}

/// `-w t ln p - (1 - t) ln(1 - p)` with `p = sigmoid x`.
pub(super) fn binary_entropy(x: f64, t: f64, w: f64) -> f64 {
    times(w * t, of_positive(x)) + times(1.0 - t, of_positive(-x))
}

/// `-sum_j w(j) ((1 - s) q(j) + s / k) ln p_j`, where `p` is the softmax of `x`. A coefficient 0 makes
/// its term 0. NaN if the softmax is not determined: for several logits of plus infinity, or if all are minus
/// infinity.
pub(super) fn cross_entropy(x: &[f64], q: impl Fn(usize) -> f64, s: f64, w: impl Fn(usize) -> f64) -> f64 {
    let largest = (1..x.len()).fold(0, |best, j| if x[j] > x[best] { j } else { best });
    if x.iter().enumerate().any(|(j, &x_j)| j != largest && x_j == x[largest] && x_j.is_infinite()) {
        return f64::NAN;
    }
    // Less the largest logit, so that the sum does not overflow, and without it, so that it does not round to
    // 1 for a confident prediction.
    let behind = |j: usize| if j == largest { 0.0 } else { x[largest] - x[j] };
    let others: f64 = (0..x.len()).filter(|&j| j != largest).map(|j| (-behind(j)).exp()).sum();
    let coefficient = |j: usize| w(j) * ((1.0 - s) * q(j) + s / x.len() as f64);
    (0..x.len()).map(|j| times(coefficient(j), behind(j) + others.ln_1p())).sum()
}

/// The one-hot probabilities of a label.
pub(super) fn one_hot(label: usize) -> impl Fn(usize) -> f64 {
    move |class| if class == label { 1.0 } else { 0.0 }
}

/// The sum of a function of `x_j - x_label` over the other classes `j`.
pub(super) fn over_other_classes(x: &[f64], label: usize, f: impl Fn(f64) -> f64) -> f64 {
    (0..x.len()).filter(|&class| class != label).map(|class| f(x[class] - x[label])).sum()
}
