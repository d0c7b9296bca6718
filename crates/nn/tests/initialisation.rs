//! How parameters start: what each initialiser draws, and what that does to deep networks.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod support;

use ndarray::{Array2, array};
use support::{assert_close, assert_refused, normal_matrix};
use wengert_ad::ArrayTape;
use wengert_nn::diagnostics::{operation_statistics, relu_activity};
use wengert_nn::{
    Architecture, Bias, HalfSquared, Init, Layout, Linear, Loss, Mlp, Model, Module, Params, TargetBatch,
};

struct Moments {
    mean: f64,
    variance: f64,
    largest: f64,
    /// The share beyond two standard deviations.
    beyond: f64,
}

fn moments(x: &[f64]) -> Moments {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    let beyond = x.iter().filter(|x| (**x - mean).abs() > 2.0 * variance.sqrt()).count() as f64 / n;
    Moments { mean, variance, largest: x.iter().fold(0.0f64, |most, x| most.max(x.abs())), beyond }
}

#[test]
fn each_normal_initialiser_has_the_variance_of_its_name() {
    let expected = [
        (Init::LecunNormal, 1.0 / 400.0),
        (Init::LecunNormal, 1.0 / 400.0),
        (Init::GlorotNormal, 2.0 / 650.0),
        (Init::HeNormal, 2.0 / 400.0),
        (Init::Normal(0.3), 0.09),
    ];
    for (init, variance) in expected {
        let found = moments(&init.draw(&[400, 250], 11));
        // Of 1e5 normal draws the variance is known to sqrt(2 / 1e5) = 0.45 %, the mean to 0.32 % of the deviation;
        // 4.55 % lie beyond two deviations, known to 0.07 %. Four of these each.
        assert!((found.variance / variance - 1.0).abs() < 0.018, "{init:?}: variance {}", found.variance);
        assert!(found.mean.abs() < 0.013 * variance.sqrt(), "{init:?}: mean {}", found.mean);
        assert!((found.beyond - 0.0455).abs() < 0.0027, "{init:?}: {} beyond two deviations", found.beyond);
        assert!((init.standard_deviation(400, 250).powi(2) / variance - 1.0).abs() < 1e-15, "{init:?}");
    }
}

#[test]
fn each_uniform_initialiser_fills_the_interval_of_its_name() {
    let expected = [
        (Init::GlorotUniform, (6.0f64 / 650.0).sqrt()),
        (Init::HeUniform, (6.0f64 / 400.0).sqrt()),
        (Init::LecunUniform, (3.0f64 / 400.0).sqrt()),
        (Init::Uniform(-0.2, 0.2), 0.2),
    ];
    for (init, bound) in expected {
        let found = moments(&init.draw(&[400, 250], 12));
        // The largest of 1e5 draws misses the bound by 1e-5 of it; the variance of u^2 is 4/5 of its mean's square.
        assert!(
            found.largest <= bound && found.largest > bound * (1.0 - 2e-4),
            "{init:?}: {}",
            found.largest
        );
        assert!(
            (found.variance / (bound.powi(2) / 3.0) - 1.0).abs() < 0.0115,
            "{init:?}: {}",
            found.variance
        );
        assert!((init.standard_deviation(400, 250) - bound / 3.0f64.sqrt()).abs() < 1e-15, "{init:?}");
    }
}

#[test]
fn an_orthogonal_matrix_has_orthogonal_sides_of_the_length_of_its_gain() {
    for shape in
        [vec![7, 7], vec![3, 8], vec![8, 3], vec![1, 5], vec![5, 1], vec![1, 1], vec![2, 2, 6], vec![4]]
    {
        let columns = *shape.last().unwrap();
        let draws = Init::Orthogonal(1.5).draw(&shape, 3);
        let q = Array2::from_shape_vec((draws.len() / columns, columns), draws).unwrap();
        let product = if q.nrows() < columns { q.dot(&q.t()) } else { q.t().dot(&q) };
        let expected = Array2::<f64>::eye(product.nrows()) * 2.25;
        // Orthogonalised twice: a few roundings each.
        assert!((&product - &expected).iter().all(|error| error.abs() < 1e-14), "{shape:?}: {product}");
    }
}

