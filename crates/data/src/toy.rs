//! Generators of labelled points in the plane, each with its formula and source.
//!
//! `noise` is always the standard deviation of the normal noise that is added to each coordinate at the end,
//! after the label is fixed. Examples are ordered by class, or the classes alternate; splits and batches
//! shuffle them.

use crate::dataset::{Dataset, Targets};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Normal};
use std::f64::consts::{PI, TAU};

/// Interleaved spiral arms, one per class, with `points_per_class` points each.
///
/// Point `i = 1..=n` of arm `k`: `r (sin t, cos t)` with `r = 5 i / n`,
/// `t = 1.75 turns * i / n + k / classes turns`.
///
/// Source: the spiral of TensorFlow Playground (`dataset.ts`), with any number of arms instead of two, normal
/// instead of uniform noise, and without the point at the origin, which all arms would share.
///
/// # Panics
/// If `classes` or `points_per_class` is 0, or if `noise` is negative, infinite or NaN.
#[must_use]
#[track_caller]
pub fn spiral(classes: usize, points_per_class: usize, noise: f64, seed: u64) -> Dataset {
    assert_at_least("spiral: classes", classes, 1);
    assert_at_least("spiral: points per class", points_per_class, 1);
    let points = (0..classes).flat_map(|arm| {
        (1..=points_per_class).map(move |i| {
            let along = i as f64 / points_per_class as f64;
            let (r, t) = (5.0 * along, TAU * (1.75 * along + arm as f64 / classes as f64));
            ([r * t.sin(), r * t.cos()], arm)
        })
    });
    noisy("spiral", points, classes, noise, &mut StdRng::seed_from_u64(seed))
}

/// Two interlocking half circles; `n` points, `n / 2` on the first.
///
/// Class 0 is `(cos t, sin t)`, class 1 is `(1 - cos t, 1/2 - sin t)`, each with `t` evenly spaced from 0 to
/// pi, both ends included.
///
/// Source: `make_moons` of scikit-learn.
///
/// # Panics
/// If `n` is below 2, or if `noise` is negative, infinite or NaN.
#[must_use]
#[track_caller]
pub fn moons(n: usize, noise: f64, seed: u64) -> Dataset {
    assert_at_least("moons: n", n, 2);
    let (outer, inner) = (n / 2, n - n / 2);
    let angle = |i: usize, count: usize| PI * i as f64 / count.saturating_sub(1).max(1) as f64;
    let points = (0..outer)
        .map(|i| angle(i, outer))
        .map(|t| ([t.cos(), t.sin()], 0))
        .chain((0..inner).map(|i| angle(i, inner)).map(|t| ([1.0 - t.cos(), 0.5 - t.sin()], 1)));
    noisy("moons", points, 2, noise, &mut StdRng::seed_from_u64(seed))
}

/// A circle inside a circle; `n` points, `n / 2` on the outer.
///
/// Class 0 is the unit circle, class 1 the circle with radius `factor`, each with evenly spaced angles that
/// begin at 0.
///
/// Source: `make_circles` of scikit-learn, with `noise` before `factor`.
///
/// # Panics
/// If `n` is below 2, if `noise` is negative, infinite or NaN, or if `factor` is outside `[0, 1)`.
#[must_use]
#[track_caller]
pub fn circles(n: usize, noise: f64, factor: f64, seed: u64) -> Dataset {
    assert_at_least("circles: n", n, 2);
    assert!((0.0..1.0).contains(&factor), "circles: factor is {factor}, must be in [0, 1)");
    let circle = |count: usize, radius: f64, class: usize| {
        (0..count).map(move |i| {
            let t = TAU * i as f64 / count as f64;
            ([radius * t.cos(), radius * t.sin()], class)
        })
    };
    let points = circle(n / 2, 1.0, 0).chain(circle(n - n / 2, factor, 1));
    noisy("circles", points, 2, noise, &mut StdRng::seed_from_u64(seed))
}

/// The four quadrants: class 1 where the signs of the coordinates differ, class 0 where they agree.
///
/// The quadrants take turns; the size of each coordinate is uniform on `[0.1, 1)`, so that without noise a
/// margin of 0.2 separates the classes.
///
/// Source: the exclusive or of TensorFlow Playground (`dataset.ts`), on the unit square, with even classes.
///
/// # Panics
/// If `n` is below 2, or if `noise` is negative, infinite or NaN.
#[must_use]
#[track_caller]
pub fn xor(n: usize, noise: f64, seed: u64) -> Dataset {
    assert_at_least("xor: n", n, 2);
    let mut rng = StdRng::seed_from_u64(seed);
    let quadrants = [([1.0, 1.0], 0), ([-1.0, 1.0], 1), ([-1.0, -1.0], 0), ([1.0, -1.0], 1)];
    let points: Vec<_> = (0..n)
        .map(|i| quadrants[i % 4])
        .map(|(signs, class)| (signs.map(|sign| sign * rng.random_range(0.1..1.0)), class))
        .collect();
    noisy("xor", points, 2, noise, &mut rng)
}

/// Normally distributed clusters, one per class, with `n` points in total; the first classes have one more if
/// `n` is not a multiple of `classes`.
///
/// The centres are uniform on the square from -10 to 10, so clusters may overlap. Around them, points are
/// normal with standard deviation `spread`.
///
/// Source: `make_blobs` of scikit-learn, in two dimensions.
///
/// # Panics
/// If `classes` is 0, if `n` is below `classes`, or if `spread` is negative, infinite or NaN.
#[must_use]
#[track_caller]
pub fn blobs(classes: usize, n: usize, spread: f64, seed: u64) -> Dataset {
    assert_at_least("blobs: classes", classes, 1);
    assert_at_least("blobs: n", n, classes);
    let mut rng = StdRng::seed_from_u64(seed);
    let centres: Vec<[f64; 2]> =
        (0..classes).map(|_| [rng.random_range(-10.0..10.0), rng.random_range(-10.0..10.0)]).collect();
    let points = centres.into_iter().enumerate().flat_map(|(class, centre)| {
        let count = n / classes + usize::from(class < n % classes);
        std::iter::repeat_n((centre, class), count)
    });
    noisy("blobs", points, classes, spread, &mut rng)
}

/// A data set of labelled points with normal noise of standard deviation `noise`.
#[track_caller]
fn noisy(
    name: &str,
    points: impl IntoIterator<Item = ([f64; 2], usize)>,
    classes: usize,
    noise: f64,
    rng: &mut StdRng,
) -> Dataset {
    assert!(noise >= 0.0 && noise.is_finite(), "{name}: noise is {noise}, must be in [0, inf)");
    let normal = Normal::new(0.0, noise).expect("the deviation is finite");
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    for (point, class) in points {
        features.extend(point.map(|x| (x + normal.sample(rng)) as f32));
        labels.push(u32::try_from(class).expect("there are fewer than 2^32 classes"));
    }
    Dataset::new(name, features, 2, Targets::Classes { labels, classes })
        .expect("generated points are finite")
}

#[track_caller]
fn assert_at_least(argument: &str, value: usize, least: usize) {
    assert!(value >= least, "{argument} is {value}, must be at least {least}");
}
