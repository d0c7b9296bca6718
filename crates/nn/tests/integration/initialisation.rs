//! Initialisers: the distributions they draw from, and their effect in deep networks.

use crate::support::{assert_close, assert_refused, normal_matrix};
use ndarray::{Array2, array};
use wengert_ad::ArrayTape;
use wengert_nn::diagnostics::operation_statistics;
use wengert_nn::{Architecture, Bias, Init, Layout, Linear, Mlp, Model, Module};

struct Moments {
    mean: f64,
    variance: f64,
    largest: f64,
    /// The fraction beyond two standard deviations from the mean.
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
        (Init::GlorotNormal, 2.0 / 650.0),
        (Init::HeNormal, 2.0 / 400.0),
        (Init::Normal(0.3), 0.09),
    ];
    for (init, variance) in expected {
        let found = moments(&init.draw(&[400, 250], 11));
        // The standard errors for 1e5 normal draws: of the variance sqrt(2 / 1e5) = 0.45 %, of the mean 0.32
        // % of the deviation; 4.55 % lie beyond two deviations, with 0.07 %. Four standard errors each.
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
        // The largest of 1e5 draws is about 1e-5 of the bound below it; the variance of u^2 is 4/5 of the
        // square of its mean.
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
fn an_orthogonal_matrix_has_orthogonal_rows_or_columns_with_the_gain_as_length() {
    for shape in
        [vec![7, 7], vec![3, 8], vec![8, 3], vec![1, 5], vec![5, 1], vec![1, 1], vec![2, 2, 6], vec![4]]
    {
        let columns = *shape.last().unwrap();
        let draws = Init::Orthogonal(1.5).draw(&shape, 3);
        let q = Array2::from_shape_vec((draws.len() / columns, columns), draws).unwrap();
        let product = if q.nrows() < columns { q.dot(&q.t()) } else { q.t().dot(&q) };
        let expected = Array2::<f64>::eye(product.nrows()) * 2.25;
        // A few rounding errors per element.
        assert!((&product - &expected).iter().all(|error| error.abs() < 1e-14), "{shape:?}: {product}");
    }
}

#[test]
fn the_elements_of_an_orthogonal_matrix_are_as_often_positive_as_negative() {
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
    // The standard errors are sqrt(2 / 2e5) = 0.3 % and sqrt(2 / 4e3) = 2.2 %.
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
    // Each layer multiplies the second moment by 128, 1/2 or 1 on average; the first by 256, 1 and 1. The
    // moment of one network is about log-normal, with variance 5 x 19 / 256 = 0.37 of the logarithm, so the
    // logarithm of the mean of four has a standard error of about 0.61 / 2; a factor of 4 is four standard
    // errors.
    let exact =
        [(Init::Normal(1.0), 2.0f64.powi(141)), (Init::LecunNormal, 2.0f64.powi(-19)), (Init::HeNormal, 1.0)];
    for (init, expected) in exact {
        let ratio = top(init) / expected;
        assert!((0.25..4.0).contains(&ratio), "{init:?}: {ratio} of {expected:e}");
    }
    assert!((2.0f64.powi(141) / 2.8e42 - 1.0).abs() < 0.01);
}

#[test]
fn biases_are_zero_a_small_constant_random_or_the_weight_of_one_more_input() {
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
    // The standard errors for 400 draws are 7 % of the variance and 5 % of the deviation for the mean; four
    // of them.
    assert!((random.variance / 0.01 - 1.0).abs() < 0.28 && random.mean.abs() < 0.02);
    assert_eq!(layer(Bias::None).1.get("layer.bias"), None);

    let (model, params) = layer(Bias::Input);
    assert_eq!(params.get("layer.bias"), None);
    let weight = params.get("layer.weight").unwrap();
    assert_eq!(weight.shape(), [100, 400], "the fan-in is one more");
    let found = moments(weight.as_slice().unwrap());
    assert!((found.variance * 100.0 - 1.0).abs() < 0.03, "standard error 0.7 %: {}", found.variance);
    let x = normal_matrix(2, 99, 5);
    let with_one = ndarray::concatenate![ndarray::Axis(1), x, array![[1.0], [1.0]]];
    let tape = ArrayTape::new();
    let y = model.module().forward(&params.bind_for_evaluation(&tape), tape.constant(&x));
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
