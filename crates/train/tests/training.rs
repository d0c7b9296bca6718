//! Training: what it computes, that it computes the same everywhere, and when it ends.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

use wengert_ad::{ArrayTape, Elementary};
use wengert_data::{Dataset, Split, Targets, circles, digits, moons};
use wengert_nn::{
    Architecture, CrossEntropy, HalfSquared, Loss, Mlp, Module, Normalisation, SumSquared, TargetKind,
    TrainingPass,
};
use wengert_optim::{Adam, Sgd};
use wengert_train::{Backprop, Batch, Epoch, StopReason, Strategy, TrainError, Trained, Trainer};

fn digits_split() -> Split {
    digits().split(0.8, 0.1, 0.1, 7).unwrap().standardised()
}

/// `x` and `y` agree to rounding: sums of some 1e3 terms of size 1, in `f64`.
fn assert_close(x: &[f64], y: &[f64]) {
    assert_eq!(x.len(), y.len());
    for (x, y) in x.iter().zip(y) {
        assert!((x - y).abs() <= 1e-12 * (1.0 + x.abs()), "{x} and {y}");
    }
}

#[test]
fn the_parallel_gradient_of_a_batch_is_the_serial_one() {
    let data = digits_split().train.cast::<f64>();
    let model = Mlp::new([64, 128, 64, 10]).into_model();
    let params = model.layout().initialise::<f64>(3);
    let indices: Vec<usize> = (0..97).collect();

    let mut parallel = Backprop::new();
    let batch = Batch { data: &data, indices: &indices };
    let value = parallel.value_and_grad(model.module(), &CrossEntropy, &params, batch);

    let tape = ArrayTape::new();
    let x = ndarray::ArrayView2::from_shape((97, 64), &data.features()[..97 * 64]).unwrap();
    let Targets::Classes { labels, .. } = data.targets() else { unreachable!() };
    let outputs = model.module().forward(&params.bind(&tape), tape.constant(&x));
    let loss = outputs.cross_entropy(&labels[..97]).mean();
    let mut serial = vec![0.0; params.len()];
    loss.gradient_into(1.0, &mut serial);

    assert_close(&[value], &[loss.item()]);
    assert_close(parallel.gradient(), &serial);
}

#[test]
fn however_a_step_is_divided_the_bits_are_the_same_on_any_number_of_threads() {
    let data = digits_split();
    for strategy in [Strategy::Shards(4), Strategy::Operators] {
        let fit = |threads| {
            let trainer = Trainer::new(Mlp::new([64, 256, 200, 10]), CrossEntropy, Adam::new(1e-3));
            let trainer = trainer.batch_size(256).epochs(2).strategy(strategy).threads(threads);
            let report = trainer.fit(&data).unwrap();
            report.model.params.values().iter().map(|x| x.to_bits()).collect::<Vec<u32>>()
        };
        let one = fit(1);
        assert!(one == fit(2) && one == fit(3), "{strategy:?}");
    }
}

#[test]
#[should_panic(expected = "at least 1 shard")]
fn a_step_in_no_shards_is_refused() {
    drop(Backprop::<f32>::new().strategy(Strategy::Shards(0)));
}

#[test]
fn the_mean_of_the_mini_batch_gradients_is_the_full_gradient() {
    let data = digits_split().train.cast::<f64>();
    let model = Mlp::new([64, 16, 10]).into_model();
    let params = model.layout().initialise::<f64>(3);
    let mut backprop = Backprop::new();
    let mut gradient = |indices: &[usize]| {
        backprop.value_and_grad(model.module(), &CrossEntropy, &params, Batch { data: &data, indices });
        backprop.gradient().to_vec()
    };
    let indices: Vec<usize> = (0..1000).collect();
    let full = gradient(&indices);
    let mut mean = vec![0.0; full.len()];
    for batch in indices.chunks(50) {
        mean.iter_mut().zip(gradient(batch)).for_each(|(mean, g)| *mean += g / 20.0);
    }
    assert_close(&mean, &full);
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let data = digits_split();
    let fit = |threads| {
        let trainer = Trainer::new(Mlp::new([64, 128, 64, 10]), CrossEntropy, Adam::new(1e-3));
        let report = trainer.epochs(3).seed(5).threads(threads).fit(&data).unwrap();
        let bits: Vec<u32> = report.model.params.values().iter().map(|x| x.to_bits()).collect();
        (bits, report.train, report.test)
    };
    let one = fit(1);
    assert!(one == fit(2), "two threads differ from one");
    assert!(one == fit(4), "four threads differ from one");
    assert!(
        one.0
            != Trainer::new(Mlp::new([64, 128, 64, 10]), CrossEntropy, Adam::new(1e-3))
                .epochs(3)
                .seed(6)
                .fit(&data)
                .map(|report| report.model.params.values().iter().map(|x| x.to_bits()).collect::<Vec<u32>>())
                .unwrap(),
        "another seed gives the same parameters"
    );
}

