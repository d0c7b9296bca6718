//! Training of ReLU networks: functions they learn, dead units, and the movement of corners.

use wengert_data::{Dataset, Split, Targets};
use wengert_lab::relu_corners;
use wengert_nn::{Architecture, Bias, CrossEntropy, HalfSquared, Mlp, Params};
use wengert_optim::{Adam, Optimizer, Sgd};
use wengert_train::{Trainer, Training};

/// A split with all examples in the training part.
fn training_only(name: &str, x: Vec<f64>, width: usize, targets: Targets<f64>) -> Split<f64> {
    Dataset::new(name, x, width, targets).unwrap().split(1.0, 0.0, 0.0, 1).unwrap()
}

/// The function `f` at 41 points between -2 and 2.
fn curve(f: impl Fn(f64) -> f64) -> Split<f64> {
    let x: Vec<f64> = (-20..=20).map(|i| f64::from(i) / 10.0).collect();
    let values = x.iter().map(|&x| f(x)).collect();
    training_only("curve", x, 1, Targets::Values { values, width: 1 })
}

fn xor() -> Split<f64> {
    let x = vec![-1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 1.0];
    training_only("xor", x, 2, Targets::Classes { labels: vec![0, 1, 1, 0], classes: 2 })
}

#[test]
fn xor_and_the_absolute_value_are_learnt_only_with_a_hidden_layer() {
    let fit = |mlp: Mlp| {
        Trainer::new(mlp, CrossEntropy, Adam::new(0.02)).epochs(800).threads(1).seed(2).fit(&xor())
    };
    let (linear, hidden) = (fit(Mlp::new([2, 2])).unwrap().train, fit(Mlp::new([2, 8, 2])).unwrap().train);
    // A line classifies at least one of the four points wrongly, and the smallest loss is that of
    // equal probabilities.
    assert!(linear.accuracy.unwrap() <= 0.75 && linear.loss > 0.999 * 2.0f64.ln(), "{linear:?}");
    assert!(hidden.accuracy == Some(1.0) && hidden.loss < 0.01, "{hidden:?}");

    let data = curve(f64::abs);
    let fit =
        |mlp: Mlp| Trainer::new(mlp, HalfSquared, Adam::new(0.02)).epochs(800).threads(1).seed(2).fit(&data);
    let (linear, hidden) =
        (fit(Mlp::new([1, 1])).unwrap().train.loss, fit(Mlp::new([1, 8, 1])).unwrap().train.loss);
    // The best line is the mean, whose loss is half of the variance: 0.178 for these 41 numbers.
    let mean = (-20..=20).map(|i| f64::from(i).abs() / 10.0).sum::<f64>() / 41.0;
    let variance = (-20..=20).map(|i| (f64::from(i).abs() / 10.0 - mean).powi(2)).sum::<f64>() / 41.0;
    assert!((linear - variance / 2.0).abs() < 1e-3, "{linear}, not {}", variance / 2.0);
    assert!(hidden < 1e-3, "{hidden}");
}

#[test]
fn the_error_falls_as_the_width_grows() {
    let data = curve(|x| (3.0 * x).sin());
    let loss = |width: usize| {
        let of_seed = |seed| {
            // Random biases spread the corners; with zero biases all corners would start at 0.
            let mlp = Mlp::new([1, width, 1]).bias(Bias::Random(1.0));
            let trainer = Trainer::new(mlp, HalfSquared, Adam::new(0.01)).epochs(600);
            trainer.threads(1).seed(seed).fit(&data).unwrap().train.loss
        };
        // The median of five seeds is robust against a bad start.
        let mut losses: Vec<f64> = (0..5).map(of_seed).collect();
        losses.sort_by(f64::total_cmp);
        losses[2]
    };
    let losses = [1, 4, 16, 64].map(loss);
    let falls = losses.windows(2).all(|pair| pair[1] < pair[0]);
    assert!(falls && losses[3] < 0.05 * losses[0], "{losses:?}");
}

