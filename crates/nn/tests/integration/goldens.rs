//! Layers, losses and initialisers against PyTorch in double precision. `goldens/make.py` wrote the numbers.

use crate::support::golden::{Case, cases};
use crate::support::{assert_close, loss, sequential};
use wengert_ad::ArrayTape;
use wengert_nn::{Init, Model, Module, Params, Sequential, TrainingPass};

/// Both compute in double precision in different orders: some tens of rounding errors of 1e-16, times
/// condition numbers of up to 100.
const TOLERANCE: f64 = 1e-12;

/// Runs one pass of a golden network in a mode and compares outputs, loss and gradients with those of
/// PyTorch's.
fn compare(case: &Case, model: &Model<Sequential<f64>>, params: &mut Params<f64>, mode: &str) {
    let tape = ArrayTape::new();
    let bound = params.bind_for_evaluation(&tape);
    let bound = if mode == "training" { bound.in_training(TrainingPass::new(1, 0)) } else { bound };
    let embeds = !case.has(&format!("{mode}_input_gradient"));
    let x = case.matrix("x", &tape, !embeds);
    let y = model.module().forward(&bound, x);
    let labels = case.labels();
    let mean = loss(case.text("loss")).total(y, case.targets(&labels, &tape)) / case.number("rows");
    let mut gradient = vec![0.0; params.len()];
    mean.gradient_into(1.0, &mut gradient);

    let check = |what: &str, ours: &[f64]| {
        let key = format!("{mode}_{what}");
        let title =
            format!("network {}, {} with {}: {key}", case.name, case.text("layers"), case.text("loss"));
        assert_close(&title, ours, &case.numbers(&key), TOLERANCE);
    };
    check("outputs", &y.elements());
    check("loss", &[mean.item()]);
    check("gradient", &gradient);
    if !embeds {
        let gradient = mean.gradient().wrt(x);
        check("input_gradient", gradient.as_slice().unwrap());
    }
    if mode == "training" {
        let mut statistics = params.statistics().to_vec();
        bound.write_updates(&mut statistics);
        assert_close("running statistics", &statistics, &case.numbers("new_statistics"), TOLERANCE);
        params.statistics_mut().copy_from_slice(&statistics);
    }
}

#[test]
fn twenty_networks_agree_with_pytorch_in_training_and_in_evaluation() {
    let all = cases(include_str!("goldens/networks.txt"), "network");
    assert_eq!(all.len(), 20);
    for case in &all {
        let model = sequential(case.text("layers"));
        let mut params = model.layout().initialise::<f64>(0);
        params.values_mut().copy_from_slice(&case.numbers("parameters"));
        params.statistics_mut().copy_from_slice(&case.numbers("statistics"));
        for mode in ["training", "evaluation"] {
            compare(case, &model, &mut params, mode);
        }
    }
}

#[test]
fn every_loss_agrees_with_pytorch_under_all_options() {
    let all = cases(include_str!("goldens/losses.txt"), "case");
    assert_eq!(all.len(), 96);
    for case in &all {
        let tape = ArrayTape::new();
        let outputs = case.matrix("outputs", &tape, true);
        let labels = case.labels();
        let total = loss(case.text("loss")).total(outputs, case.targets(&labels, &tape));
        let title = format!("case {}, {}", case.name, case.text("loss"));
        assert_close(&title, &[total.item()], &[case.number("total")], TOLERANCE);
        let gradient = total.gradient().wrt(outputs);
        assert_close(&title, gradient.as_slice().unwrap(), &case.numbers("gradient"), TOLERANCE);
    }
}

#[test]
fn the_weighted_mean_of_pytorch_is_our_mean_times_examples_over_the_sum_of_weights() {
    let all = cases(include_str!("goldens/losses.txt"), "case");
    let with_mean: Vec<_> = all.iter().filter(|case| case.has("torch_mean")).collect();
    assert_eq!(with_mean.len(), 4);
    for case in with_mean {
        let tape = ArrayTape::new();
        let labels = case.labels();
        let outputs = case.matrix("outputs", &tape, false);
        let total = loss(case.text("loss")).total(outputs, case.targets(&labels, &tape)).item();
        let weights: Vec<f64> =
            case.text("loss").split(',').skip(1).map(|weight| weight.parse().unwrap()).collect();
        let (rows, sum) = (labels.len() as f64, labels.iter().map(|&l| weights[l as usize]).sum::<f64>());
        let ours = total / rows;
        assert_close(&case.name, &[ours * rows / sum], &[case.number("torch_mean")], TOLERANCE);
    }
}

#[test]
fn initialisers_have_the_deviations_and_bounds_of_those_of_pytorch() {
    for case in cases(include_str!("goldens/initialisers.txt"), "case") {
        let shape: Vec<usize> = case.numbers("shape").iter().map(|&extent| extent as usize).collect();
        let init = match &case.name[..] {
            "GlorotNormal" => Init::GlorotNormal,
            "GlorotUniform" => Init::GlorotUniform,
            "HeNormal" => Init::HeNormal,
            "HeUniform" => Init::HeUniform,
            "LecunNormal" => Init::LecunNormal,
            "LecunUniform" => Init::LecunUniform,
            "Orthogonal" => Init::Orthogonal(1.5),
            name => panic!("no initialiser is called {name:?}"),
        };
        let draws = init.draw(&shape, 11);
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let deviation = (draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        let largest = draws.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
        // The deviation of n normal draws has a relative error of 1 / sqrt(2 n), here at most 0.35 %, on both
        // sides; four standard errors.
        let within = 4.0 * (1.0 / n).sqrt();
        let ratio = deviation / case.number("deviation");
        assert!((ratio - 1.0).abs() < within, "{init:?}: {deviation}");
        // The largest of 4e4 or more uniform draws is within 1e-3 of the bound.
        if case.name.ends_with("Uniform") {
            assert!((largest / case.number("largest") - 1.0).abs() < 1e-3, "{init:?}: {largest}");
        }
    }
}
