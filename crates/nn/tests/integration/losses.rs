//! Losses: exactly known values, identities between losses, and what they refuse.

use crate::support::{assert_close, assert_refused, drawn_params, loss, normal_matrix};
use ndarray::{Array2, array};
use wengert_ad::check::gradcheck;
use wengert_ad::{ArrayTape, Elementary, Tensor};
use wengert_nn::{
    Architecture, BinaryCrossEntropy, Bound, CrossEntropy, Huber, Layout, Linear, Logistic, Loss, Mlp,
    MultiClassHinge, Regulariser, SmoothL1, TargetBatch, TargetKind,
};

/// The total and its gradient with respect to the outputs.
fn of_values(name: &str, outputs: &Array2<f64>, targets: &Array2<f64>) -> (f64, Vec<f64>) {
    let tape = ArrayTape::new();
    let y = tape.var(outputs);
    let total = loss(name).total(y, TargetBatch::Values(tape.constant(targets)));
    (total.item(), total.gradient().wrt(y).into_iter().collect())
}

fn of_classes(name: &str, outputs: &Array2<f64>, labels: &[u32]) -> (f64, Vec<f64>) {
    let tape = ArrayTape::new();
    let y = tape.var(outputs);
    let total = loss(name).total(y, TargetBatch::Classes(labels));
    (total.item(), total.gradient().wrt(y).into_iter().collect())
}

#[test]
fn squared_and_absolute_losses_are_the_sum_the_mean_or_the_half_of_their_names() {
    let (y, t) = (array![[1.0, 2.0], [3.0, 5.0]], array![[0.0, 2.0], [1.0, 2.0]]);
    let total = |name| of_values(name, &y, &t).0;
    assert_eq!([total("sum_squared"), total("mean_squared"), total("half_squared")], [14.0, 7.0, 7.0]);
    assert_eq!([total("sum_absolute"), total("mean_absolute")], [6.0, 3.0]);
    assert_eq!(of_values("half_squared", &y, &t).1, [1.0, 0.0, 2.0, 3.0], "the gradient is the difference");
    assert_eq!(of_values("sum_absolute", &y, &t).1, [1.0, 0.0, 1.0, 1.0], "the derivative at 0 is 0");
}

#[test]
fn the_huber_loss_is_quadratic_up_to_delta_and_linear_beyond() {
    let differences = array![[0.5], [-2.0], [2.0], [3.0], [-10.0]];
    let (total, gradient) = of_values("huber:2", &differences, &Array2::zeros((5, 1)));
    assert_eq!(total, 0.125 + 2.0 + 2.0 + 4.0 + 18.0);
    assert_eq!(gradient, [0.5, -2.0, 2.0, 2.0, -2.0]);
    let (smooth, _) = of_values("smooth_l1:2", &differences, &Array2::zeros((5, 1)));
    assert_eq!(smooth, total / 2.0);
}

#[test]
fn cross_entropy_is_log_sum_exp_minus_the_logit_of_the_label_and_finite_for_logits_of_ten_thousand() {
    let logits = array![[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, -1e4]];
    let (total, gradient) = of_classes("cross_entropy", &logits, &[1, 2, 0]);
    assert_eq!(total, 2e4 + 6.0f64.ln());
    let third = 1.0 / 3.0;
    let expected = [1.0, -1.0, 0.0, third, third, third - 1.0, -0.5, 0.5, 0.0];
    assert!(gradient.iter().zip(expected).all(|(g, e)| (g - e).abs() < 1e-15), "{gradient:?}");
}

#[test]
fn cross_entropy_is_the_same_from_indices_and_from_probabilities_of_one_class() {
    let (logits, labels) = (normal_matrix(6, 4, 1), [0, 3, 1, 2, 2, 0]);
    let one_hot = Array2::from_shape_fn((6, 4), |(i, j)| f64::from(u8::from(labels[i] as usize == j)));
    for (indices, probabilities) in [
        ("cross_entropy", "probability_cross_entropy:0"),
        ("weighted_cross_entropy:0.2", "probability_cross_entropy:0.2"),
        ("weighted_cross_entropy:0.2,1,2,0.5,3", "probability_cross_entropy:0.2,1,2,0.5,3"),
    ] {
        let (from_indices, from_probabilities) =
            (of_classes(indices, &logits, &labels), of_values(probabilities, &logits, &one_hot));
        assert_close(indices, &[from_indices.0], &[from_probabilities.0], 1e-14);
        assert_close(indices, &from_indices.1, &from_probabilities.1, 1e-14);
    }
}

