//! Random arrays and comparisons shared by the tests.

use ndarray::{Array2, ArrayD, IxDyn};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use wengert_nn::{Layout, Params};

/// Asserts that `a` and `b` differ by at most `tolerance` times the largest absolute value among them, or 1.
#[track_caller]
pub(crate) fn assert_close(what: &str, a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len(), "{what}: lengths");
    let scale = a.iter().chain(b).fold(1.0f64, |scale, x| scale.max(x.abs()));
    for (i, (x, y)) in a.iter().zip(b).enumerate() {
        assert!((x - y).abs() <= tolerance * scale, "{what}, element {i}: {x} and {y}");
    }
}

/// An array of standard normal numbers.
pub(crate) fn normal(shape: &[usize], seed: u64) -> ArrayD<f64> {
    let mut random = StdRng::seed_from_u64(seed);
    ArrayD::from_shape_simple_fn(IxDyn(shape), || StandardNormal.sample(&mut random))
}

/// A matrix of standard normal numbers.
pub(crate) fn normal_matrix(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    normal(&[rows, columns], seed).into_dimensionality().unwrap()
}

/// Parameters drawn from a normal distribution with standard deviation 0.8.
pub(crate) fn drawn_params(layout: &Layout, seed: u64) -> Params<f64> {
    let mut params = layout.initialise::<f64>(seed);
    let draws = normal(&[params.len()], seed + 1000);
    params.values_mut().iter_mut().zip(&draws).for_each(|(value, draw)| *value = 0.8 * draw);
    params
}

/// The message that `work` panics with.
pub(crate) fn message_of(work: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).expect_err("should have panicked");
    panic.downcast_ref::<String>().expect("the message is formatted").clone()
}
