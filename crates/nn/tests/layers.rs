//! Layers in training and in evaluation, and what they refuse.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod support;

use ndarray::{Array2, array};
use support::{assert_close, assert_refused, drawn_params, normal_matrix, sequential};
use wengert_ad::ArrayTape;
use wengert_nn::{
    Activation, Architecture, BatchNorm, Bias, Dropout, Embedding, Init, LayerNorm, Layout, Linear, Mlp,
    Model, Module, Normalisation, Params, Residual, Sequential, TrainingPass,
};

fn run(
    model: &Model<impl Module<f64>>,
    params: &Params<f64>,
    x: &Array2<f64>,
    training: Option<TrainingPass>,
) -> Array2<f64> {
    let tape = ArrayTape::new();
    let bound = params.bind(&tape);
    let bound = match training {
        Some(training) => bound.in_training(training),
        None => bound,
    };
    model.module().forward(&bound, tape.constant(x)).value().into_dimensionality().unwrap()
}

#[test]
fn dropout_drops_its_share_in_training_and_nothing_in_evaluation() {
    let model = sequential("dropout:0.3");
    let params = model.layout().initialise::<f64>(0);
    let x = normal_matrix(400, 100, 1);
    assert_eq!(run(&model, &params, &x, None), x);
    let y = run(&model, &params, &x, Some(TrainingPass::new(5, 0)));
    let dropped = y.iter().filter(|&&y| y == 0.0).count() as f64 / 40_000.0;
    // Known to sqrt(0.3 x 0.7 / 40000) = 0.23 %; four of these.
    assert!((dropped - 0.3).abs() < 0.0092, "{dropped}");
    let kept = y.iter().zip(&x).filter(|(y, _)| **y != 0.0);
    // Inverted: the others are larger, so that the mean stays.
    assert!(kept.into_iter().all(|(y, x)| (y - x / 0.7).abs() < 1e-15 * x.abs() * 4.0));
}

#[test]
fn what_is_dropped_depends_on_seed_step_layer_and_row_alone() {
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
    assert_eq!(part, rows(whole.clone(), 3..8), "the rows of a part are those of the whole");
    assert_ne!(rows(whole.clone(), 0..1), rows(whole.clone(), 1..2));
    let twice = sequential("dropout:0.5 dropout:0.5");
    let both = run(&twice, &params, &x, Some(TrainingPass::new(5, 2)));
    let kept = both.iter().filter(|&&y| y > 0.0).count();
    // A quarter of 320 if the two layers draw apart, standard deviation 8; a half if they drew the same.
    assert!((48..=112).contains(&kept), "{kept}");
}

#[test]
fn batch_norm_moves_its_running_statistics_towards_those_of_the_batch() {
    let model = Model::new(|layout| BatchNorm::new(layout, "norm", 2).momentum(0.25));
    let mut params = model.layout().initialise::<f64>(0);
    let x = array![[1.0, 0.0], [3.0, 0.0], [5.0, 3.0]];
    let tape = ArrayTape::new();
    let bound = params.bind(&tape).in_training(TrainingPass::new(0, 0));
    model.module().forward(&bound, tape.constant(&x));
    assert!(bound.has_updates());
    let mut statistics = params.statistics().to_vec();
    bound.write_updates(&mut statistics);
    // Means 3 and 1, unbiased variances 4 and 3, a quarter of the way from 0 and 1.
    assert_close("statistics", &statistics, &[0.75, 0.25, 1.75, 1.5], 1e-15);
    assert_eq!(
        params.get("norm.running_mean").unwrap().as_slice().unwrap(),
        [0.0; 2],
        "until they are taken over"
    );
    params.statistics_mut().copy_from_slice(&statistics);
    let y = run(&model, &params, &x, None);
    let expected = (5.0 - 0.75) / (1.75f64 + 1e-5).sqrt();
    assert!((y[[2, 0]] - expected).abs() < 1e-14);
}