#[test]
fn an_orthogonal_matrix_is_as_likely_to_turn_either_way() {
    let positive = (0..400).filter(|&seed| Init::Orthogonal(1.0).draw(&[2, 2], seed)[0] > 0.0).count();
    // 200 expected, standard deviation 10; four of them.
    assert!((160..=240).contains(&positive), "{positive}");
    assert_eq!(Init::Orthogonal(2.0).draw(&[1, 1], 1)[0].abs(), 2.0);
}

#[test]
fn fans_of_vectors_matrices_and_kernels() {
    let shapes: [(&[usize], (usize, usize)); 5] = [
        (&[], (1, 1)),
        (&[7], (1, 7)),
        (&[3, 5], (3, 5)),
        (&[4, 3, 5], (12, 20)),
        (&[3, 3, 8, 16], (72, 144)),
    ];
    for (shape, fans) in shapes {
        assert_eq!(Init::fans(shape), fans, "{shape:?}");
    }
}

#[test]
fn the_first_layer_of_a_relu_network_starts_with_the_variance_of_its_inputs() {
    let params = Mlp::new([500, 400, 10]).init(Init::HeNormal).into_model().layout().initialise::<f64>(3);
    let variance = |name: &str| {
        params.get(name).unwrap().iter().map(|w| w * w).sum::<f64>() / params.get(name).unwrap().len() as f64
    };
    // Known to sqrt(2 / 2e5) = 0.3 % and sqrt(2 / 4e3) = 2.2 %.
    assert!((variance("hidden.0.weight") * 500.0 - 1.0).abs() < 0.02);
    assert!((variance("out.weight") * 400.0 / 2.0 - 1.0).abs() < 0.1);
}

#[test]
fn both_precisions_start_at_the_same_point_and_a_seed_repeats_it() {
    let layout = Mlp::new([4, 8, 2]).init(Init::GlorotUniform).into_model().layout().clone();
    let (single, double) = (layout.initialise::<f32>(9), layout.initialise::<f64>(9));
    assert!(single.values().iter().zip(double.values()).all(|(s, d)| *s == *d as f32));
    assert_eq!(double, layout.initialise::<f64>(9));
    assert_ne!(double, layout.initialise::<f64>(10));
}

#[test]
fn twenty_relu_layers_explode_under_unit_variance_decay_under_lecun_and_keep_their_size_under_he() {
    let top = |init: Init| {
        let variance = |seed: u64| {
            let model = Mlp::new(vec![256; 21]).init(init).into_model();
            let params = model.layout().initialise::<f64>(seed);
            let all = operation_statistics(model.module(), &params, &normal_matrix(4, 256, seed + 50));
            let layers: Vec<_> = all.iter().filter(|found| found.operator == "affine").collect();
            assert_eq!(layers.len(), 20);
            // The second moment: what the next layer's variance follows.
            let last = layers[19];
            last.variance + last.mean.powi(2)
        };
        (0..4).map(variance).sum::<f64>() / 4.0
    };
    // Each layer multiplies the second moment by 128, 1/2 or 1 on average; the first by 256, 1 and 1. The moment of one
    // network is about log-normal with variance 5 x 19 / 256 = 0.37 of the logarithm, so the logarithm of the mean
    // of four is known to about 0.61 / 2; a factor of 4 is four of these.
    let exact =
        [(Init::Normal(1.0), 2.0f64.powi(141)), (Init::LecunNormal, 2.0f64.powi(-19)), (Init::HeNormal, 1.0)];
    for (init, expected) in exact {
        let ratio = top(init) / expected;
        assert!((0.25..4.0).contains(&ratio), "{init:?}: {ratio} of {expected:e}");
    }
    assert!((2.0f64.powi(141) / 2.8e42 - 1.0).abs() < 0.01);
}

/// A network of one input with a dead, an always active and an ordinary unit, on examples between -1 and 1.
fn three_units() -> (Model<impl Module<f64> + use<>>, Params<f64>, Array2<f64>) {
    let model = Mlp::new([1, 3, 1]).into_model();
    let mut params = model.layout().initialise::<f64>(1);
    params.values_mut().copy_from_slice(&[1.0, 0.5, 1.0, -2.0, 3.0, 0.25, 0.7, 0.8, 0.9, 0.1]);
    let x = Array2::from_shape_fn((41, 1), |(i, _)| i as f64 / 20.0 - 1.0);
    (model, params, x)
}