#[test]
fn a_class_that_is_ruled_out_by_a_weight_of_zero_may_have_logit_minus_infinity() {
    let logits = array![[0.5, f64::NEG_INFINITY, 1.5]];
    let softmax = [1.0 / (1.0 + 1.0_f64.exp()), 0.0, 1.0 / (1.0 + (-1.0_f64).exp())];
    // ln(e^0.5 + e^1.5) - 0.25 x 0.5 - 0.75 x 1.5.
    let (total, gradient) = of_values("probability_cross_entropy:0", &logits, &array![[0.25, 0.0, 0.75]]);
    assert_close("soft targets", &[total], &[0.563_261_687_518_222_8], 1e-15);
    assert_close("soft targets", &gradient, &[softmax[0] - 0.25, 0.0, softmax[2] - 0.75], 1e-15);
    // Smoothing gives each class a share of 0.1, and the class weights take that of class 1 away again.
    let smoothed = "weighted_cross_entropy:0.3,1,0,1";
    let (total, gradient) = of_classes(smoothed, &logits, &[2]);
    let [low, high] = [1.313_261_687_518_222_8, 0.313_261_687_518_222_8];
    assert_close("smoothing", &[total], &[0.1 * low + 0.8 * high], 1e-15);
    assert_close("smoothing", &gradient, &[0.9 * softmax[0] - 0.1, 0.0, 0.9 * softmax[2] - 0.8], 1e-15);
    assert_eq!(of_classes("weighted_cross_entropy:0.3", &logits, &[2]).0, f64::INFINITY, "without weights");
}

#[test]
fn label_smoothing_and_class_weights_multiply() {
    // -sum_j w_j q_j ln p_j for logits (1, 2, 0.5), q = (0.8, 0.1, 0.1), by hand.
    let (total, _) = of_classes("weighted_cross_entropy:0.3,2,0.5,1", &array![[1.0, 2.0, 0.5]], &[0]);
    assert_close("total", &[total], &[2.562_645_372_188_9], 1e-13);
}

/// The total and its gradient in single precision.
fn in_single(loss: &impl Loss<f32>, outputs: &Array2<f32>, labels: &[u32]) -> (f64, Vec<f32>) {
    let tape = ArrayTape::new();
    let y = tape.var(outputs);
    let total = loss.total(y, TargetBatch::Classes(labels));
    (total.item().into(), total.gradient().wrt(y).into_iter().collect())
}

#[test]
fn a_thousand_confident_negatives_keep_their_loss_and_slopes_in_single_precision() {
    let logits = Array2::from_shape_fn((1000, 1), |(i, _)| -12.0 - (i as f32 * 0.618).fract() * 2.0);
    let (total, gradient) = in_single(&BinaryCrossEntropy::new(), &logits, &[0; 1000]);
    let exact: f64 = logits.iter().map(|&x| f64::from(x).exp().ln_1p()).sum();
    assert!((total / exact - 1.0).abs() < 1e-6, "{total:e} and {exact:e}");
    for (slope, &x) in gradient.iter().zip(&logits) {
        let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
        assert!((f64::from(*slope) / exact - 1.0).abs() < 1e-6, "{slope:e} and {exact:e}");
    }
    let (logistic, _) = in_single(&Logistic, &logits, &[0; 1000]);
    assert!((logistic / exact - 1.0).abs() < 1e-6, "{logistic:e} and {exact:e}");
}

#[test]
fn binary_cross_entropy_is_never_negative_in_single_precision() {
    for seed in 0..200 {
        let confident = |i: usize| ((i + 1) as f64 * (f64::from(seed) + 1.7) * 0.618_033_988_7).fract();
        let logits = Array2::from_shape_fn((256, 1), |(i, _)| -(12.0 + 3.0 * confident(i)) as f32);
        let (total, _) = in_single(&BinaryCrossEntropy::new(), &logits, &[0; 256]);
        let exact: f64 = logits.iter().map(|&x| f64::from(x).exp().ln_1p()).sum();
        assert!((total / exact - 1.0).abs() < 1e-6, "{total:e} and {exact:e}");
    }
}

#[test]
fn a_confident_right_answer_keeps_its_loss_and_slopes_in_single_precision() {
    // ln(1 + e^-20).
    let small = 2.061_153_620_314_381e-9;
    let near = |x: f64, exact: f64| (x / exact - 1.0).abs() < 1e-6;
    let even = CrossEntropy.class_weights([1.0, 1.0]);
    let losses: [&dyn Loss<f32>; 2] = [&CrossEntropy, &even];
    for loss in losses {
        let tape = ArrayTape::new();
        let y = tape.var(&array![[20.0_f32, 0.0]]);
        let total = loss.total(y, TargetBatch::Classes(&[0]));
        let gradient: Vec<f64> = total.gradient().wrt(y).iter().map(|&g| g.into()).collect();
        assert!(near(total.item().into(), small), "{}", total.item());
        assert!(near(gradient[0], -small) && near(gradient[1], small), "{gradient:?}");
    }
}

