//! Classes that are curves in the plane.

use super::samples::{assert_at_least, named, noisy, numbered};
use crate::dataset::Dataset;
use rand::SeedableRng;
use rand::rngs::StdRng;
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
    noisy("spiral", points, numbered("arm", classes), noise, &mut StdRng::seed_from_u64(seed))
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
    noisy("moons", points, named(["upper", "lower"]), noise, &mut StdRng::seed_from_u64(seed))
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
    noisy("circles", points, named(["outer", "inner"]), noise, &mut StdRng::seed_from_u64(seed))
}
