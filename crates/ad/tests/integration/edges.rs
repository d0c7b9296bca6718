//! Array primitives where there is little or too much: nothing at all, infinities, NaN, ties.

use crate::support::{ROUNDING, assert_close, blames_this_line};
use ndarray::{Array1, Array2, Array3, array};
use wengert_ad::kernels::Triangle;
use wengert_ad::{ArrayTape, Dual, Elementary, Numeric, Scalar, arrays};

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
    blames_this_line(&["variance:", "[0, 3]", "at least one"], || x.variance_axis(0));
    blames_this_line(&["argmin_axis:", "[0, 3]", "no elements"], || x.argmin_axis(0));
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
    blames_this_line(&["variance:", "axis"], || x.variance_axis(1));
    blames_this_line(&["product:", "axis"], || x.product_axis(1));
    blames_this_line(&["norm:", "axis"], || x.norm_axis(1));
    blames_this_line(&["min:", "axis"], || x.smallest_axis(1));
    blames_this_line(&["argmax_axis:", "axis 1"], || x.argmax_axis(1));
    blames_this_line(&["softmax:", "axis"], || x.softmax(1));
    blames_this_line(&["log_softmax:", "axis"], || x.log_softmax(1));
    blames_this_line(&["cumulative_sum:", "axis"], || x.cumulative_sum(1));
    blames_this_line(&["scatter_add:", "axis"], || x.scatter_add_axis(1, &[0], 2));
    blames_this_line(&["gather:", "axis"], || x.flip(1));
    blames_this_line(&["gather:", "axis"], || x.roll(1, 1));
    blames_this_line(&["pad:", "axis"], || x.pad(1, 1, 1));
    blames_this_line(&["stack:", "axis"], || x.stack(&[x], 2));
}

#[test]
fn operands_that_do_not_fit_are_refused_with_what_would() {
    let tape = ArrayTape::<f64>::new();
    let [v, w] = [2, 3].map(|n| tape.var(&Array1::zeros(n)));
    let [square, wide] = [2, 3].map(|n| tape.var(&Array2::zeros((2, n))));
    let batch = tape.var(&Array3::zeros((4, 2, 2)));
    blames_this_line(&["matmul:", "[2], [2]", "(m, k)"], || v.matmul(v));
    blames_this_line(&["matmul:", "[2, 3], [2]"], || wide.matmul(v));
    blames_this_line(&["matmul:", "[2, 2], [4, 2, 2]"], || square.matmul(batch));
    blames_this_line(&["matmul:", "batches"], || batch.matmul(batch.slice(0, 0..3)));
    blames_this_line(&["dot:", "same shape"], || v.dot(w));
    blames_this_line(&["outer:", "vectors"], || v.outer(wide));
    blames_this_line(&["solve:", "square"], || wide.solve(v));
    blames_this_line(&["solve:", "right sides"], || square.solve(w));
    blames_this_line(&["solve:", "right sides"], || batch.solve(wide));
    blames_this_line(&["solve_triangular:", "square"], || wide.solve_triangular(v, Triangle::Lower));
    blames_this_line(&["inverse:", "square"], || wide.inverse());
    blames_this_line(&["determinant:", "square"], || v.determinant());
    blames_this_line(&["log_determinant:", "square"], || wide.log_determinant());
    blames_this_line(&["cholesky:", "square"], || wide.cholesky());
    blames_this_line(&["diagonal:", "square"], || wide.diagonal());
    blames_this_line(&["diagonal_matrix:", "vectors"], || v.sum().diagonal_matrix());
    blames_this_line(&["lower_triangle:", "matrices"], || v.triangular_part(Triangle::Lower));
    blames_this_line(&["stack:", "one shape"], || v.stack(&[w], 0));
    blames_this_line(&["linear_combination:", "one shape"], || v.linear_combination(&[w], &[1.0, 1.0]));
    blames_this_line(&["linear_combination:", "coefficient"], || v.linear_combination(&[v], &[1.0]));
    blames_this_line(&["select:", "mask"], || v.select(&[true], v));
    blames_this_line(&["select:", "same shape"], || v.select(&[true, false], w));
    blames_this_line(&["gather:", "indices"], || v.gather(&[2]));
    blames_this_line(&["scatter_add:", "indices"], || v.scatter_add(&[0, 3], 3));
    blames_this_line(&["scatter_add:", "one index"], || v.scatter_add(&[0], 3));
    blames_this_line(&["permute_axes:", "each axis"], || wide.permute_axes(&[0, 0]));
    blames_this_line(&["permute_axes:", "each axis"], || wide.permute_axes(&[0]));
}

