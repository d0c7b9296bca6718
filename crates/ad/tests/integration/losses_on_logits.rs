//! Losses on logits where a prediction is confident, infinite or masked.

use crate::support::assert_close;
use ndarray::{ArrayD, array};
use wengert_ad::{ArrayTape, Element, Tensor, arrays};

const INF: f64 = f64::INFINITY;
/// Relative error in single precision: a few roundings.
const SINGLE: f64 = 4.0 * f32::EPSILON as f64;
const DOUBLE: f64 = 4.0 * f64::EPSILON;

/// `ln(1 + e^-20)` and `1 / (1 + e^20)`.
const LOSS: f64 = 2.061_153_620_314_381e-9;
const SLOPE: f64 = 2.061_153_618_190_203_6e-9;

#[track_caller]
fn assert_relative(label: &str, have: f64, want: f64, tolerance: f64) {
    assert!((have / want - 1.0).abs() <= tolerance, "{label}: {have:e}, expected {want:e}");
}

/// The value and the gradient of a loss with one output.
fn value_and_gradient<T: Element>(
    logits: &ArrayD<f64>,
    loss: impl for<'t> Fn(Tensor<'t, T>) -> Tensor<'t, T>,
) -> (f64, Vec<f64>) {
    let tape = ArrayTape::<T>::new();
    let x = tape.var(&logits.mapv(T::constant));
    let y = loss(x).sum();
    (y.item().value(), y.gradient().wrt(x).iter().map(|g| g.value()).collect())
}

/// Losses of the logits `(20, 0)` with label 0, each computed in its own way.
fn confident<T: Element>() -> Vec<(&'static str, (f64, Vec<f64>))> {
    let (x, one_hot) = (array![[20.0, 0.0]].into_dyn(), array![[1.0, 0.0]].mapv(T::constant));
    let probabilities = one_hot.clone();
    vec![
        ("of classes", value_and_gradient::<T>(&x, |x| x.cross_entropy(&[0]))),
        ("total", value_and_gradient::<T>(&x, |x| x.total_cross_entropy(&[0]))),
        (
            "of probabilities",
            value_and_gradient::<T>(&x, |x| x.cross_entropy_with(x.tape().constant(&one_hot))),
        ),
        (
            "log-softmax",
            value_and_gradient::<T>(&x, |x| -(x.log_softmax(1) * x.tape().constant(&probabilities))),
        ),
        ("along axis 0", value_and_gradient::<T>(&x, |x| -x.transpose().log_softmax(0).slice(0, 0..1))),
    ]
}

#[test]
fn the_cross_entropy_of_a_confident_right_answer_keeps_its_digits_and_its_slopes() {
    let single = confident::<f32>().into_iter().map(|loss| (loss, SINGLE));
    let double = confident::<f64>().into_iter().map(|loss| (loss, DOUBLE));
    for ((label, (loss, slopes)), tolerance) in single.chain(double) {
        assert_relative(label, loss, LOSS, tolerance);
        assert_relative(label, slopes[0], -SLOPE, tolerance);
        assert_relative(label, slopes[1], SLOPE, tolerance);
    }
    // The exact slope of 1e-44 in double precision.
    let far = value_and_gradient::<f64>(&array![[100.0, 0.0]].into_dyn(), |x| x.cross_entropy(&[0]));
    assert_relative("far", far.0, 3.720_075_976_020_836e-44, DOUBLE);
    assert_relative("far", far.1[0], -3.720_075_976_020_836e-44, DOUBLE);
}

#[test]
fn log_sum_exp_of_a_dominant_zero_keeps_the_digits_of_the_others() {
    let x = array![0.0, -20.0].into_dyn();
    let (single, _) = value_and_gradient::<f32>(&x, |x| x.log_sum_exp());
    let (double, _) = value_and_gradient::<f64>(&x, |x| x.log_sum_exp());
    assert_relative("f32", single, LOSS, SINGLE);
    assert_relative("f64", double, LOSS, DOUBLE);
}

#[test]
fn the_total_of_many_confident_rows_is_the_sum_of_their_losses() {
    let rows = 700;
    let logits =
        ArrayD::from_shape_fn(vec![rows, 3], |i| if i[1] == 1 { 15.0 + i[0] as f64 / 100.0 } else { 0.0 });
    let want: f64 = (0..rows).map(|i| (2.0 * (-15.0 - i as f64 / 100.0).exp()).ln_1p()).sum();
    let labels = vec![1; rows];
    let (total, _) = value_and_gradient::<f32>(&logits, |x| x.total_cross_entropy(&labels));
    // Each of 200 factors of a partial product rounds three times.
    assert_relative("total", total, want, 50.0 * f64::from(f32::EPSILON));
    let (sum, _) = value_and_gradient::<f32>(&logits, |x| x.cross_entropy(&labels));
    assert_relative("sum", sum, want, 50.0 * f64::from(f32::EPSILON));
}