#[test]
fn frozen_running_statistics_stay_and_are_what_training_normalises_with() {
    let model = sequential("batch_norm:3");
    let mut params = drawn_params(model.layout(), 2);
    params.freeze("*.running_*");
    let x = normal_matrix(4, 3, 1);
    let tape = ArrayTape::new();
    let bound = params.bind(&tape).in_training(TrainingPass::new(0, 0));
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
fn an_embedding_gives_the_rows_that_its_inputs_name() {
    let model = Model::new(|layout| Embedding::new(layout, "table", 3, 2, Init::Zero));
    let mut params = model.layout().initialise::<f64>(0);
    params.values_mut().copy_from_slice(&[0.0, 1.0, 10.0, 11.0, 20.0, 21.0]);
    let y = run(&model, &params, &array![[2.0, 0.0], [1.0, 1.0]], None);
    assert_eq!(y, array![[20.0, 21.0, 0.0, 1.0], [10.0, 11.0, 10.0, 11.0]]);
}

#[test]
fn a_residual_of_a_module_that_gives_zero_is_the_identity() {
    let model = Model::new(|layout| Residual::new(Linear::new(layout, "zero", 4, 4, Init::Zero)));
    let params = model.layout().initialise::<f64>(0);
    let x = normal_matrix(3, 4, 1);
    assert_eq!(run(&model, &params, &x, None), x);
}

#[test]
fn an_mlp_has_normalisation_and_dropout_where_they_are_asked_for() {
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
    assert!(model.layout().needs_whole_batch());
    assert!(!mlp.clone().normalisation(Normalisation::Layer).into_model().layout().needs_whole_batch());
    let params = drawn_params(model.layout(), 1);
    let x = normal_matrix(10, 4, 2);
    let [evaluation, one, two] = [None, Some(TrainingPass::new(1, 0)), Some(TrainingPass::new(1, 1))]
        .map(|mode| run(&model, &params, &x, mode));
    assert!(evaluation != one && one != two, "dropout differs from step to step");
}

#[test]
fn modules_of_widths_that_do_not_fit_are_refused_when_they_are_put_together() {
    let refusals: [(&str, fn()); 15] = [
        ("module 2 takes rows of width 5, but those before it give 4; they must be equal", || {
            let mut layout = Layout::new();
            let first = Linear::new(&mut layout, "a", 3, 4, Init::HeNormal);
            let relu = Activation(wengert_ad::rules::Relu);
            let _ = Sequential::<f64>::new().then(first).then(relu).then(LayerNorm::new(&mut layout, "b", 5));
        }),
        ("takes rows of width 3 and gives 4; they must be equal", || {
            drop(Residual::<f64>::new(Linear::new(&mut Layout::new(), "a", 3, 4, Init::HeNormal)));
        }),
        ("\"a\" has fans (0, 3), must be at least 1", || {
            _ = Linear::new(&mut Layout::new(), "a", 0, 3, Init::HeNormal);
        }),
        ("widths [3] need at least the inputs and the outputs", || drop(Mlp::new([3]))),
        ("widths [3, 0] must all be at least 1", || drop(Mlp::new([3, 0]))),
        ("the number of outputs is 0, must be at least 1", || drop(Mlp::new([3, 2]).outputs(0))),
        ("the rate is 1, must be in [0, 1)", || _ = Dropout::new(&mut Layout::new(), 1.0)),
        ("the rate is -0.1, must be in [0, 1)", || drop(Mlp::new([3, 2]).dropout(-0.1))),
        ("momentum is 0, must be in (0, 1]", || _ = BatchNorm::new(&mut Layout::new(), "n", 2).momentum(0.0)),
        ("epsilon is 0, must be in (0, inf)", || _ = LayerNorm::new(&mut Layout::new(), "n", 2).epsilon(0.0)),
        ("the inputs have shape [2, 4], it needs (m, 3)", || {
            let model = sequential("layer_norm:3");
            run(&model, &model.layout().initialise(0), &Array2::zeros((2, 4)), None);
        }),
        ("a batch of 1 has no variance to train with; it needs at least 2 rows", || {
            let model = sequential("batch_norm:3");
            run(&model, &model.layout().initialise(0), &Array2::zeros((1, 3)), Some(TrainingPass::new(0, 0)));
        }),
        ("a part of a batch does not know the statistics of all", || {
            let model = sequential("batch_norm:3");
            let part = TrainingPass::new(0, 0).part_from(0);
            run(&model, &model.layout().initialise(0), &Array2::zeros((2, 3)), Some(part));
        }),
        ("the input 3 is none of the whole numbers from 0 to 2", || {
            let model = sequential("embedding:3:2");
            run(&model, &model.layout().initialise(0), &array![[3.0]], None);
        }),
        ("the input 1.5 is none of the whole numbers from 0 to 2", || {
            let model = sequential("embedding:3:2");
            run(&model, &model.layout().initialise(0), &array![[1.5]], None);
        }),
    ];
    for (expected, attempt) in refusals {
        assert_refused(expected, attempt);
    }
}

#[test]
fn an_empty_batch_goes_through_layers_that_need_no_statistics_and_is_refused_by_those_that_do() {
    let linear = sequential("linear:3:2 tanh dropout:0.5");
    let params = linear.layout().initialise::<f64>(0);
    assert_eq!(run(&linear, &params, &Array2::zeros((0, 3)), Some(TrainingPass::new(0, 0))).dim(), (0, 2));
    for words in ["batch_norm:3", "layer_norm:3"] {
        assert_refused("it needs (m, 3) with m at least 1", || {
            let model = sequential(words);
            run(&model, &model.layout().initialise(0), &Array2::zeros((0, 3)), None);
        });
    }
}
