//! Layers in training and in evaluation: known outputs, and what they refuse.

use crate::support::{assert_close, assert_refused, drawn_params, normal_matrix, run, sequential};
use ndarray::{Array2, array};
use wengert_ad::ArrayTape;
use wengert_nn::{
    Activation, Architecture, BatchNorm, Bias, Dropout, Embedding, Init, LayerNorm, Layout, Linear, Mlp,
    Model, Module, Normalisation, Residual, RowMixing, Sequential, TrainingPass,
};

#[test]
fn dropout_drops_its_rate_of_elements_in_training_and_none_in_evaluation() {
    let model = sequential("dropout:0.3");
    let params = model.layout().initialise::<f64>(0);
    let x = normal_matrix(400, 100, 1);
    assert_eq!(run(&model, &params, &x, None), x);
    let y = run(&model, &params, &x, Some(TrainingPass::new(5, 0)));
    let dropped = y.iter().filter(|&&y| y == 0.0).count() as f64 / 40_000.0;
    // Known to sqrt(0.3 x 0.7 / 40000) = 0.23 %; four of these.
    assert!((dropped - 0.3).abs() < 0.0092, "{dropped}");
    let kept = y.iter().zip(&x).filter(|(y, _)| **y != 0.0);
    // The others are larger, which keeps the mean.
    assert!(kept.into_iter().all(|(y, x)| (y - x / 0.7).abs() < 1e-15 * x.abs() * 4.0));
}

#[test]
fn the_dropped_elements_depend_only_on_seed_step_layer_and_row() {
    let model = sequential("dropout:0.5");
    let params = model.layout().initialise::<f64>(0);
    let x = Array2::ones((8, 40));
    let masks = |training| run(&model, &params, &x, Some(training));
    let whole = masks(TrainingPass::new(5, 2));
    assert_eq!(whole, masks(TrainingPass::new(5, 2)));
    assert_ne!(whole, masks(TrainingPass::new(6, 2)), "another seed");
    assert_ne!(whole, masks(TrainingPass::new(5, 3)), "another step");
    let rows =
        |part: Array2<f64>, range: std::ops::Range<usize>| part.slice(ndarray::s![range, ..]).to_owned();
    let part = run(&model, &params, &Array2::ones((5, 40)), Some(TrainingPass::new(5, 2).part_from(3)));
    assert_eq!(part, rows(whole.clone(), 3..8), "the rows of a part are those of the whole batch");
    assert_ne!(rows(whole.clone(), 0..1), rows(whole.clone(), 1..2));
    let twice = sequential("dropout:0.5 dropout:0.5");
    let both = run(&twice, &params, &x, Some(TrainingPass::new(5, 2)));
    let kept = both.iter().filter(|&&y| y > 0.0).count();
    // A quarter of 320 if the two layers draw independently, standard deviation 8; a half if they drew the
    // same.
    assert!((48..=112).contains(&kept), "{kept}");
}

#[test]
fn batch_norm_moves_its_running_statistics_towards_those_of_the_batch() {
    let model = Model::new(|layout| BatchNorm::new(layout, "norm", 2).momentum(0.25));
    let mut params = model.layout().initialise::<f64>(0);
    let x = array![[1.0, 0.0], [3.0, 0.0], [5.0, 3.0]];
    let tape = ArrayTape::new();
    let bound = params.bind_for_training(&tape, TrainingPass::new(0, 0));
    model.module().forward(&bound, tape.constant(&x));
    assert!(bound.has_updates());
    let mut statistics = params.statistics().to_vec();
    bound.write_updates(&mut statistics);
    // Means 3 and 1, unbiased variances 4 and 3, a quarter of the way from 0 and 1.
    assert_close("statistics", &statistics, &[0.75, 0.25, 1.75, 1.5], 1e-15);
    assert_eq!(
        params.get("norm.running_mean").unwrap().as_slice().unwrap(),
        [0.0; 2],
        "until they are written to the parameters"
    );
    params.statistics_mut().copy_from_slice(&statistics);
    let y = run(&model, &params, &x, None);
    let expected = (5.0 - 0.75) / (1.75f64 + 1e-5).sqrt();
    assert!((y[[2, 0]] - expected).abs() < 1e-14);
}

