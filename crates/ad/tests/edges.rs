//! Array primitives where there is little or too much: nothing at all, infinities, NaN, ties.

mod support;

use ndarray::{Array2, array};
use support::{ROUNDING, assert_close, blames_this_line};
use wengert_ad::{ArrayTape, Dual, Elementary, Scalar, arrays};

const INF: f64 = f64::INFINITY;

#[test]
fn the_sum_of_nothing_is_zero_and_its_gradient_is_empty() {
    let tape = ArrayTape::<f64>::new();
    let x = tape.var(&Array2::zeros((0, 3)));
    assert_eq!(x.sum().item(), 0.0);
    assert_eq!(x.sum_axis(0).value(), array![0.0, 0.0, 0.0].into_dyn());
    assert_eq!(x.sum().gradient().wrt(x), Array2::<f64>::zeros((0, 3)).into_dyn());
}

#[test]
fn what_has_no_value_on_nothing_says_so() {
    let tape = ArrayTape::<f64>::new();
    let x = tape.var(&Array2::zeros((0, 3)));
    blames_this_line(&["mean:", "[0, 3]", "at least one"], || x.mean());
    blames_this_line(&["mean:", "[0, 3]", "at least one"], || x.mean_axis(0));
    blames_this_line(&["max:", "[0, 3]", "at least one"], || x.largest());
    blames_this_line(&["log_sum_exp:", "[0, 3]", "at least one"], || x.log_sum_exp_axis(0));
    assert!(x.mean_axis(1).value().is_empty());
}

#[test]
fn a_product_over_no_inner_dimension_is_zero() {
    let tape = ArrayTape::<f64>::new();
    let (a, b) = (tape.var(&Array2::zeros((2, 0))), tape.var(&Array2::zeros((0, 3))));
    assert_eq!(a.matmul(b).value(), Array2::<f64>::zeros((2, 3)).into_dyn());
    let bias = tape.var(&array![1.0, 2.0, 3.0]);
    let y = a.affine(b, bias);
    assert_eq!(y.value(), array![[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]].into_dyn());
    assert_eq!(y.sum().gradient().wrt(bias), array![2.0, 2.0, 2.0].into_dyn());
}

#[test]
fn a_single_number_of_rank_zero_is_an_array_like_any_other() {
    let tape = ArrayTape::new();
    let x = tape.var(&ndarray::arr0(2.0));
    let y = x.square().reshape(&[1, 1]).broadcast_to(&[2, 3]).sum() + x.sum() + x.largest() + x.log_sum_exp();
    assert_eq!(y.shape().len(), 0);
    assert_eq!((y.item(), y.gradient().wrt(x)[[]]), (30.0, 27.0));
}

#[test]
fn an_axis_beyond_the_rank_is_refused_by_every_operator() {
    let tape = ArrayTape::<f64>::new();
    let x = tape.var(&array![1.0, 2.0]);
    blames_this_line(&["sum:", "axis"], || x.sum_axis(1));
    blames_this_line(&["mean:", "axis"], || x.mean_axis(1));
    blames_this_line(&["max:", "axis"], || x.largest_axis(1));
    blames_this_line(&["log_sum_exp:", "axis"], || x.log_sum_exp_axis(1));
    blames_this_line(&["slice:", "axis"], || x.slice(1, 0..1));
    blames_this_line(&["concatenate:", "axis"], || x.concatenate(&[], 1));
    blames_this_line(&["gather:", "axis"], || x.sum().gather(&[0]));
}

#[test]
#[allow(clippy::reversed_empty_ranges, reason = "the point of the test")]
fn a_range_that_ends_before_it_starts_is_refused() {
    let tape = ArrayTape::<f64>::new();
    let x = tape.var(&array![1.0, 2.0]);
    blames_this_line(&["slice:", "2..1"], || x.slice(0, 2..1));
}

#[test]
fn the_first_of_the_largest_gets_the_whole_derivative_in_both_modes() {
    let x = [array![1.0, 3.0, 3.0].into_dyn()];
    assert_eq!(arrays::grad(|x| x[0].largest(), &x), [array![0.0, 1.0, 0.0].into_dyn()]);
    let direction = [array![1.0, 10.0, 100.0].into_dyn()];
    assert_eq!(arrays::jvp(|x| x[0].largest(), &x, &direction).1[[]], 10.0);
}

