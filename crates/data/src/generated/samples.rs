//! What the generators share: noise, names, and checks of arguments.

use crate::dataset::Dataset;
use crate::targets::Targets;
use rand::rngs::StdRng;
use rand_distr::{Distribution, Normal};
use wengert_kernels::Float;

/// A data set of labelled points in the plane, with normal noise of standard deviation `noise`.
#[track_caller]
pub(super) fn noisy(
    name: &str,
    points: impl IntoIterator<Item = ([f64; 2], usize)>,
    classes: Vec<String>,
    noise: f64,
    rng: &mut StdRng,
) -> Dataset {
    let normal = normal_noise(name, noise);
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    for (point, class) in points {
        features.extend(point.map(|x| (x + normal.sample(rng)) as f32));
        labels.push(u32::try_from(class).expect("there are fewer than 2^32 classes"));
    }
    classification(name, features, 2, labels, classes)
}

/// A classification with features `x1`, `x2`, ... and these names of the classes.
pub(super) fn classification(
    name: &str,
    features: Vec<f32>,
    width: usize,
    labels: Vec<u32>,
    names: Vec<String>,
) -> Dataset {
    let targets = Targets::Classes { labels, classes: names.len() };
    let data = labelled(Dataset::new(name, features, width, targets).expect("generated points are finite"));
    data.with_class_names(names).expect("there is one name per class")
}

/// A regression of one value `y` on features `x1`, `x2`, ...
pub(super) fn regression<F: Float>(name: &str, features: Vec<F>, width: usize, values: Vec<F>) -> Dataset<F> {
    let targets = Targets::Values { values, width: 1 };
    labelled(Dataset::new(name, features, width, targets).expect("generated values are finite"))
}

/// Names the features and the target.
fn labelled<F: Float>(data: Dataset<F>) -> Dataset<F> {
    let names: Vec<String> = (1..=data.width()).map(|i| format!("x{i}")).collect();
    let target = if matches!(data.targets(), Targets::Classes { .. }) { "class" } else { "y" };
    let data = data.with_feature_names(names).expect("there is one name per feature");
    data.with_target_names([target]).expect("there is one target")
}

/// These names of classes.
pub(super) fn named<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}

/// The names `word 1`, `word 2`, ... of classes.
pub(super) fn numbered(word: &str, classes: usize) -> Vec<String> {
    (1..=classes).map(|class| format!("{word} {class}")).collect()
}

/// The normal distribution of the noise.
///
/// # Panics
/// If the standard deviation is negative, infinite or NaN.
#[track_caller]
pub(super) fn normal_noise(name: &str, noise: f64) -> Normal<f64> {
    assert!(noise >= 0.0 && noise.is_finite(), "{name}: noise is {noise}, must be in [0, inf)");
    Normal::new(0.0, noise).expect("the deviation is finite")
}

#[track_caller]
pub(super) fn assert_at_least(argument: &str, value: usize, least: usize) {
    assert!(value >= least, "{argument} is {value}, must be at least {least}");
}
