//! Classes that are regions of the plane or of a space of more dimensions.

use super::samples::{assert_at_least, classification, named, noisy, normal_noise, numbered};
use crate::dataset::Dataset;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::Distribution;

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
    noisy("xor", points, named(["equal signs", "opposite signs"]), noise, &mut rng)
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
    noisy("blobs", points, numbered("cluster", classes), spread, &mut rng)
}

/// A checkerboard with `side x side` squares of side 1, on which black and white alternate; `n` points.
///
/// The squares take turns, and a point is uniform in its square, so that each has `n / side^2` points, or one
/// more. Class 0, black, is the colour of the square at the origin.
///
/// The class of a point `x` in `[0, side)^2`, before noise, is `(floor x_1 + floor x_2) mod 2`: the exclusive
/// or of [`xor`] repeated.
///
/// # Panics
/// If `side` is below 2, if `n` is below 2, or if `noise` is negative, infinite or NaN.
#[must_use]
#[track_caller]
pub fn checkerboard(side: usize, n: usize, noise: f64, seed: u64) -> Dataset {
    assert_at_least("checkerboard: side", side, 2);
    assert_at_least("checkerboard: n", n, 2);
    let mut rng = StdRng::seed_from_u64(seed);
    let points: Vec<_> = (0..n)
        .map(|i| [i % side, i / side % side])
        .map(|square| (square.map(|at| at as f64 + rng.random::<f64>()), (square[0] + square[1]) % 2))
        .collect();
    noisy("checkerboard", points, named(["black", "white"]), noise, &mut rng)
}

/// Shells around the origin: `n` standard normal points in `width` dimensions, divided by their distance from
/// the origin into `classes` classes of equal size, from the inside to the outside; the last class has the
/// remainder too.
///
/// Source: `make_gaussian_quantiles` of scikit-learn with mean 0 and covariance 1.
///
/// # Panics
/// If `classes` or `width` is 0, or if `n` is below `classes`.
#[must_use]
#[track_caller]
pub fn gaussian_quantiles(classes: usize, n: usize, width: usize, seed: u64) -> Dataset {
    assert_at_least("gaussian quantiles: classes", classes, 1);
    assert_at_least("gaussian quantiles: n", n, classes);
    assert_at_least("gaussian quantiles: width", width, 1);
    let (normal, mut rng) = (normal_noise("gaussian quantiles", 1.0), StdRng::seed_from_u64(seed));
    let mut points: Vec<Vec<f64>> =
        (0..n).map(|_| (0..width).map(|_| normal.sample(&mut rng)).collect()).collect();
    let square = |point: &[f64]| point.iter().map(|x| x * x).sum::<f64>();
    points.sort_by(|a, b| square(a).total_cmp(&square(b)));
    let features = points.iter().flatten().map(|&x| x as f32).collect();
    let shell = |i: usize| u32::try_from((i / (n / classes)).min(classes - 1));
    let labels = (0..n).map(|i| shell(i).expect("there are fewer than 2^32 classes")).collect();
    classification("gaussian_quantiles", features, width, labels, numbered("shell", classes))
}