#[test]
fn a_nan_is_the_largest_of_all_wherever_it_stands() {
    for x in [array![f64::NAN, 1.0], array![1.0, f64::NAN]] {
        let tape = ArrayTape::new();
        assert!(tape.var(&x).largest().item().is_nan());
        assert!(tape.var(&x).log_sum_exp().item().is_nan());
        assert!(tape.var(&x).sum().item().is_nan());
    }
    let lowest = array![-INF, -INF];
    let tape = ArrayTape::new();
    let x = tape.var(&lowest);
    assert_eq!(x.largest().gradient().wrt(x), array![1.0, 0.0].into_dyn());
}

#[test]
fn log_sum_exp_is_exact_for_large_logits_and_ignores_those_at_minus_infinity() {
    let tape = ArrayTape::new();
    let x = tape.var(&array![1e4, 1e4, -1e4, -INF]);
    let y = x.log_sum_exp();
    assert_close("value", y.item(), 1e4 + 2_f64.ln(), ROUNDING);
    // The gradient is e^(x - y), and y = 1e4 + ln 2 is rounded to 1e4 eps.
    let gradient = y.gradient().wrt(x);
    for (got, want) in gradient.iter().zip([0.5, 0.5, 0.0, 0.0]) {
        assert_close("gradient", *got, want, 1e4 * f64::EPSILON);
    }
    let all_low = tape.var(&array![-INF, -INF]);
    assert_eq!(all_low.log_sum_exp().item(), -INF);
    assert_eq!(tape.var(&array![INF, 0.0]).log_sum_exp().item(), INF);
}

#[test]
fn cross_entropy_is_finite_for_logits_of_ten_thousand_with_its_gradient() {
    let logits = array![[1e4, -1e4], [-1e4, 1e4]];
    let probabilities = array![[1.0, 0.0], [1.0, 0.0]];
    let tape = ArrayTape::new();
    let (x, q) = (tape.var(&logits), tape.constant(&probabilities));
    for y in [x.cross_entropy(&[0, 0]), x.cross_entropy_with(q)] {
        assert_eq!(y.value(), array![0.0, 2e4].into_dyn());
        assert_eq!(y.sum().gradient().wrt(x), array![[0.0, 0.0], [-1.0, 1.0]].into_dyn());
    }
}

#[test]
fn cross_entropy_over_no_classes_is_zero_on_a_used_tape_too() {
    let mut tape = ArrayTape::<f64>::new();
    for columns in [2, 0] {
        let (x, q) = (tape.var(&Array2::ones((3, columns))), tape.constant(&Array2::ones((3, columns))));
        let y = x.cross_entropy_with(q).value();
        assert!(columns > 0 || y == array![0.0, 0.0, 0.0].into_dyn(), "{y}");
        tape.clear();
    }
}

#[test]
fn an_index_taken_twice_gets_both_cotangents() {
    let x = [array![[1.0, 2.0], [3.0, 4.0]].into_dyn()];
    let cotangent = array![[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]].into_dyn();
    let (_, pulled) = arrays::vjp(|x| x[0].gather(&[1, 1, 0]), &x, &cotangent);
    assert_eq!(pulled, [array![[4.0, 40.0], [3.0, 30.0]].into_dyn()]);
}

#[test]
fn arrays_are_read_in_logical_order_however_they_are_stored() {
    let stored_by_rows = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let tape = ArrayTape::new();
    let x = tape.var(&stored_by_rows.t());
    assert_eq!(x.value(), stored_by_rows.t().into_dyn());
    assert_eq!(&*x.elements(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
}

#[test]
fn second_derivatives_pass_through_what_a_primitive_keeps_for_its_pullback() {
    // The Hessian of the cross-entropy is diag(p) - p p', and IndexedCrossEntropy keeps p.
    let x = [array![[0.0, 3_f64.ln()]].into_dyn()];
    let (p, direction) = ([0.25, 0.75], [array![[1.0, 0.0]].into_dyn()]);
    let row = arrays::hvp(|x| x[0].cross_entropy(&[0]).sum(), &x, &direction);
    assert_close("diagonal", row[0][[0, 0]], p[0] - p[0] * p[0], ROUNDING);
    assert_close("off the diagonal", row[0][[0, 1]], -p[0] * p[1], ROUNDING);
}

#[test]
fn constants_from_a_writer_must_fill_their_shape() {
    let (tape, one) = (ArrayTape::<Dual>::new(), Dual::constant(1.0));
    let c = tape.constant_from(&[2], |buffer| buffer.extend([one; 2]));
    assert_eq!(c.exp().shape().as_slice(), [2]);
    blames_this_line(&["[3]", "1 were written"], || tape.constant_from(&[3], |buffer| buffer.push(one)));
}