#[test]
fn a_singular_matrix_has_a_determinant_with_both_derivatives() {
    let singular = [array![[1.0, 2.0], [2.0, 4.0]].into_dyn()];
    let tape = ArrayTape::new();
    assert_eq!(tape.var(&singular[0]).determinant().item(), 0.0);
    assert_eq!(
        arrays::grad(|a| a[0].determinant(), &singular),
        [array![[4.0, -2.0], [-2.0, 1.0]].into_dyn()]
    );
    let direction = [array![[1.0, 10.0], [100.0, 1000.0]].into_dyn()];
    assert_eq!(arrays::jvp(|a| a[0].determinant(), &singular, &direction).1[[]], 4.0 - 20.0 - 200.0 + 1000.0);
    let second = arrays::hvp(|a| a[0].determinant(), &singular, &direction);
    assert_eq!(second, [array![[1000.0, -100.0], [-10.0, 1.0]].into_dyn()]);
    // Of rank 1 in three dimensions, every minor of two rows is zero.
    let rank_one = [array![[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 0.0, 0.0]].into_dyn()];
    assert_eq!(arrays::grad(|a| a[0].determinant(), &rank_one), [Array2::zeros((3, 3)).into_dyn()]);
}

#[test]
fn a_singular_system_has_no_finite_solution_and_an_indefinite_matrix_no_factor() {
    let tape = ArrayTape::new();
    let singular = tape.var(&array![[1.0, 2.0], [2.0, 4.0]]);
    let b = tape.var(&array![1.0, 1.0]);
    assert!(singular.solve(b).value().iter().all(|x| !x.is_finite()));
    assert!(singular.inverse().value().iter().any(|x| !x.is_finite()));
    assert_eq!(singular.log_determinant().item(), -INF);
    for indefinite in [array![[1.0, 2.0], [2.0, 1.0]], array![[1.0, 1.0], [1.0, 1.0]]] {
        let factor = tape.var(&indefinite).cholesky().value();
        assert!(factor[[0, 0]] == 1.0 && factor[[1, 1]].is_nan(), "{factor}");
    }
}

#[test]
fn a_system_whose_first_pivot_is_zero_is_solved() {
    let tape = ArrayTape::new();
    let (a, b) = (tape.var(&array![[0.0, 2.0], [4.0, 0.0]]), tape.var(&array![2.0, 8.0]));
    assert_eq!(a.solve(b).value(), array![2.0, 1.0].into_dyn());
    assert_eq!(a.determinant().item(), -8.0);
    assert_eq!(a.inverse().value(), array![[0.0, 0.25], [0.5, 0.0]].into_dyn());
}

#[test]
fn what_stands_outside_the_triangle_is_not_read_and_gets_no_gradient() {
    let tape = ArrayTape::new();
    let (a, b) = (tape.var(&array![[2.0, f64::NAN], [1.0, 4.0]]), tape.var(&array![2.0, 9.0]));
    let x = a.solve_triangular(b, Triangle::Lower);
    assert_eq!(x.value(), array![1.0, 2.0].into_dyn());
    let gradient = x.sum().gradient().wrt(a);
    assert_eq!(gradient[[0, 1]], 0.0);
    assert!(gradient.iter().all(|x| x.is_finite()), "{gradient}");
}

#[test]
fn a_norm_has_gradient_zero_at_zero_and_the_slope_of_the_direction_and_does_not_overflow() {
    let zero = [array![0.0, 0.0].into_dyn()];
    assert_eq!(arrays::grad(|x| x[0].norm(), &zero), zero);
    let direction = [array![3.0, 4.0].into_dyn()];
    assert_eq!(arrays::jvp(|x| x[0].norm(), &zero, &direction).1[[]], 5.0);
    let direction = [array![1.0, 2.0].into_dyn()];
    for scale in [1e-300, 1e-170, 1e-20, 1.0, 1e20, 1e170, 1e300] {
        let x = [array![3.0 * scale, -4.0 * scale].into_dyn()];
        let (norm, gradient) = arrays::value_and_grad(|x| x[0].norm(), &x);
        assert_close(scale, norm / scale, 5.0, ROUNDING);
        assert_close(scale, gradient[0][[0]], 0.6, ROUNDING);
        assert_close(scale, arrays::jvp(|x| x[0].norm(), &x, &direction).1[[]], 0.6 - 1.6, ROUNDING);
        let columns = [array![[3.0 * scale, 0.0], [-4.0 * scale, 0.0]].into_dyn()];
        let (_, gradient) = arrays::value_and_grad(|x| x[0].norm_axis(0).sum(), &columns);
        assert_close(scale, gradient[0][[1, 0]], -0.8, ROUNDING);
        assert_eq!(gradient[0][[1, 1]], 0.0);
    }
    let tape = ArrayTape::new();
    assert_eq!(tape.var(&array![INF, 1.0]).norm().item(), INF);
    assert!(tape.var(&array![1.0, f64::NAN]).norm().item().is_nan());
    let x = tape.var(&array![0.0, -3.0, 2.0]);
    assert_eq!((x.norm_l1().item(), x.norm_max().item()), (5.0, 3.0));
    assert_eq!(x.norm_l1().gradient().wrt(x), array![0.0, -1.0, 1.0].into_dyn());
    assert_eq!(x.norm_max().gradient().wrt(x), array![0.0, -1.0, 0.0].into_dyn());
}