#[test]
fn training_normalises_with_frozen_running_statistics_and_keeps_them() {
    let model = sequential("batch_norm:3");
    let mut params = drawn_params(model.layout(), 2);
    params.freeze("*.running_*");
    let x = normal_matrix(4, 3, 1);
    let tape = ArrayTape::new();
    let bound = params.bind_for_training(&tape, TrainingPass::new(0, 0));
    let y = model.module().forward(&bound, tape.constant(&x)).value();
    assert!(!bound.has_updates());
    assert_eq!(y, run(&model, &params, &x, None).into_dyn());
}

#[test]
fn the_outputs_of_a_batch_norm_in_training_have_mean_zero_and_variance_one() {
    let model = sequential("batch_norm:3");
    let params = model.layout().initialise::<f64>(0);
    let x = normal_matrix(50, 3, 3) * 100.0 + 1000.0;
    let y = run(&model, &params, &x, Some(TrainingPass::new(0, 0)));
    for column in y.columns() {
        let mean = column.sum() / 50.0;
        let variance = column.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / 50.0;
        // Epsilon is 1e-9 of the variance; an offset of 1000 costs four digits.
        assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-8, "{mean} {variance}");
    }
}

#[test]
fn an_embedding_returns_the_rows_with_the_indices_of_its_inputs() {
    let model = Model::new(|layout| Embedding::new(layout, "table", 3, 2, Init::Zero));
    let mut params = model.layout().initialise::<f64>(0);
    params.values_mut().copy_from_slice(&[0.0, 1.0, 10.0, 11.0, 20.0, 21.0]);
    let y = run(&model, &params, &array![[2.0, 0.0], [1.0, 1.0]], None);
    assert_eq!(y, array![[20.0, 21.0, 0.0, 1.0], [10.0, 11.0, 10.0, 11.0]]);
}

#[test]
fn a_residual_connection_around_zero_is_the_identity() {
    let model = Model::new(|layout| Residual::new(Linear::new(layout, "zero", 4, 4, Init::Zero)));
    let params = model.layout().initialise::<f64>(0);
    let x = normal_matrix(3, 4, 1);
    assert_eq!(run(&model, &params, &x, None), x);
}

#[test]
fn an_mlp_has_normalisation_and_dropout_if_they_are_set() {
    let mlp = Mlp::new([4, 6, 5, 2]).normalisation(Normalisation::Batch).dropout(0.2).bias(Bias::None);
    let model = mlp.clone().into_model();
    let names: Vec<&str> = model.layout().parameters().iter().map(|entry| &entry.name[..]).collect();
    let expected = [
        "hidden.0.weight",
        "hidden.0.norm.weight",
        "hidden.0.norm.bias",
        "hidden.1.weight",
        "hidden.1.norm.weight",
        "hidden.1.norm.bias",
        "out.weight",
    ];
    assert_eq!(names, expected);
    assert_eq!(model.layout().row_mixing(), RowMixing::InTraining);
    let by_layer = mlp.clone().normalisation(Normalisation::Layer).into_model();
    assert_eq!(by_layer.layout().row_mixing(), RowMixing::Never);
    let params = drawn_params(model.layout(), 1);
    let x = normal_matrix(10, 4, 2);
    let [evaluation, one, two] = [None, Some(TrainingPass::new(1, 0)), Some(TrainingPass::new(1, 1))]
        .map(|mode| run(&model, &params, &x, mode));
    assert!(evaluation != one && one != two, "dropout differs from step to step");
}

