//! The optimizers of the list by name, and gradients for them.

use wengert_optim::{Float, Optimizer, all_optimizers};

/// The names in the list of optimizers.
pub(crate) fn names() -> Vec<&'static str> {
    all_optimizers::<f64>(0.1).iter().map(|sample| sample.name).collect()
}

/// The names of those that treat each parameter by itself where there are no shapes: all but Adafactor, whose
/// steps follow the size of an array, and Prodigy, which finds one length for all parameters.
pub(crate) fn elementwise_names() -> impl Iterator<Item = &'static str> {
    let is_elementwise = |name: &&str| !name.starts_with("adafactor") && !name.starts_with("prodigy");
    names().into_iter().filter(is_elementwise)
}

/// The optimizer of this name in the list.
pub(crate) fn optimizer<F: Float>(name: &str, rate: f64) -> Box<dyn Optimizer<F>> {
    let mut samples = all_optimizers(rate).into_iter();
    samples.find(|sample| sample.name == name).expect("the name is in the list").optimizer
}

/// Numbers in `[-1, 1]` without a pattern that an optimizer could profit from.
pub(crate) fn noise(i: usize, step: usize) -> f64 {
    (i as f64 * 12.9898 + step as f64 * 78.233).sin()
}