#[test]
fn dead_and_always_active_units_are_counted_layer_by_layer() {
    let (model, params, x) = three_units();
    let [layer] = &relu_activity(model.module(), &params, &x)[..] else { panic!("one relu layer") };
    assert_eq!((layer.dead(), layer.always_on()), (vec![0], vec![1]));
    assert_eq!(layer.on, [0, 41, 25], "x > -1/4 from x = -0.2 on");
    let text = layer.to_string();
    assert_eq!(text, "relu 0: 3 units on 41 examples, 33.3 % dead, 33.3 % always on");
}

#[test]
fn a_dead_unit_has_gradient_exactly_zero_and_an_always_active_one_is_affine() {
    let (model, params, x) = three_units();
    let tape = ArrayTape::new();
    let y = model.module().forward(&params.bind(&tape), tape.constant(&x));
    let mut gradient = vec![f64::NAN; params.len()];
    HalfSquared.total(y, TargetBatch::Values(tape.constant(&x))).gradient_into(1.0, &mut gradient);
    let of_unit = |unit: usize| [gradient[unit], gradient[3 + unit], gradient[6 + unit]];
    assert_eq!(of_unit(0), [0.0; 3]);
    assert!(of_unit(1).iter().chain(&of_unit(2)).all(|&g| g != 0.0));

    // With the ordinary unit out of the way, the rest is 0.8 (0.5 x + 3) + 0.1.
    let mut affine = params.clone();
    affine.values_mut()[8] = 0.0;
    let tape = ArrayTape::new();
    let y = model.module().forward(&affine.bind(&tape), tape.constant(&x));
    let expected: Vec<f64> = x.iter().map(|x| 0.8 * (0.5 * x + 3.0) + 0.1).collect();
    assert_close("affine", &y.elements(), &expected, 1e-15);
}

#[test]
fn biases_start_at_zero_at_a_small_constant_at_random_or_as_one_more_input() {
    let layer = |bias: Bias| {
        let model =
            Model::new(|layout| Linear::with_bias(layout, "layer", [99, 400], Init::LecunNormal, bias));
        let params = model.layout().initialise::<f64>(4);
        (model, params)
    };
    let values = |bias| layer(bias).1.get("layer.bias").unwrap().to_owned();
    assert!(values(Bias::Zero).iter().all(|&b| b == 0.0));
    assert!(values(Bias::SMALL).iter().all(|&b| b == 0.01));
    let random = moments(values(Bias::Random(0.1)).as_slice().unwrap());
    // Of 400 draws the variance is known to 7 %, the mean to 5 % of the deviation; four of these.
    assert!((random.variance / 0.01 - 1.0).abs() < 0.28 && random.mean.abs() < 0.02);
    assert_eq!(layer(Bias::None).1.get("layer.bias"), None);

    let (model, params) = layer(Bias::Input);
    assert_eq!(params.get("layer.bias"), None);
    let weight = params.get("layer.weight").unwrap();
    assert_eq!(weight.shape(), [100, 400], "the fan-in is one more");
    let found = moments(weight.as_slice().unwrap());
    assert!((found.variance * 100.0 - 1.0).abs() < 0.03, "known to 0.7 %: {}", found.variance);
    let x = normal_matrix(2, 99, 5);
    let with_one = ndarray::concatenate![ndarray::Axis(1), x, array![[1.0], [1.0]]];
    let tape = ArrayTape::new();
    let y = model.module().forward(&params.bind(&tape), tape.constant(&x));
    let expected = with_one.dot(&weight.to_owned().into_dimensionality::<ndarray::Ix2>().unwrap());
    assert_close("x and 1 times W", &y.elements(), expected.as_slice().unwrap(), 1e-14);
}

#[test]
fn initialisers_out_of_range_are_refused_where_they_are_declared() {
    let refusals = [
        (Init::Normal(-1.0), "the standard deviation of Normal is -1, must be in [0, inf)"),
        (Init::Normal(f64::NAN), "the standard deviation of Normal is NaN, must be in [0, inf)"),
        (Init::Orthogonal(0.0), "the gain of Orthogonal is 0, must be in (0, inf)"),
        (Init::Uniform(1.0, 1.0), "the interval of Uniform is (1, 1)"),
        (Init::Constant(f64::INFINITY), "the number of Constant is inf, must be finite"),
    ];
    for (init, expected) in refusals {
        assert_refused(expected, || _ = Layout::new().parameter("w", &[2, 2], init));
    }
}