#[test]
fn modules_whose_widths_do_not_fit_are_refused_when_they_are_composed() {
    let refusals: [(&str, fn()); 2] = [
        ("module 2 has inputs of width 5, but the outputs before have width 4", || {
            let mut layout = Layout::new();
            let first = Linear::new(&mut layout, "a", 3, 4, Init::HeNormal);
            let relu = Activation(wengert_ad::rules::Relu);
            let _ = Sequential::<f64>::new().then(first).then(relu).then(LayerNorm::new(&mut layout, "b", 5));
        }),
        ("inputs have width 3 and outputs have width 4; they must be equal", || {
            drop(Residual::<f64>::new(Linear::new(&mut Layout::new(), "a", 3, 4, Init::HeNormal)));
        }),
    ];
    for (expected, attempt) in refusals {
        assert_refused(expected, attempt);
    }
}

#[test]
fn settings_out_of_range_are_refused_when_a_layer_is_built() {
    let refusals: [(&str, fn()); 8] = [
        ("\"a\" has fan-in 0 and fan-out 3, must both be at least 1", || {
            _ = Linear::new(&mut Layout::new(), "a", 0, 3, Init::HeNormal);
        }),
        ("widths [3] need at least the inputs and the outputs", || drop(Mlp::new([3]))),
        ("widths [3, 0] must all be at least 1", || drop(Mlp::new([3, 0]))),
        ("the number of outputs is 0, must be at least 1", || drop(Mlp::new([3, 2]).outputs(0))),
        ("the rate is 1, must be in [0, 1)", || _ = Dropout::new(&mut Layout::new(), 1.0)),
        ("the dropout rate is -0.1, must be in [0, 1)", || drop(Mlp::new([3, 2]).dropout(-0.1))),
        ("momentum is 0, must be in (0, 1]", || _ = BatchNorm::new(&mut Layout::new(), "n", 2).momentum(0.0)),
        ("epsilon is 0, must be in (0, inf)", || _ = LayerNorm::new(&mut Layout::new(), "n", 2).epsilon(0.0)),
    ];
    for (expected, attempt) in refusals {
        assert_refused(expected, attempt);
    }
}

#[test]
fn inputs_that_do_not_fit_a_layer_are_refused() {
    let attempt = |words: &str, x: Array2<f64>, training: Option<TrainingPass>| {
        let model = sequential(words);
        run(&model, &model.layout().initialise(0), &x, training);
    };
    let pass = TrainingPass::new(0, 0);
    assert_refused("module 0 has inputs of width 3, but they have shape [2, 4]", || {
        attempt("layer_norm:3", Array2::zeros((2, 4)), None);
    });
    assert_refused("a batch of 1 row has no variance; training needs at least 2 rows", || {
        attempt("batch_norm:3", Array2::zeros((1, 3)), Some(pass));
    });
    assert_refused("a training pass needs the whole batch, but this pass sees a part of it", || {
        attempt("batch_norm:3", Array2::zeros((2, 3)), Some(pass.part_from(0)));
    });
    for index in [3.0, 1.5, -1.0, f64::NAN] {
        assert_refused(&format!("the input {index} must be a whole number from 0 to 2"), || {
            attempt("embedding:3:2", array![[index]], None);
        });
    }
}

#[test]
fn an_empty_batch_is_accepted_by_layers_without_statistics_and_refused_by_those_with_them() {
    let linear = sequential("linear:3:2 tanh dropout:0.5");
    let params = linear.layout().initialise::<f64>(0);
    assert_eq!(run(&linear, &params, &Array2::zeros((0, 3)), Some(TrainingPass::new(0, 0))).dim(), (0, 2));
    for words in ["batch_norm:3", "layer_norm:3"] {
        assert_refused("must have (m, 3) with m at least 1", || {
            let model = sequential(words);
            run(&model, &model.layout().initialise(0), &Array2::zeros((0, 3)), None);
        });
    }
}