/// Trains on the whole data set; calls `observe` with the parameters before each step and after the last.
fn steps(
    data: &Split<f64>,
    mlp: Mlp,
    params: Params<f64>,
    optimizer: impl Optimizer<f64>,
    count: usize,
    mut observe: impl FnMut(&Params<f64>),
) {
    let mut training = Training::new(mlp, HalfSquared, optimizer).start_from(params);
    let indices: Vec<usize> = (0..data.train.examples()).collect();
    for _ in 0..count {
        observe(training.params());
        training.step(&data.train.batch(&indices));
    }
    observe(training.params());
}

#[test]
fn a_dead_unit_of_the_first_layer_does_not_change_any_more() {
    let mlp = Mlp::new([1, 3, 1]);
    let mut params = mlp.clone().into_model().layout().initialise::<f64>(1);
    // Unit 0 is inactive for x < 5, that is on all examples.
    params.values_mut().copy_from_slice(&[1.0, 0.5, 1.0, -5.0, 3.0, 0.25, 0.7, 0.8, 0.9, 0.1]);
    let of_unit = |params: &Params<f64>, unit: usize| [0, 3, 6].map(|first| params.values()[first + unit]);
    let start = params.clone();
    for momentum in [0.0, 0.9] {
        let mut last = None;
        steps(
            &curve(f64::abs),
            mlp.clone(),
            params.clone(),
            Sgd::new(0.02).momentum(momentum),
            500,
            |params| {
                assert_eq!(of_unit(params, 0), of_unit(&start, 0));
                last = Some(params.clone());
            },
        );
        let last = last.unwrap();
        assert!([1, 2].iter().all(|&unit| of_unit(&last, unit) != of_unit(&start, unit)));
    }
    steps(&curve(f64::abs), mlp, params, Adam::new(0.01), 500, |params| {
        assert_eq!(of_unit(params, 0), of_unit(&start, 0));
    });
}

#[test]
fn a_dead_unit_of_a_later_layer_comes_back_to_life_as_its_inputs_change() {
    // h = relu(x); unit 0 is relu(h - 1.5), dead at x = 1, and unit 1 is relu(h). The output of unit 1 has to
    // rise from 1 to 4, which raises h.
    let data = training_only("one", vec![1.0], 1, Targets::Values { values: vec![4.0], width: 1 });
    let mlp = Mlp::new([1, 1, 2, 1]);
    let mut params = mlp.clone().into_model().layout().initialise::<f64>(1);
    params.values_mut().copy_from_slice(&[1.0, 0.0, 1.0, 1.0, -1.5, 0.0, 1.0, 1.0, 0.0]);
    let of_dead_unit = |params: &Params<f64>| [2, 4, 6].map(|i| params.values()[i]);
    let mut path = Vec::new();
    steps(&data, mlp, params, Sgd::new(0.05), 20, |params| path.push(of_dead_unit(params)));
    assert_eq!(path[1], [1.0, -1.5, 1.0], "dead in the first step");
    assert!(path[20].iter().zip([1.0, -1.5, 1.0]).all(|(now, before)| *now != before), "{:?}", path[20]);
}

#[test]
fn the_corner_of_a_regression_moves_to_the_change_of_slope() {
    let data = curve(|x| (x - 0.5).max(0.0) * 2.0);
    let mlp = Mlp::new([1, 1, 1]);
    let mut params = mlp.clone().into_model().layout().initialise::<f64>(1);
    params.values_mut().copy_from_slice(&[1.0, 1.0, 1.0, 0.0]);
    let mut path = Vec::new();
    steps(&data, mlp, params, Adam::new(0.02), 1500, |params| {
        path.push(relu_corners(params, "hidden.0")[0].position.unwrap());
    });
    assert_eq!((path.len(), path[0]), (1501, -1.0));
    assert!((path[1500] - 0.5).abs() < 1e-3, "{}", path[1500]);
    let longest = path.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
    assert!(longest < 0.1, "the corner should move continuously, but jumped by {longest}");
}