#[test]
fn second_derivatives_of_a_confident_right_answer_are_p_times_one_minus_p() {
    let x = [array![[20.0, 0.0]].into_dyn()];
    let direction = [array![[1.0, 0.0]].into_dyn()];
    let q = array![[1.0, 0.0]];
    let hvs = [
        arrays::hvp(|x| x[0].total_cross_entropy(&[0]), &x, &direction),
        arrays::hvp(|x| x[0].cross_entropy(&[0]).sum(), &x, &direction),
        arrays::hvp(
            |x| x[0].cross_entropy_with(x[0].tape().constant(&q.mapv(wengert_ad::Numeric::constant))).sum(),
            &x,
            &direction,
        ),
    ];
    for hv in hvs {
        assert_relative("on the diagonal", hv[0][[0, 0]], SLOPE * (1.0 - SLOPE), 8.0 * f64::EPSILON);
        assert_relative("off the diagonal", hv[0][[0, 1]], -SLOPE * (1.0 - SLOPE), 8.0 * f64::EPSILON);
    }
}

#[test]
fn a_soft_target_of_zero_at_a_logit_of_minus_infinity_contributes_nothing() {
    let q = array![[0.25, 0.0, 0.75]];
    let x = array![[0.5, -INF, 1.5]].into_dyn();
    let (loss, slopes) = value_and_gradient::<f64>(&x, |x| x.cross_entropy_with(x.tape().constant(&q)));
    // ln(e^0.5 + e^1.5) - 0.25 * 0.5 - 0.75 * 1.5
    assert_relative("loss", loss, 0.563_261_687_518_222_8, DOUBLE);
    let p = 1.0 / (1.0 + 1_f64.exp());
    for (have, want) in slopes.into_iter().zip([p - 0.25, 0.0, 1.0 - p - 0.75]) {
        assert_close("slope", have, want, DOUBLE);
    }
    let (loss, _) =
        value_and_gradient::<f64>(&x, |x| x.cross_entropy_with(x.tape().constant(&array![[0.5, 0.5, 0.0]])));
    assert_eq!(loss, INF, "a positive weight at minus infinity");
}

#[test]
fn a_masked_class_takes_no_part_in_a_cross_entropy() {
    let masked = array![[0.5, -INF, 1.5]].into_dyn();
    let (loss, slopes) = value_and_gradient::<f64>(&masked, |x| x.cross_entropy(&[0]));
    let (alone, slopes_alone) =
        value_and_gradient::<f64>(&array![[0.5, 1.5]].into_dyn(), |x| x.cross_entropy(&[0]));
    assert_eq!((loss, slopes), (alone, vec![slopes_alone[0], 0.0, slopes_alone[1]]));
}

#[test]
fn an_infinite_logit_gives_the_limit_of_the_loss_if_there_is_one() {
    let of = |x: [f64; 2], label: u32| {
        value_and_gradient::<f64>(&array![[x[0], x[1]]].into_dyn(), |x| x.cross_entropy(&[label]))
    };
    assert_eq!(of([INF, 0.0], 0), (0.0, vec![0.0, 0.0]));
    assert_eq!(of([INF, 0.0], 1), (INF, vec![1.0, -1.0]));
    assert_eq!(of([-INF, 0.0], 0), (INF, vec![-1.0, 1.0]));
    assert_eq!(of([-INF, 0.0], 1), (0.0, vec![0.0, 0.0]));
    for none in [[INF, INF], [-INF, -INF]] {
        let (loss, slopes) = of(none, 0);
        assert!(loss.is_nan() && slopes.iter().any(|slope| slope.is_nan()), "{none:?}: {loss} {slopes:?}");
    }
    let softmax = value_and_gradient::<f64>(&array![INF, 0.0].into_dyn(), |x| x.softmax(0).slice(0, 0..1));
    assert_eq!(softmax, (1.0, vec![0.0, 0.0]));
    let log_softmax =
        value_and_gradient::<f64>(&array![INF, 0.0].into_dyn(), |x| x.log_softmax(0).slice(0, 0..1));
    assert_eq!(log_softmax, (0.0, vec![0.0, 0.0]));
    let log_sum_exp = value_and_gradient::<f64>(&array![INF, 0.0].into_dyn(), |x| x.log_sum_exp());
    assert_eq!(log_sum_exp, (INF, vec![1.0, 0.0]));
    let several = value_and_gradient::<f64>(&array![INF, INF].into_dyn(), |x| x.log_sum_exp());
    assert_eq!(several.0, INF);
}

