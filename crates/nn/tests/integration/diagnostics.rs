//! Diagnostics: activity of units, norms, and statistics of intermediate results.

use crate::support::{assert_close, drawn_params, normal_matrix};
use ndarray::Array2;
use wengert_ad::ArrayTape;
use wengert_nn::diagnostics::{
    ParameterNorm, gradient_norms, large_parameter, operation_statistics, relu_activity, update_ratios,
};
use wengert_nn::{Architecture, HalfSquared, Loss, Mlp, Model, Module, Params, TargetBatch};

/// A network of one input with a dead, an always active and an ordinary unit, on examples between -1 and 1.
fn three_units() -> (Model<impl Module<f64> + use<>>, Params<f64>, Array2<f64>) {
    let model = Mlp::new([1, 3, 1]).into_model();
    let mut params = model.layout().initialise::<f64>(1);
    params.values_mut().copy_from_slice(&[1.0, 0.5, 1.0, -2.0, 3.0, 0.25, 0.7, 0.8, 0.9, 0.1]);
    let x = Array2::from_shape_fn((41, 1), |(i, _)| i as f64 / 20.0 - 1.0);
    (model, params, x)
}

#[test]
fn dead_and_always_active_units_are_counted_per_layer() {
    let (model, params, x) = three_units();
    let [layer] = &relu_activity(model.module(), &params, &x)[..] else { panic!("one relu layer") };
    assert_eq!((layer.dead(), layer.always_on()), (vec![0], vec![1]));
    assert_eq!(layer.on, [0, 41, 25], "x > -1/4 from x = -0.2 on");
    let text = layer.to_string();
    assert_eq!(text, "relu 0: 3 units on 41 examples, 33.3 % dead, 33.3 % always on");
}

#[test]
fn a_unit_whose_output_is_nan_is_neither_dead_nor_on() {
    let (model, mut params, x) = three_units();
    params.values_mut()[0] = f64::NAN;
    let [layer] = &relu_activity(model.module(), &params, &x)[..] else { panic!("one relu layer") };
    assert_eq!((&layer.on[..], &layer.nan[..]), (&[0, 41, 25][..], &[41, 0, 0][..]));
    assert_eq!((layer.dead(), layer.always_on()), (vec![], vec![1]));
    let text = layer.to_string();
    assert_eq!(text, "relu 0: 3 units on 41 examples, 0.0 % dead, 33.3 % always on, 1 NaN on some");
}

#[test]
fn norms_of_parameters_and_gradients_are_finite_where_their_squares_overflow() {
    let model = Mlp::new([1, 1]).into_model();
    let mut params = model.layout().initialise::<f64>(0);
    params.values_mut().copy_from_slice(&[3e200, 1e-200]);
    let norms = gradient_norms(&params, &[4e-200, -2e200]);
    let found: Vec<_> = norms.iter().map(|norm| (norm.parameter, norm.change)).collect();
    assert_eq!(found, [(3e200, 4e-200), (1e-200, 2e200)]);
}

#[test]
fn a_dead_unit_has_gradient_exactly_zero_and_an_always_active_one_is_affine() {
    let (model, params, x) = three_units();
    let tape = ArrayTape::new();
    let y = model.module().forward(&params.bind_for_evaluation(&tape), tape.constant(&x));
    let mut gradient = vec![f64::NAN; params.len()];
    HalfSquared.total(y, TargetBatch::Values(tape.constant(&x))).gradient_into(1.0, &mut gradient);
    let of_unit = |unit: usize| [gradient[unit], gradient[3 + unit], gradient[6 + unit]];
    assert_eq!(of_unit(0), [0.0; 3]);
    assert!(of_unit(1).iter().chain(&of_unit(2)).all(|&g| g != 0.0));

    // Without the ordinary unit, the network is 0.8 (0.5 x + 3) + 0.1.
    let mut affine = params.clone();
    affine.values_mut()[8] = 0.0;
    let tape = ArrayTape::new();
    let y = model.module().forward(&affine.bind_for_evaluation(&tape), tape.constant(&x));
    let expected: Vec<f64> = x.iter().map(|x| 0.8 * (0.5 * x + 3.0) + 0.1).collect();
    assert_close("affine", &y.elements(), &expected, 1e-15);
}

#[test]
fn gradient_norms_and_update_ratios_are_computed_per_parameter() {
    let model = Mlp::new([1, 2, 1]).into_model();
    let mut params = model.layout().initialise::<f64>(0);
    params.values_mut().copy_from_slice(&[3.0, 4.0, 0.0, 0.0, 1.0, 0.0, 2.0]);
    let norms = gradient_norms(&params, &[0.0, 1.0, 3.0, 4.0, 0.0, 0.0, -2.0]);
    let found: Vec<_> = norms.iter().map(|norm| (&norm.name[..], norm.parameter, norm.change)).collect();
    let expected = [
        ("hidden.0.weight", 5.0, 1.0),
        ("hidden.0.bias", 0.0, 5.0),
        ("out.weight", 1.0, 0.0),
        ("out.bias", 2.0, 2.0),
    ];
    assert_eq!(found, expected);
    assert_eq!(norms.iter().map(ParameterNorm::ratio).collect::<Vec<_>>(), [0.2, f64::INFINITY, 0.0, 1.0]);
    let mut after = params.clone();
    after.values_mut()[0] += 0.005;
    let ratio = update_ratios(&params, &after)[0].ratio();
    assert!((ratio - 1e-3).abs() < 1e-15, "{ratio}");
}

#[test]
fn the_first_element_beyond_a_limit_is_reported_with_its_name_and_position() {
    let model = Mlp::new([2, 3, 1]).into_model();
    let mut params = model.layout().initialise::<f64>(0);
    assert_eq!(large_parameter(params.layout(), params.values(), 1e3), None);
    params.values_mut()[10] = -2e3;
    params.values_mut()[12] = f64::NAN;
    let found = large_parameter(params.layout(), params.values(), 1e3).unwrap();
    assert_eq!(found.to_string(), "out.weight[1] is -2e3");
    let not_finite = large_parameter(params.layout(), params.values(), 1e4).unwrap();
    assert_eq!((&not_finite.name[..], not_finite.index), ("out.bias", 0));
}

#[test]
fn the_statistics_of_operations_are_those_of_their_results() {
    let model = Mlp::new([2, 3, 1]).into_model();
    let params = drawn_params(model.layout(), 7);
    let x = normal_matrix(5, 2, 8);
    let all = operation_statistics(model.module(), &params, &x);
    assert_eq!(all.iter().map(|found| found.operator).collect::<Vec<_>>(), ["affine", "relu", "affine"]);
    assert_eq!(all[1].shape, [5, 3]);
    let tape = ArrayTape::new();
    let y = model.module().forward(&params.bind_for_evaluation(&tape), tape.constant(&x)).value();
    let (mean, norm) = (y.sum() / 5.0, y.iter().map(|y| y * y).sum::<f64>().sqrt());
    let variance = y.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / 5.0;
    assert_close("outputs", &[all[2].mean, all[2].variance, all[2].norm], &[mean, variance, norm], 1e-14);
}