#[test]
fn early_stopping_keeps_the_parameters_of_the_best_epoch() {
    let data = moons(200, 0.4, 1).split(0.5, 0.3, 0.2, 1).unwrap().standardised();
    let trainer = Trainer::new(Mlp::new([2, 64, 64, 2]), CrossEntropy, Adam::new(1e-2));
    let report = trainer.epochs(500).early_stopping(8).seed(1).fit(&data).unwrap();
    assert_eq!(report.stop, StopReason::EarlyStopping);
    assert_eq!(report.history.len(), report.best_epoch + 8);
    let best =
        report.history.iter().map(|epoch| epoch.validation.unwrap().loss).fold(f64::INFINITY, f64::min);
    assert_eq!(report.validation.unwrap().loss, best);
    assert_eq!(report.history[report.best_epoch - 1].validation.unwrap().loss, best);
}

#[test]
fn a_rate_that_is_far_too_large_stops_with_the_step_it_happened_in() {
    let trainer = Trainer::new(Mlp::new([64, 32, 10]), CrossEntropy, Sgd::new(1e30));
    let report = trainer.epochs(3).fit(&digits_split()).unwrap();
    let StopReason::NotFinite { epoch: 1, step } = report.stop else { panic!("{:?}", report.stop) };
    assert!((2..=5).contains(&step), "step {step}");
}

#[test]
fn what_cannot_be_trained_is_refused_with_a_reason() {
    let data = circles(100, 0.1, 0.5, 1).split(0.8, 0.0, 0.2, 1).unwrap();
    let no_validation =
        Trainer::new(Mlp::new([2, 4, 2]), CrossEntropy, Adam::new(1e-3)).early_stopping(3).fit(&data);
    assert!(matches!(no_validation, Err(TrainError::NoValidation)));
    let wrong_loss = Trainer::new(Mlp::new([2, 4, 2]), SumSquared, Adam::new(1e-3)).fit(&data);
    assert!(matches!(wrong_loss, Err(TrainError::Targets { needed: TargetKind::Values })));
    let text = wrong_loss.unwrap_err().to_string();
    assert!(text.contains("cross-entropy"), "{text}");
}

#[test]
fn a_regression_learns_a_corner_with_a_squared_loss() {
    let x: Vec<f64> = (0..200).map(|i| f64::from(i) / 100.0 - 1.0).collect();
    let values = x.iter().map(|x| x.relu()).collect();
    let data = Dataset::new("corner", x, 1, Targets::Values { values, width: 1 }).unwrap();
    let split = data.split(0.8, 0.1, 0.1, 1).unwrap();
    let trainer = Trainer::new(Mlp::new([1, 8, 1]), HalfSquared, Adam::new(1e-2));
    let report = trainer.epochs(200).seed(2).fit(&split).unwrap();
    assert!(report.test.unwrap().loss < 1e-3, "{:?}", report.test);
    assert_eq!(report.test.unwrap().accuracy, None);
}

#[test]
fn with_dropout_the_parallel_gradient_is_that_of_the_batch_in_one_piece() {
    let data = digits_split().train.cast::<f64>();
    let model = Mlp::new([64, 128, 64, 10]).dropout(0.3).into_model();
    let params = model.layout().initialise::<f64>(3);
    let indices: Vec<usize> = (0..97).collect();
    let mut parallel = Backprop::in_training(5);
    parallel.set_step(11);
    let batch = Batch { data: &data, indices: &indices };
    let value = parallel.value_and_grad(model.module(), &CrossEntropy, &params, batch);

    let tape = ArrayTape::new();
    let x = ndarray::ArrayView2::from_shape((97, 64), &data.features()[..97 * 64]).unwrap();
    let Targets::Classes { labels, .. } = data.targets() else { unreachable!() };
    let bound = params.bind(&tape).in_training(TrainingPass::new(5, 11));
    let outputs = model.module().forward(&bound, tape.constant(&x));
    let loss = CrossEntropy.total(outputs, wengert_nn::TargetBatch::Classes(&labels[..97])) / 97.0;
    let mut serial = vec![0.0; params.len()];
    loss.gradient_into(1.0, &mut serial);
    assert_close(&[value], &[loss.item()]);
    assert_close(parallel.gradient(), &serial);

    let evaluated = Backprop::new().value_and_grad(model.module(), &CrossEntropy, &params, batch);
    assert!((evaluated - value).abs() > 1e-6, "the passes of an evaluation drop nothing");
}

