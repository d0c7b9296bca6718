//! Layers, initialisers and losses against facts that are known exactly.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

use ndarray::{Array2, array};
use wengert_ad::rules::{Relu, Tanh};
use wengert_ad::{ArrayTape, Elementary, Tape};
use wengert_nn::{
    Activation, Architecture, CrossEntropy, Init, Layout, Linear, Loss, Mlp, Model, Module, Sequential,
};

#[test]
fn a_relu_unit_has_its_corner_at_minus_b_over_w() {
    let derivatives = |x: f64, w: f64, b: f64| {
        let tape = Tape::new();
        let [x, w, b] = [x, w, b].map(|value| tape.var(value));
        let g = (w * x + b).relu().gradient();
        [g.wrt(x), g.wrt(w), g.wrt(b)]
    };
    let (w, b) = (2.0, -3.0);
    let corner = -b / w;
    assert_eq!(derivatives(corner + 0.5, w, b), [w, corner + 0.5, 1.0], "on the active side");
    assert_eq!(derivatives(corner - 0.5, w, b), [0.0; 3], "on the other side");
    assert_eq!(derivatives(corner, w, b), [0.0; 3], "at the corner itself");
}

#[test]
fn without_a_nonlinearity_any_depth_is_one_affine_map() {
    let model = Model::new(|layout| {
        let widths = [3, 5, 4, 2];
        let layers = widths.windows(2).enumerate();
        layers.fold(Sequential::new(), |all, (i, fans)| {
            all.then(Linear::new(layout, &format!("layer.{i}"), fans[0], fans[1], Init::Glorot))
        })
    });
    let mut params = model.layout().initialise::<f64>(5);
    params.values_mut().iter_mut().for_each(|x| *x += 0.1);
    let matrix =
        |name: &str| params.get(name).unwrap().to_owned().into_dimensionality::<ndarray::Ix2>().unwrap();
    let bias = |name: &str| params.get(name).unwrap().to_owned().insert_axis(ndarray::Axis(0));
    let weight = matrix("layer.0.weight").dot(&matrix("layer.1.weight")).dot(&matrix("layer.2.weight"));
    let x = array![[0.3, -1.2, 2.0], [1.0, 0.0, -0.5]];
    let row = |name: &str| bias(name).into_dimensionality::<ndarray::Ix2>().unwrap();
    let offset = (row("layer.0.bias").dot(&matrix("layer.1.weight")) + row("layer.1.bias"))
        .dot(&matrix("layer.2.weight"))
        + row("layer.2.bias");
    let expected = x.dot(&weight) + offset;

    let tape = ArrayTape::new();
    let y = model.module().forward(&params.bind(&tape), tape.constant(&x)).value();
    // Products of three matrices of numbers below 2, in another order: a few tens of roundings.
    assert!((y - expected).iter().all(|error| error.abs() < 1e-13));
}

/// Mean and variance of the weights of a layer of 400 x 250, and the share beyond two standard deviations.
fn moments(init: Init) -> (f64, f64, f64) {
    let mut layout = Layout::new();
    Linear::new(&mut layout, "layer", 400, 250, init);
    let params = layout.initialise::<f64>(11);
    let weights = params.get("layer.weight").unwrap();
    let n = weights.len() as f64;
    let mean = weights.sum() / n;
    let variance = weights.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / n;
    let beyond = weights.iter().filter(|w| (**w - mean).abs() > 2.0 * variance.sqrt()).count();
    assert!(params.get("layer.bias").unwrap().iter().all(|&b| b == 0.0));
    (mean, variance, beyond as f64 / n)
}

#[test]
fn each_initialiser_has_the_variance_of_its_name() {
    let expected = [(Init::Xavier, 1.0 / 400.0), (Init::Glorot, 2.0 / 650.0), (Init::He, 2.0 / 400.0)];
    for (init, variance) in expected {
        let (mean, found, beyond) = moments(init);
        // Of 1e5 normal draws the variance is known to sqrt(2 / 1e5) = 0.45 %, the mean to 0.32 % of the deviation;
        // 4.55 % lie beyond two deviations, known to 0.07 %. Four of these each.
        assert!((found / variance - 1.0).abs() < 0.018, "{init:?}: variance {found}, not {variance}");
        assert!(mean.abs() < 0.013 * variance.sqrt(), "{init:?}: mean {mean}");
        assert!((beyond - 0.0455).abs() < 0.0027, "{init:?}: {beyond} beyond two deviations");
    }
}

#[test]
fn the_first_layer_of_a_relu_network_starts_with_the_variance_of_its_inputs() {
    let params = Mlp::new([500, 400, 10]).init(Init::He).into_model().layout().initialise::<f64>(3);
    let variance = |name: &str| {
        params.get(name).unwrap().iter().map(|w| w * w).sum::<f64>() / params.get(name).unwrap().len() as f64
    };
    assert!((variance("hidden.0.weight") * 500.0 - 1.0).abs() < 0.02);
    assert!((variance("out.weight") * 400.0 / 2.0 - 1.0).abs() < 0.1);
}

#[test]
fn both_precisions_start_at_the_same_point() {
    let layout = Mlp::new([4, 8, 2]).into_model().layout().clone();
    let (single, double) = (layout.initialise::<f32>(9), layout.initialise::<f64>(9));
    assert!(single.values().iter().zip(double.values()).all(|(s, d)| *s == *d as f32));
}

#[test]
fn cross_entropy_is_finite_for_logits_of_ten_thousand() {
    let tape = ArrayTape::<f64>::new();
    let x = tape.var(&array![[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, -1e4]]);
    let loss = CrossEntropy.total(x, wengert_nn::Targets::Classes(&[1, 2, 0]));
    assert_eq!(loss.item(), 2e4 + 3.0f64.ln() + 2.0f64.ln());
    let third = 1.0 / 3.0;
    let expected = [[1.0, -1.0, 0.0], [third, third, third - 1.0], [-0.5, 0.5, 0.0]];
    let gradient = loss.gradient().wrt(x);
    assert!(gradient.iter().zip(expected.iter().flatten()).all(|(g, e)| (g - e).abs() < 1e-15), "{gradient}");
}

#[test]
fn any_rule_of_the_table_is_an_activation() {
    let run = |model: &Model<Sequential<f64>>| {
        let tape = ArrayTape::new();
        let params = model.layout().initialise::<f64>(1);
        model.module().forward(&params.bind(&tape), tape.constant(&array![[-0.5, 2.0]])).value()
    };
    let tanh = run(&Model::new(|_| Sequential::new().then(Activation(Tanh)).then(Activation(Relu))));
    assert_eq!(tanh, array![[0.0, 2.0f64.tanh()]].into_dyn());
    let mlp = Mlp::new([2, 3, 1]).activation(Tanh).init(Init::Constant(1.0)).into_model();
    let tape = ArrayTape::<f64>::new();
    let params = mlp.layout().initialise::<f64>(1);
    let y = mlp.module().forward(&params.bind(&tape), tape.constant(&Array2::from_elem((1, 2), 0.25))).item();
    assert!((y - 3.0 * 0.5f64.tanh()).abs() < 1e-15);
}

#[test]
#[should_panic(expected = "two parameters are called \"layer.weight\"")]
fn two_layers_of_one_name_are_refused() {
    let mut layout = Layout::new();
    Linear::new(&mut layout, "layer", 2, 3, Init::He);
    Linear::new(&mut layout, "layer", 3, 1, Init::He);
}
