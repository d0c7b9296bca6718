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
    /// The loss.
    pub loss: Box<dyn Loss<f64>>,
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

/// The logarithm of the sigmoid function.
pub(super) fn ln_sigmoid(x: f64) -> f64 {
    -(1.0 + (-x).exp()).ln()
}

/// `-sum_j w(j) ((1 - s) q(j) + s / k) ln p_j`, where `p` is the softmax of `x`. A coefficient 0 makes
/// its term 0.
pub(super) fn cross_entropy(x: &[f64], q: impl Fn(usize) -> f64, s: f64, w: impl Fn(usize) -> f64) -> f64 {
    let ln_sum = x.iter().map(|x| x.exp()).sum::<f64>().ln();
    let term = |j: usize| match w(j) * ((1.0 - s) * q(j) + s / x.len() as f64) {
        0.0 => 0.0,
        coefficient => coefficient * (ln_sum - x[j]),
    };
    (0..x.len()).map(term).sum()
}

/// The one-hot probabilities of a label.
pub(super) fn one_hot(label: usize) -> impl Fn(usize) -> f64 {
    move |class| if class == label { 1.0 } else { 0.0 }
}

/// The sum of a function of `x_j - x_label` over the other classes `j`.
pub(super) fn over_other_classes(x: &[f64], label: usize, f: impl Fn(f64) -> f64) -> f64 {
    (0..x.len()).filter(|&class| class != label).map(|class| f(x[class] - x[label])).sum()
}