#[test]
fn with_dropout_and_batch_norm_the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let data = digits_split();
    let fit = |mlp: &Mlp, threads, seed| {
        let trainer = Trainer::new(mlp.clone(), CrossEntropy, Adam::new(1e-3));
        let report = trainer.epochs(2).batch_size(96).seed(seed).threads(threads).fit(&data).unwrap();
        let params = &report.model.params;
        let bits: Vec<u32> = params.values().iter().chain(params.statistics()).map(|x| x.to_bits()).collect();
        (bits, report.train, report.test)
    };
    for mlp in [
        Mlp::new([64, 128, 64, 10]).dropout(0.2),
        Mlp::new([64, 128, 64, 10]).dropout(0.2).normalisation(Normalisation::Batch),
        Mlp::new([64, 128, 64, 10]).normalisation(Normalisation::Layer),
    ] {
        let one = fit(&mlp, 1, 5);
        assert!(one == fit(&mlp, 2, 5), "two threads differ from one");
        assert!(one == fit(&mlp, 4, 5), "four threads differ from one");
        assert!(one != fit(&mlp, 1, 6), "another seed gives the same");
    }
}

#[test]
fn an_epoch_tells_the_loss_and_the_accuracy_of_its_batches() {
    let data = digits_split();
    // With steps too small to change a number, the batches have together what all data have in the end.
    for shards in [1, 3] {
        let trainer = Trainer::new(Mlp::new([64, 16, 10]), CrossEntropy, Sgd::new(1e-30));
        let trainer = trainer.strategy(Strategy::Shards(shards));
        let report = trainer.epochs(2).batch_size(50).fit(&data).unwrap();
        let all = report.train;
        assert!(all.accuracy.unwrap() > 0.0 && report.history.len() == 2);
        for Epoch { train, .. } in report.history {
            assert_eq!(train.accuracy, all.accuracy);
            assert!((train.loss - all.loss).abs() < 1e-5 * all.loss, "{} and {}", train.loss, all.loss);
        }
    }
}

#[test]
fn training_leaves_running_statistics_that_evaluation_uses() {
    let data = digits_split();
    let trainer = Trainer::new(
        Mlp::new([64, 32, 10]).normalisation(Normalisation::Batch),
        CrossEntropy,
        Adam::new(3e-3),
    );
    let report = trainer.epochs(6).seed(1).fit(&data).unwrap();
    let params = &report.model.params;
    let start = report.model.model.layout().initialise::<f32>(1);
    assert!(params.statistics().iter().zip(start.statistics()).all(|(new, old)| new != old));
    assert!(report.test.unwrap().accuracy.unwrap() > 0.9, "{:?}", report.test);
    // They follow the batches while the parameters move; in the end they are near the statistics of all training data.
    let train = &data.train;
    let x = ndarray::ArrayView2::from_shape((train.examples(), 64), train.features()).unwrap();
    let matrix = |name: &str| params.get(name).unwrap().into_dimensionality::<ndarray::Ix2>().unwrap();
    let before = x.dot(&matrix("hidden.0.weight")) + params.get("hidden.0.bias").unwrap();
    let [means, variances] =
        ["mean", "variance"].map(|of| params.get(&format!("hidden.0.norm.running_{of}")).unwrap());
    for (unit, column) in
        before.into_dimensionality::<ndarray::Ix2>().unwrap().columns().into_iter().enumerate()
    {
        let (mean, deviation) = (column.mean().unwrap(), column.std(1.0));
        assert!((means[unit] - mean).abs() < 0.5 * deviation, "unit {unit}: {} and {mean}", means[unit]);
        let ratio = variances[unit] / deviation.powi(2);
        assert!((0.5..2.0).contains(&ratio), "unit {unit}: {ratio}");
    }
    let mut wrong = report.model.clone();
    wrong.params.statistics_mut().iter_mut().for_each(|x| *x += 3.0);
    let wrong = wrong.evaluate(&CrossEntropy, &data.test).unwrap();
    assert!(wrong.loss > 1.2 * report.test.unwrap().loss, "{wrong:?} and {:?}", report.test);
}

#[test]
fn the_outputs_of_many_rows_are_those_of_each_block_in_order() {
    let data = digits_split().train;
    let (width, rows) = (data.width(), 600);
    let model = Mlp::new([width, 20, 10]).into_model();
    let trained = Trained { params: model.layout().initialise::<f32>(5), model };
    let x = ndarray::ArrayView2::from_shape((rows, width), &data.features()[..rows * width]).unwrap();
    let outputs = trained.outputs(&x);
    assert_eq!(outputs.dim(), (rows, 10));
    let tape = ArrayTape::new();
    let whole = trained.model.module().forward(&trained.params.bind(&tape), tape.constant(&x)).value();
    assert_eq!(outputs.into_dyn(), whole);
    assert_eq!(trained.outputs(&x.slice(ndarray::s![..0, ..])).dim(), (0, 10));
}
