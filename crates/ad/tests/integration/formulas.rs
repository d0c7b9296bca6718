//! Formulas over arrays: every length, around the blocks that are computed side by side, against the
//! scalar tape.

use ndarray::Array1;
use wengert_ad::primitive::Pointwise;
use wengert_ad::{ArrayTape, Dual, Elementary, Lanes, Numeric, Scalar, Tensor, Var, value_and_grad};

/// Different in each of its arguments, so that no two windows and no two partials look alike.
#[derive(Clone, Copy, Debug)]
struct Uneven;

impl<const K: usize> Pointwise<K> for Uneven {
    #[inline(always)]
    fn at<T: Scalar>(self, x: [T; K]) -> T {
        let weighted = |k: usize| x[k].scale(1.0 + k as f64).sin();
        (1..K).fold(weighted(0), |product, k| product * weighted(k).shift(2.0))
    }
}

fn point(n: usize) -> Vec<f64> {
    (0..n).map(|i| 0.3 + (i as f64 * 0.7).sin()).collect()
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        // The same few operations a window, summed in another order.
        assert!((found - expected).abs() <= 1e-13 * (1.0 + expected.abs()), "{found}, not {expected}");
    }
}

fn check_window_sum<const K: usize>(n: usize) {
    fn scalar<'t, const K: usize>(v: &[Var<'t>]) -> Var<'t> {
        v.windows(K).map(|window| Uneven.at::<Var<'_>>(std::array::from_fn::<_, K, _>(|k| window[k]))).sum()
    }
    let x = point(n);
    let (value, gradient) = value_and_grad(scalar::<K>, &x);
    let tape = ArrayTape::<f64>::new();
    let x = tape.var(&Array1::from(x));
    // Used twice: the second contribution is added to the first.
    let sum = |x: Tensor<'_, f64>| x.window_sum::<K>(Uneven).item();
    let y = x.window_sum::<K>(Uneven) + x.window_sum::<K>(Uneven) * 2.0;
    assert_close(&[sum(x)], &[value]);
    let thrice: Vec<f64> = gradient.iter().map(|g| 3.0 * g).collect();
    assert_close(y.gradient().wrt(x).as_slice().expect("a vector is contiguous"), &thrice);
}

#[test]
fn a_window_sum_is_that_of_the_scalar_tape_for_every_length_around_a_block() {
    for n in 1..40 {
        check_window_sum::<1>(n);
        if n >= 2 {
            check_window_sum::<2>(n);
        }
        if n >= 5 {
            check_window_sum::<5>(n);
        }
    }
}

#[test]
fn a_formula_of_arrays_is_that_of_their_elements_for_every_length_around_a_block() {
    for n in 1..40 {
        let (a, b) = (point(n), point(n + 3).split_off(3));
        let tape = ArrayTape::<f64>::new();
        let (x, y) = (tape.var(&Array1::from(a.clone())), tape.var(&Array1::from(b.clone())));
        let z = Tensor::pointwise([x, y], Uneven);
        let alone: Vec<_> =
            a.iter().zip(&b).map(|(&a, &b)| value_and_grad(|v| Uneven.at([v[0], v[1]]), &[a, b])).collect();
        let values: Vec<f64> = alone.iter().map(|(value, _)| *value).collect();
        assert_close(&z.elements(), &values);
        let gradient = (z.sum() + z.sum()).gradient();
        for (input, variable) in [x, y].into_iter().enumerate() {
            let twice: Vec<f64> = alone.iter().map(|(_, g)| 2.0 * g[input]).collect();
            assert_close(gradient.wrt(variable).as_slice().expect("a vector is contiguous"), &twice);
        }
    }
}

#[test]
fn lanes_hold_numbers_of_any_mode() {
    let duals = [0.5, 2.0].map(|x| Dual::new(x, 1.0));
    let y = Lanes(duals).square().exp();
    assert_eq!(y.0, duals.map(|x| x.square().exp()));
    assert_eq!(
        (y.total().primal, y.total().tangent),
        (y.0[0].primal + y.0[1].primal, y.0[0].tangent + y.0[1].tangent)
    );
    assert!(Lanes([Dual::<f64>::constant(0.0); 2]).is_zero() && !Lanes([Dual::new(0.0, 1.0); 2]).is_zero());
}
