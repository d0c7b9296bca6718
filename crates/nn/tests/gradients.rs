//! The gradients of every layer and every loss against central differences, for shapes drawn at random.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod support;

use ndarray::Array2;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use support::{assert_refused, drawn_params, gradcheck_module, labels, loss, normal_matrix, sequential};
use wengert_ad::check::gradcheck_arrays;
use wengert_nn::{TargetBatch, TrainingPass};

/// A layer of `width` inputs, in words; smooth, so that differences mean something.
const LAYERS: [&str; 13] = [
    "linear:W:3",
    "linear:W:1",
    "linear_without_bias:W:2",
    "linear_with_input_bias:W:3",
    "batch_norm:W",
    "layer_norm:W",
    "dropout:0.4",
    "residual[linear:W:W/tanh]",
    "linear:W:3 gelu batch_norm:3 linear:3:2",
    "layer_norm:W residual[linear:W:W/silu/dropout:0.3] linear:W:2",
    "softplus",
    "sigmoid linear:W:2 softsign",
    "batch_norm:W residual[batch_norm:W/linear:W:W] layer_norm:W",
];

fn config(cases: u32) -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(7);
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn every_layer_agrees_with_differences_in_training_and_in_evaluation(
        layer in 0..LAYERS.len(), rows in 1..6usize, width in 1..5usize, seed in 0..1000u64, train in any::<bool>(),
    ) {
        // A linear layer in front gives every case parameters.
        let words = format!("linear:2:{width} {}", LAYERS[layer].replace('W', &width.to_string()));
        let model = sequential(&words);
        let params = drawn_params(model.layout(), seed);
        let alone = rows == 1 && train && words.contains("batch_norm");
        let rows = if alone { 2 } else { rows };
        let training = train.then(|| TrainingPass::new(seed, 3));
        let x = normal_matrix(rows, 2, seed);
        let report = gradcheck_module(&model, &params, &x, training, true);
        prop_assert!(report.passed(), "{words}, {rows} rows, training {train}\n{report}");
    }

    #[test]
    fn an_embedding_agrees_with_differences(
        rows in 1..5usize, inputs in 1..4usize, table in 1..4u32, width in 1..4usize, seed in 0..1000u64,
    ) {
        let model = sequential(&format!("embedding:{table}:{width} linear:{}:2", inputs * width));
        let params = drawn_params(model.layout(), seed);
        let indices = labels(rows * inputs, table, seed).into_iter().map(f64::from).collect();
        let x = Array2::from_shape_vec((rows, inputs), indices).unwrap();
        let report = gradcheck_module(&model, &params, &x, None, false);
        prop_assert!(report.passed(), "{report}");
    }
}

/// Every loss that compares with values, and one that compares with classes.
const OF_VALUES: [&str; 13] = [
    "sum_squared",
    "mean_squared",
    "half_squared",
    "sum_absolute",
    "mean_absolute",
    "huber:0.7",
    "smooth_l1:0.4",
    "probability_cross_entropy:0",
    "probability_cross_entropy:0.2",
    "binary_cross_entropy:1",
    "binary_cross_entropy:3",
    "logistic",
    "squared_hinge",
];
const OF_CLASSES: [&str; 5] = [
    "cross_entropy",
    "weighted_cross_entropy:0.1",
    "weighted_cross_entropy:0.2,W",
    "multi_class_hinge:1,1",
    "multi_class_hinge:0.5,2",
];

proptest! {
    #![proptest_config(config(120))]

    #[test]
    fn every_loss_agrees_with_differences(
        which in 0..OF_VALUES.len() + OF_CLASSES.len(), rows in 1..6usize, width in 1..5usize, seed in 0..1000u64,
    ) {
        let outputs = [normal_matrix(rows, width, seed).into_dyn()];
        let classes = labels(rows, width as u32, seed);
        let report = match OF_VALUES.get(which) {
            Some(name) => {
                let signs = ["logistic", "squared_hinge"].contains(name);
                // Between 0 and 1 all losses of values have targets; signs are -1 or +1.
                let target = |x: f64| if signs { x.signum() } else { 1.0 / (1.0 + x.exp()) };
                let t = normal_matrix(rows, width, seed + 5000).mapv(target);
                let total = loss(name);
                gradcheck_arrays(|v| total.total(v[0], TargetBatch::Values(v[0].tape().constant(&t))), &outputs)
            }
            None => {
                let weights: Vec<String> = (0..width).map(|class| format!("{}", 0.5 + class as f64)).collect();
                let total = loss(&OF_CLASSES[which - OF_VALUES.len()].replace('W', &weights.join(",")));
                gradcheck_arrays(|v| total.total(v[0], TargetBatch::Classes(&classes)), &outputs)
            }
        };
        prop_assert!(report.passed(), "loss {which}, {rows} x {width}\n{report}");
    }
}

#[test]
fn every_loss_refuses_an_empty_batch_and_says_so() {
    let classes = OF_CLASSES.map(|name| (name.replace('W', "1,2,3"), true));
    let values = OF_VALUES.map(|name| (name.to_owned(), false));
    for (name, of_classes) in classes.into_iter().chain(values).chain([("hinge".to_owned(), false)]) {
        let expected = "the batch is empty; it needs at least one example";
        assert_refused(expected, || {
            let tape = wengert_ad::ArrayTape::<f64>::new();
            let outputs = tape.var(&Array2::<f64>::zeros((0, 3)));
            let targets = if of_classes { TargetBatch::Classes(&[]) } else { TargetBatch::Values(outputs) };
            loss(&name).total(outputs, targets);
        });
    }
}