#[test]
fn the_logistic_loss_of_signs_equals_the_binary_cross_entropy_of_zero_and_one() {
    let scores = normal_matrix(7, 2, 2) * 5.0;
    let signs = normal_matrix(7, 2, 3).mapv(f64::signum);
    let logistic = of_values("logistic", &scores, &signs);
    let entropy = of_values("binary_cross_entropy:1", &scores, &signs.mapv(|t| (t + 1.0) / 2.0));
    assert_close("total", &[logistic.0], &[entropy.0], 1e-14);
    assert_close("gradient", &logistic.1, &entropy.1, 1e-14);
    // The softmax of two logits, the first of which is 0, is a sigmoid.
    let one = scores.slice(ndarray::s![.., ..1]).to_owned();
    let pairs = Array2::from_shape_fn((7, 2), |(i, j)| if j == 1 { one[[i, 0]] } else { 0.0 });
    let labels: Vec<u32> = signs.column(0).iter().map(|&t| u32::from(t > 0.0)).collect();
    let multi = of_classes("cross_entropy", &pairs, &labels).0;
    assert_close("two classes", &[of_classes("logistic", &one, &labels).0], &[multi], 1e-14);
    assert_close("two classes", &[of_classes("binary_cross_entropy:1", &one, &labels).0], &[multi], 1e-14);
}

#[test]
fn hinge_losses_are_zero_beyond_the_margin_and_grow_before_it() {
    let (scores, signs) = (array![[2.0], [1.0], [0.5], [-1.0]], array![[1.0], [1.0], [1.0], [1.0]]);
    assert_eq!(of_values("hinge", &scores, &signs), (0.5 + 2.0, vec![0.0, 0.0, -1.0, -1.0]));
    assert_eq!(of_values("squared_hinge", &scores, &signs), (0.25 + 4.0, vec![0.0, 0.0, -1.0, -4.0]));
    let three = array![[3.0, 2.5, 0.0], [0.0, 0.0, 1.0]];
    let (total, gradient) = of_classes("multi_class_hinge:1,1", &three, &[0, 0]);
    assert_eq!(total, 0.5 + (1.0 + 2.0));
    assert_eq!(gradient, [-1.0, 1.0, 0.0, -2.0, 1.0, 1.0]);
    assert_eq!(of_classes("multi_class_hinge:1,2", &three, &[0, 0]).0, 0.25 + (1.0 + 4.0));
}

/// Losses that return one number for the whole batch.
struct OfTheBatch(fn(Tensor<'_, f64>) -> Tensor<'_, f64>);

impl Loss<f64> for OfTheBatch {
    fn kind(&self) -> TargetKind {
        TargetKind::Values
    }
    fn per_example<'t>(&self, y: Tensor<'t, f64>, _: TargetBatch<'_, 't, f64>) -> Tensor<'t, f64> {
        (self.0)(y)
    }
}

#[test]
fn a_custom_loss_that_returns_a_mean_or_a_sum_over_the_batch_is_refused() {
    let total = |loss: OfTheBatch, rows: usize| {
        let tape = ArrayTape::new();
        let y = tape.var(&Array2::<f64>::ones((rows, 2)));
        loss.total(y, TargetBatch::Values(y)).item()
    };
    for (loss, shape) in [
        (OfTheBatch(|y| y.square().mean()), "[]"),
        (OfTheBatch(|y| y.square().sum()), "[]"),
        (OfTheBatch(|y| y.square().mean_axis(0)), "[2]"),
        (OfTheBatch(|y| y.square()), "[3, 2]"),
    ] {
        let message = format!("per_example returned shape {shape} for 3 examples, must be [3]");
        assert_refused(&message, || _ = total(loss, 3));
    }
    assert_refused("returned shape [] for 1 examples", || _ = total(OfTheBatch(|y| y.mean()), 1));
    assert_eq!(total(OfTheBatch(|y| y.square().sum_axis(1)), 3), 6.0);
}