#[test]
fn the_derivative_of_a_product_is_right_with_one_zero_and_with_two() {
    let gradient = |x: [f64; 3]| arrays::grad(|x| x[0].product(), &[ndarray::arr1(&x).into_dyn()]);
    assert_eq!(gradient([2.0, 0.0, 5.0]), [array![0.0, 10.0, 0.0].into_dyn()]);
    assert_eq!(gradient([0.0, 0.0, 5.0]), [array![0.0, 0.0, 0.0].into_dyn()]);
}

#[test]
fn a_variance_keeps_its_digits_where_the_mean_is_large() {
    let tape = ArrayTape::new();
    let x = tape.var(&array![1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]);
    assert_close("variance", x.variance().item(), 2.0 / 3.0, ROUNDING);
}

#[test]
fn softmax_and_its_logarithm_are_finite_for_logits_of_ten_thousand() {
    let tape = ArrayTape::new();
    for shape in [[1, 3], [3, 1]] {
        let axis = usize::from(shape[0] == 1);
        let x = tape.var(&array![1e4, -1e4, 1e4].into_shape_with_order(shape).unwrap());
        assert_eq!(x.softmax(axis).elements().to_vec(), [0.5, 0.0, 0.5]);
        let y = x.log_softmax(axis);
        assert_eq!(y.elements().to_vec(), [-(2_f64.ln()), -2e4 - 2_f64.ln(), -(2_f64.ln())]);
        let gradient = y.slice(axis, 0..1).sum().gradient().wrt(x);
        assert_eq!(gradient.iter().copied().collect::<Vec<_>>(), [0.5, 0.0, -0.5]);
    }
}

#[test]
fn an_operand_that_is_not_selected_passes_nothing_on() {
    let tape = ArrayTape::new();
    let (x, y) = (tape.var(&array![0.0, 4.0]), tape.var(&array![1.0, 1.0]));
    // The derivative of the root is infinite at 0, where it is not selected.
    let chosen = x.sqrt().select(&[false, true], y);
    assert_eq!(chosen.value(), array![1.0, 2.0].into_dyn());
    assert_eq!(chosen.sum().gradient().wrt(y), array![1.0, 0.0].into_dyn());
    assert_eq!(chosen.slice(0, 1..2).sum().gradient().wrt(x)[[1]], 0.25);
}

#[test]
fn positions_of_extrema_are_those_of_the_first_and_a_nan_is_one() {
    let tape = ArrayTape::new();
    let mut long = vec![1.0; 100];
    long[40] = -2.0;
    long[60] = 3.0;
    long[61] = 3.0;
    let x = tape.var(&ndarray::arr1(&long));
    assert_eq!((x.argmax_axis(0)[[]], x.argmin_axis(0)[[]]), (60, 40));
    assert_eq!(x.smallest().gradient().wrt(x)[[40]], 1.0);
    long[70] = f64::NAN;
    let x = tape.var(&ndarray::arr1(&long));
    assert_eq!((x.argmax_axis(0)[[]], x.argmin_axis(0)[[]]), (70, 70));
    let rows = tape.var(&array![[2.0, f64::NAN], [2.0, 0.0], [1.0, f64::NAN]]);
    assert_eq!(rows.argmax_axis(0), array![0, 0].into_dyn());
    assert_eq!(rows.argmin_axis(0), array![2, 0].into_dyn());
    assert_eq!(rows.argmin_axis(1), array![1, 1, 1].into_dyn());
}

#[test]
fn what_is_rolled_comes_back_and_what_is_flipped_twice_is_as_before() {
    let tape = ArrayTape::new();
    let x = tape.var(&array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    assert_eq!(x.roll(1, 1).value(), array![[3.0, 1.0, 2.0], [6.0, 4.0, 5.0]].into_dyn());
    assert_eq!(x.roll(1, 5).value(), x.roll(1, 2).value());
    assert_eq!(x.flip(0).value(), array![[4.0, 5.0, 6.0], [1.0, 2.0, 3.0]].into_dyn());
    assert_eq!(x.flip(1).flip(1).value(), x.value());
    assert!(tape.var(&Array2::zeros((0, 3))).roll(0, 1).flip(0).value().is_empty());
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
    // The Hessian of the cross-entropy is diag(p) - p p', and ClassCrossEntropy keeps p.
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