#[test]
fn rows_that_are_not_used_pass_zero_gradients_even_if_they_are_fully_masked() {
    let x = array![[-INF, -INF], [0.0, 1.0]].into_dyn();
    type Rows = fn(Tensor<'_, f64>) -> Tensor<'_, f64>;
    let by_rows: [(&str, Rows); 4] = [
        ("softmax", |x| x.softmax(1)),
        ("log-softmax", |x| x.log_softmax(1)),
        ("log-sum-exp", |x| x.log_sum_exp_axis(1).reshape(&[2, 1])),
        ("cross-entropy", |x| x.cross_entropy(&[0, 0]).reshape(&[2, 1])),
    ];
    for (label, rows) in by_rows {
        let (_, slopes) = value_and_gradient::<f64>(&x, |x| rows(x).slice(0, 1..2).slice(1, 0..1));
        assert_eq!(slopes[..2], [0.0, 0.0], "{label}");
        assert!(slopes[2] != 0.0 && slopes[2..].iter().all(|slope| slope.is_finite()), "{label}: {slopes:?}");
    }
    // Columns instead of rows.
    let (_, slopes) =
        value_and_gradient::<f64>(&x, |x| x.transpose().softmax(0).slice(1, 1..2).slice(0, 0..1));
    assert_eq!(slopes[..2], [0.0, 0.0]);
}

#[test]
fn the_entropy_of_a_softmax_with_a_masked_element_has_a_finite_gradient() {
    let (x, two) = (array![0.0, -INF, 1.0].into_dyn(), array![0.0, 1.0].into_dyn());
    // The slope of `p ln p` at 0, a cotangent of the softmax, is infinite.
    let masked = arrays::vjp(|v| v[0].softmax(0), &[x], &array![1.0, -INF, 2.0].into_dyn()).1;
    let alone = arrays::vjp(|v| v[0].softmax(0), &[two], &array![1.0, 2.0].into_dyn()).1;
    assert_eq!(masked[0], array![alone[0][0], 0.0, alone[0][1]].into_dyn());
}

#[test]
fn binary_cross_entropy_of_confident_answers_keeps_its_digits() {
    for (x, t) in [(-20.0, 0.0), (20.0, 1.0)] {
        for weight in [1.0, 3.0] {
            let (t32, t64) = (array![t as f32], array![t]);
            let factor = if t == 1.0 { weight } else { 1.0 };
            let x = array![x].into_dyn();
            let single =
                value_and_gradient::<f32>(&x, |x| x.binary_cross_entropy(x.tape().constant(&t32), weight));
            let double =
                value_and_gradient::<f64>(&x, |x| x.binary_cross_entropy(x.tape().constant(&t64), weight));
            for ((loss, slopes), tolerance) in [(single, SINGLE), (double, DOUBLE)] {
                assert_relative("loss", loss, factor * LOSS, tolerance);
                assert_relative("slope", slopes[0].abs(), factor * SLOPE, tolerance);
                assert_eq!(slopes[0] > 0.0, t == 0.0);
            }
        }
    }
}

#[test]
fn binary_cross_entropy_at_an_infinite_logit_is_its_limit() {
    let of = |x: f64, t: f64| {
        let target = array![t];
        value_and_gradient::<f64>(&array![x].into_dyn(), |x| {
            x.binary_cross_entropy(x.tape().constant(&target), 2.0)
        })
    };
    assert_eq!(of(-INF, 0.0), (0.0, vec![0.0]));
    assert_eq!(of(INF, 1.0), (0.0, vec![0.0]));
    assert_eq!(of(INF, 0.0), (INF, vec![1.0]));
    assert_eq!(of(-INF, 1.0), (INF, vec![-2.0]));
    let (loss, slopes) = of(0.0, 0.5);
    assert_close("loss", loss, 1.5 * 2_f64.ln(), DOUBLE);
    assert_close("slope", slopes[0], 0.25 - 0.5, DOUBLE);
}