#[test]
fn invalid_targets_are_refused_with_their_value_and_the_valid_range() {
    let refusals: [(&str, fn()); 9] = [
        ("the label of example 1 is 3, must be below 3", || {
            of_classes("weighted_cross_entropy:0.1", &Array2::zeros((2, 3)), &[0, 3]);
        }),
        ("the label of example 0 is 4, must be below 2", || {
            of_classes("cross_entropy", &Array2::zeros((1, 2)), &[4]);
        }),
        ("there are 2 examples, but 1 labels", || {
            drop(of_classes("multi_class_hinge:1,1", &Array2::zeros((2, 3)), &[0]));
        }),
        ("a target is 0.5, must be -1 or +1", || {
            of_values("hinge", &Array2::zeros((1, 1)), &array![[0.5]]);
        }),
        ("a target is -1, must be in [0, 1]", || {
            of_values("binary_cross_entropy:1", &Array2::zeros((1, 1)), &array![[-1.0]]);
        }),
        ("the label of example 0 is 2, must be below 2", || {
            drop(of_classes("logistic", &Array2::zeros((1, 1)), &[2]));
        }),
        ("class targets need one output per example, but there are 3", || {
            drop(of_classes("hinge", &Array2::zeros((1, 3)), &[1]));
        }),
        ("the outputs have shape [2, 2], but the targets [2, 1]", || {
            of_values("mean_squared", &Array2::zeros((2, 2)), &Array2::zeros((2, 1)));
        }),
        ("there are 3 classes, but 2 class weights", || {
            of_classes("weighted_cross_entropy:0,1,2", &Array2::zeros((1, 3)), &[0]);
        }),
    ];
    for (expected, attempt) in refusals {
        assert_refused(expected, attempt);
    }
}

#[test]
fn settings_out_of_range_are_refused_when_a_loss_is_built() {
    let refusals: [(&str, fn()); 9] = [
        ("label smoothing is 1, must be in [0, 1)", || drop(CrossEntropy.label_smoothing(1.0))),
        ("the weight of class 1 is -2, must be in [0, inf)", || {
            drop(CrossEntropy.class_weights([1.0, -2.0]));
        }),
        ("the number of class weights is 0, must be at least 1", || drop(CrossEntropy.class_weights([]))),
        ("delta is 0, must be in (0, inf)", || _ = Huber::new(0.0)),
        ("beta is NaN, must be in (0, inf)", || _ = SmoothL1::new(f64::NAN)),
        ("the margin is -1, must be in (0, inf)", || _ = MultiClassHinge::new().margin(-1.0)),
        ("the positive weight is 0, must be in (0, inf)", || {
            _ = BinaryCrossEntropy::new().positive_weight(0.0);
        }),
        ("the strength of l2 is -1, must be in [0, inf)", || drop(Regulariser::l2(-1.0))),
        ("no parameter matches \"nowhere.*\"", || {
            let model = Mlp::new([2, 3]).into_model();
            Regulariser::l1(1.0).only("nowhere.*").on(model.layout());
        }),
    ];
    for (expected, attempt) in refusals {
        assert_refused(expected, attempt);
    }
}

#[test]
fn penalties_are_sums_over_the_selected_parameters() {
    let mut layout = Layout::new();
    Linear::new(&mut layout, "first", 2, 2, wengert_nn::Init::Zero);
    Linear::new(&mut layout, "second", 2, 1, wengert_nn::Init::Zero);
    let mut params = layout.initialise::<f64>(0);
    params.values_mut().copy_from_slice(&[1.0, -2.0, 3.0, 0.0, 10.0, -10.0, -4.0, 5.0, 100.0]);
    let value = |regulariser: Regulariser| {
        let tape = ArrayTape::new();
        let bound = params.bind_for_evaluation(&tape);
        let penalty = regulariser.on(params.layout()).value(&bound);
        let mut gradient = vec![f64::NAN; params.len()];
        penalty.gradient_into(1.0, &mut gradient);
        (penalty.item(), gradient)
    };
    assert_eq!(value(Regulariser::l1(0.5).without_biases()).0, 0.5 * 15.0);
    assert_eq!(value(Regulariser::l1(1.0)).0, 135.0);
    let (l2, gradient) = value(Regulariser::l2(0.5).only("first.*"));
    assert_eq!(l2, 0.5 * (14.0 + 200.0));
    assert_eq!(gradient, [1.0, -2.0, 3.0, 0.0, 10.0, -10.0, 0.0, 0.0, 0.0], "2 l2 w, without a half");
    let (elastic, gradient) = value(Regulariser::elastic(1.0, 0.5).only("second.weight"));
    assert_eq!(elastic, 9.0 + 0.5 * 41.0);
    assert_eq!(gradient[6..], [-5.0, 6.0, 0.0]);
    assert_eq!(value(Regulariser::l1(1.0)).1[3], 0.0, "the derivative of |w| at 0 is 0");
}

#[test]
fn the_gradients_of_penalties_agree_with_differences() {
    let model = Mlp::new([2, 3, 1]).into_model();
    let params = drawn_params(model.layout(), 3);
    let arrays: Vec<_> = params.iter().map(|(_, values)| values.to_owned()).collect();
    for regulariser in
        [Regulariser::l1(0.3), Regulariser::l2(0.7), Regulariser::elastic(0.2, 0.4).without_biases()]
    {
        let penalty = regulariser.on(model.layout());
        let report =
            gradcheck(|v| penalty.value(&Bound::recorded(v[0].tape(), model.layout(), v, &[])), &arrays);
        assert!(report.passed(), "{report}");
    }
}
