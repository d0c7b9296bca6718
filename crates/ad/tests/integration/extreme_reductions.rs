//! Sums, means, variances, norms and normalisation of long, huge, tiny and constant arrays.

use crate::support::{ROUNDING, assert_close};
use ndarray::{Array1, Array2, Array3, ArrayD, array};
use wengert_ad::primitive::Pointwise;
use wengert_ad::{ArrayTape, Element, Elementary, Jet, Numeric, Scalar, Tensor, arrays};

const SINGLE: f64 = f32::EPSILON as f64;
/// Long enough for one accumulator of single precision to be off by a per cent.
const LONG: usize = 1_000_000;

#[track_caller]
fn assert_relative(label: &str, have: impl Into<f64>, want: f64, tolerance: f64) {
    let have = have.into();
    assert!((have / want - 1.0).abs() <= tolerance, "{label}: {have:e}, expected {want:e}");
}

/// The tenth of single precision.
const TENTH: f64 = 0.1_f32 as f64;

#[test]
fn long_single_precision_sums_keep_their_digits() {
    let tape = ArrayTape::<f32>::new();
    let vector = tape.constant(&Array1::from_elem(LONG, 0.1));
    let columns = tape.constant(&Array2::from_elem((LONG, 2), 0.1));
    let ones = tape.constant(&Array1::from_elem(LONG, 1.0));
    let n = LONG as f64;
    type Sum = (&'static str, f32, f64);
    let last = |x: Tensor<'_, f32>, axis| x.slice(axis, x.shape()[axis] - 1..x.shape()[axis]).sum().item();
    let sums: [Sum; 15] = [
        ("sum", vector.sum().item(), n * TENTH),
        ("mean", vector.mean().item(), TENTH),
        ("dot", vector.dot(ones).item(), n * TENTH),
        ("matmul", columns.transpose().matmul(ones).value()[[0]], n * TENTH),
        ("norm", vector.norm().item(), (n * TENTH * TENTH).sqrt()),
        ("log-sum-exp", vector.log_sum_exp().item(), n.ln() + TENTH),
        ("sum down columns", columns.sum_axis(0).value()[[1]], n * TENTH),
        ("mean down columns", columns.mean_axis(0).value()[[1]], TENTH),
        ("norm down columns", columns.norm_axis(0).value()[[1]], (n * TENTH * TENTH).sqrt()),
        ("log-sum-exp down columns", columns.log_sum_exp_axis(0).value()[[1]], n.ln() + TENTH),
        ("softmax down columns", columns.softmax(0).value()[[7, 1]], 1.0 / n),
        ("cumulative sum", last(vector.cumulative_sum(0), 0), n * TENTH),
        ("cumulative sum of columns", last(columns.cumulative_sum(0).slice(1, 1..2), 0), n * TENTH),
        ("cross-entropy", columns.total_cross_entropy(&vec![0; LONG]).item(), n * 2_f64.ln()),
        ("windows", vector.window_sum(First).item(), (n - 1.0) * TENTH),
    ];
    for (label, have, want) in sums {
        assert_relative(label, have, want, 150.0 * SINGLE);
    }
}

/// The first number of a pair.
#[derive(Clone, Copy, Debug)]
struct First;

impl Pointwise<2> for First {
    #[inline(always)]
    fn at<T: Scalar>(self, [a, b]: [T; 2]) -> T {
        a + b.scale(0.0)
    }
}

#[test]
fn long_single_precision_variances_keep_their_digits() {
    let tape = ArrayTape::<f32>::new();
    let steps = Array2::from_shape_fn((LONG, 2), |(i, _)| if i % 2 == 0 { 100.0 } else { 100.5 });
    let x = tape.constant(&steps);
    assert_relative("down columns", x.variance_axis(0).value()[[1]], 0.0625, 150.0 * SINGLE);
    assert_relative("of all", x.variance().item(), 0.0625, 150.0 * SINGLE);
    let rows = tape.constant(&steps.t());
    assert_relative("along rows", rows.variance_axis(1).value()[[1]], 0.0625, 150.0 * SINGLE);
    for y in [x.normalise(0, 0.0), rows.normalise(1, 0.0).transpose()] {
        assert_relative("normalised", y.value()[[0, 1]], -1.0, 150.0 * SINGLE);
    }
}

#[test]
fn pullbacks_that_sum_many_cotangents_keep_the_digits_of_single_precision() {
    fn gradient(shape: &[usize], f: impl Fn(Tensor<'_, f32>) -> Tensor<'_, f32>) -> f32 {
        let tape = ArrayTape::<f32>::new();
        let x = tape.var(&ArrayD::<f32>::ones(shape));
        let y = f(x);
        let seed = vec![0.1; y.shape().iter().product()];
        y.vjp(&seed).wrt(x).iter().copied().last().expect("it is not empty")
    }
    let n = LONG as f64;
    let sums = [
        ("of a number", gradient(&[], |x| x.broadcast_to(&[LONG])), n),
        ("of rows", gradient(&[2], |x| x.broadcast_to(&[LONG, 2])), n),
        ("of columns", gradient(&[2, 1], |x| x.broadcast_to(&[2, LONG])), n),
        ("of two axes", gradient(&[2, 1], |x| x.broadcast_to(&[LONG, 2, 3])), 3.0 * n),
        ("of a middle axis", gradient(&[2, 1, 3], |x| x.broadcast_to(&[2, LONG, 3])), n),
        (
            "of a bias",
            gradient(&[2], |b| {
                let x = b.tape().constant(&Array2::zeros((LONG, 1)));
                x.affine(b.tape().constant(&Array2::zeros((1, 2))), b)
            }),
            n,
        ),
        ("of a cumulative sum", gradient(&[LONG], |x| x.flip(0).cumulative_sum(0)), n),
    ];
    for (label, have, count) in sums {
        assert_relative(label, have, count * TENTH, 150.0 * SINGLE);
    }
}

#[test]
fn broadcasts_over_any_axes_pull_back_sums() {
    let x = Array3::from_shape_fn((2, 1, 2), |(i, _, k)| (i * 2 + k) as f64).into_dyn();
    for target in
        [&[2, 5, 2][..], &[3, 2, 5, 2], &[3, 1, 2, 1, 2], &[300, 2, 1, 2], &[2, 300, 2], &[4, 300, 2, 3, 2]]
    {
        let count = target.iter().product::<usize>();
        let seed = ArrayD::from_shape_vec(target, (0..count).map(|i| (i % 7) as f64).collect())
            .expect("one number per element");
        let (_, pulled) = arrays::vjp(|v| v[0].broadcast_to(target), std::slice::from_ref(&x), &seed);
        let mut want = ArrayD::<f64>::zeros(x.raw_dim());
        for (place, &y_bar) in seed.indexed_iter() {
            let rank = target.len();
            want[[place[rank - 3], 0, place[rank - 1]]] += y_bar;
        }
        assert_eq!(pulled[0], want, "{target:?}");
    }
}

#[test]
fn means_and_variances_of_huge_numbers_do_not_overflow_on_the_way() {
    let tape = ArrayTape::<f32>::new();
    let x = tape.constant(&array![[3e38, 2e38], [3e38, 3e38], [3e38, 1e38]]);
    assert_relative("mean", x.mean_axis(0).value()[[0]], f64::from(3e38_f32), 4.0 * SINGLE);
    assert_relative("mean", x.mean_axis(0).value()[[1]], 2e38, 4.0 * SINGLE);
    assert_relative("mean", x.transpose().mean_axis(1).value()[[1]], 2e38, 4.0 * SINGLE);
    let alternating = Array1::from_shape_fn(1000, |i| if i % 2 == 0 { 1e18 } else { -1e18_f32 });
    assert_relative("variance", tape.constant(&alternating).variance().item(), 1e36, 16.0 * SINGLE);
    assert_eq!(tape.constant(&array![f32::INFINITY, 1.0]).mean().item(), f32::INFINITY);
    assert!(tape.constant(&array![f32::INFINITY, 1.0]).variance().item().is_nan());
    assert!(tape.constant(&array![f32::NAN, 1.0]).mean().item().is_nan());
    let y = arrays::grad(|v| v[0].mean(), &[array![1.5e308, 1.5e308].into_dyn()]);
    assert_eq!(y[0], array![0.5, 0.5].into_dyn());
}

/// A pair along the rows, and the same along the columns.
fn normalised<T: Element>(pair: [f64; 2], epsilon: f64) -> Vec<ArrayD<f64>> {
    let tape = ArrayTape::<T>::new();
    let rows = array![pair, [1.0, 3.0]].mapv(T::constant);
    let x = tape.constant(&rows);
    let values = |y: Tensor<'_, T>| y.value().mapv(Numeric::value);
    vec![values(x.normalise(1, epsilon)), values(x.transpose().normalise(0, epsilon).transpose())]
}

#[test]
fn huge_and_tiny_rows_are_normalised() {
    for size in [1e20, 3e38, 1e-20, 1e-30, 1.0] {
        for y in normalised::<f32>([size, -size], 0.0) {
            assert_relative("first", y[[0, 0]], 1.0, 8.0 * SINGLE);
            assert_relative("second", y[[0, 1]], -1.0, 8.0 * SINGLE);
            assert_relative("other row", y[[1, 1]], 1.0, 8.0 * SINGLE);
        }
    }
    for y in normalised::<f32>([1e20, -1e20], 1e-5) {
        assert_relative("with an epsilon", y[[0, 0]], 1.0, 8.0 * SINGLE);
    }
    for size in [1e200, 1e308, 1e-200, 1e-300] {
        for y in normalised::<f64>([size, -size], 0.0) {
            assert_close("f64", y[[0, 0]], 1.0, ROUNDING);
        }
    }
    // An epsilon that is much larger than the variance: y = x / sqrt(epsilon).
    for y in normalised::<f64>([1e-30, -1e-30], 1e-4) {
        assert_relative("small beside epsilon", y[[0, 0]], 1e-28, ROUNDING);
    }
}

#[test]
fn the_variance_of_equal_numbers_is_zero() {
    // Three times 0.1 is not 0.3: the mean is rounded.
    for x in [0.1, -0.7, 1e10 + 0.1, 1e300, 0.0] {
        for count in [3, 7, 1000] {
            let tape = ArrayTape::<f64>::new();
            let rows = tape.constant(&Array2::from_elem((count, 2), x));
            assert_eq!(rows.variance().item(), 0.0, "{x}");
            assert_eq!(rows.variance_axis(0).value(), array![0.0, 0.0].into_dyn(), "{x}");
        }
    }
    let tape = ArrayTape::<f32>::new();
    assert_eq!(tape.constant(&Array1::from_elem(LONG, 0.1)).variance().item(), 0.0);
    let hv = arrays::hvp(
        |v| v[0].variance(),
        &[array![0.1, 0.1, 0.1].into_dyn()],
        &[array![1.0, 0.0, 0.0].into_dyn()],
    );
    hv[0]
        .iter()
        .zip([4.0 / 9.0, -2.0 / 9.0, -2.0 / 9.0])
        .for_each(|(&h, want)| assert_close("Hessian", h, want, ROUNDING));
}

#[test]
fn a_constant_row_is_normalised_to_zero_with_a_zero_derivative() {
    // Three times 0.1 is not 0.3: the mean is rounded, and the deviations from it are noise.
    for x in [3.0, 0.0, -0.1, 0.1, 1e10 + 0.1, 1e-300, 1e300] {
        for axis in [0, 1] {
            let rows = array![[x, x, x], [1.0, 2.0, 4.0]];
            let rows = [if axis == 1 { rows } else { rows.reversed_axes() }.into_dyn()];
            let (y, gradient) = arrays::vjp(|v| v[0].normalise(axis, 0.0), &rows, &rows[0]);
            let fibre = |a: &ArrayD<f64>| a.index_axis(ndarray::Axis(1 - axis), 0).to_owned();
            assert_eq!(fibre(&y), array![0.0, 0.0, 0.0].into_dyn(), "{x}");
            assert_eq!(fibre(&gradient[0]), array![0.0, 0.0, 0.0].into_dyn(), "{x}");
            assert!(y.iter().chain(&gradient[0]).all(|y| y.is_finite()));
        }
    }
    let single = normalised::<f32>([0.7, 0.7], 0.0);
    assert!(single.iter().all(|y| y[[0, 0]] == 0.0));
}

#[test]
fn the_derivative_of_a_normalised_huge_row_is_that_of_the_row_scaled_down() {
    let x = array![1.0, 2.0, 4.0, -3.0];
    let seed = array![0.3, -1.0, 0.5, 2.0].into_dyn();
    for scale in [1e200, 1e-200] {
        let (_, huge) = arrays::vjp(|v| v[0].normalise(0, 0.0), &[(&x * scale).into_dyn()], &seed);
        let (_, plain) = arrays::vjp(|v| v[0].normalise(0, 0.0), &[x.clone().into_dyn()], &seed);
        huge[0]
            .iter()
            .zip(&plain[0])
            .for_each(|(huge, &plain)| assert_close(scale, huge * scale, plain, ROUNDING));
    }
}

#[test]
fn the_squared_norm_has_its_hessian_at_zero_too() {
    type Function = for<'t> fn(Tensor<'t, wengert_ad::Dual>) -> Tensor<'t, wengert_ad::Dual>;
    let halves: [(&str, Function); 5] = [
        ("square", |x| x.norm().square() * 0.5),
        ("power", |x| x.norm().powi(2) * 0.5),
        ("product", |x| x.norm() * x.norm() * 0.5),
        ("norm of a norm", |x| x.reshape(&[2, 1]).norm_axis(1).norm().square() * 0.5),
        ("smooth function", |x| (x.norm().square() + 1.0).sqrt()),
    ];
    for v in [array![1.0, 0.0], array![3.0, -4.0], array![0.0, 0.0]] {
        let (zero, v) = ([array![0.0, 0.0].into_dyn()], [v.into_dyn()]);
        for (label, half) in halves {
            let hv = arrays::hvp(|x| half(x[0]), &zero, &v);
            hv[0].iter().zip(&v[0]).for_each(|(&hv, &v)| assert_close(label, hv, v, ROUNDING));
        }
    }
    let rows = [array![[0.0, 0.0], [1.0, 2.0], [0.0, 0.0]].into_dyn()];
    let v = [array![[1.0, 2.0], [3.0, 4.0], [0.0, -6.0]].into_dyn()];
    for axis in [0, 1] {
        let hv = arrays::hvp(|x| x[0].norm_axis(axis).square().sum(), &rows, &v);
        hv[0].iter().zip(&v[0]).for_each(|(&hv, &v)| assert_close(axis, hv, 2.0 * v, ROUNDING));
    }
    let (zero, v) = ([array![0.0, 0.0].into_dyn()], [array![3.0, -4.0].into_dyn()]);
    let along = |f: fn(Tensor<'_, Jet<4>>) -> Tensor<'_, Jet<4>>| {
        arrays::derivatives_along::<4, _>(|x| f(x[0]), &zero, &v).map(|y| y[[]])
    };
    assert_eq!(along(|x| x.norm()), [0.0, 5.0, 0.0, 0.0]);
    assert_eq!(along(|x| x.norm().square()), [0.0, 0.0, 50.0, 0.0]);
    let elsewhere = [array![1.0, 2.0, 3.0].into_dyn()];
    let hv = arrays::hvp(|x| x[0].norm().square(), &elsewhere, &[array![1.0, 0.0, 0.0].into_dyn()]);
    hv[0].iter().zip([2.0, 0.0, 0.0]).for_each(|(&hv, want)| assert_close("elsewhere", hv, want, ROUNDING));
}
