//! Training runs: what they learn, when they stop, and the metrics they report.

use crate::data::{digits_split, moons_net, moons_split};
use wengert_ad::Elementary;
use wengert_data::{Dataset, Targets, moons};
use wengert_nn::{CrossEntropy, HalfSquared, Hinge, Logistic, Mlp, Normalisation};
use wengert_optim::{Adam, Sgd};
use wengert_train::{Epoch, StopReason, Strategy, Trainer};

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
fn a_regression_with_squared_loss_learns_a_corner() {
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
fn the_training_metrics_of_an_epoch_are_the_means_over_its_batches() {
    let data = digits_split();
    // The steps are too small to change a parameter, so the means over the batches are those of the
    // final evaluation.
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
fn an_epoch_prints_training_loss_training_error_and_validation_error() {
    let report =
        Trainer::new(moons_net(), CrossEntropy, Adam::new(1e-2)).epochs(2).fit(&moons_split()).unwrap();
    let epoch = &report.history[1];
    let errors = [epoch.train.error_rate().unwrap(), epoch.validation.unwrap().error_rate().unwrap()];
    let [train, validation] = errors.map(|share| format!("{:.2} %", 100.0 * share));
    let expected = format!(
        "epoch 2: train loss {:.4}, train error {train}, validation error {validation}",
        epoch.train.loss
    );
    assert_eq!(epoch.to_string(), expected);
    assert_eq!(epoch.train.accuracy.unwrap() + errors[0], 1.0);
}

#[test]
fn training_updates_the_running_statistics_that_evaluation_uses() {
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
    // The running statistics follow the batches while the parameters change; at the end they are
    // close to the statistics of all training data.
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
fn on_separable_data_the_weights_grow_without_bound_and_the_loss_tends_to_zero() {
    let x: Vec<f64> = (0..40)
        .map(|i| f64::from(i % 20) / 10.0 + 0.5)
        .zip(0..)
        .map(|(x, i)| if i < 20 { x } else { -x })
        .collect();
    let labels = (0..40).map(|i| u32::from(i < 20)).collect();
    let data = Dataset::new("separable", x, 1, Targets::Classes { labels, classes: 2 }).unwrap();
    let split = data.split(1.0, 0.0, 0.0, 1).unwrap();
    let mut before: Option<(f64, f64)> = None;
    for epochs in [100, 1000, 10_000] {
        let trainer = Trainer::new(Mlp::new([1, 2]), CrossEntropy, Sgd::new(1.0)).epochs(epochs).threads(1);
        let report = trainer.fit(&split).unwrap();
        assert_eq!((report.stop, report.train.accuracy), (StopReason::Finished, Some(1.0)));
        let size = report.model.params.values().iter().map(|w| w * w).sum::<f64>().sqrt();
        if let Some((loss, smaller)) = before {
            // The loss falls like 1 / t, the norm of the weights grows like ln t.
            assert!(report.train.loss < loss / 5.0, "{} after {loss}", report.train.loss);
            assert!(size > smaller + 1.0, "{size} after {smaller}");
        }
        before = Some((report.train.loss, size));
    }
}

#[test]
fn two_classes_can_be_learnt_with_a_single_output() {
    let data = moons_split();
    let logistic =
        Trainer::new(Mlp::new([2, 16, 1]), Logistic, Adam::new(1e-2)).epochs(60).seed(1).fit(&data);
    let hinge = Trainer::new(Mlp::new([2, 16, 1]), Hinge, Adam::new(1e-2)).epochs(60).seed(1).fit(&data);
    for report in [logistic.unwrap(), hinge.unwrap()] {
        assert!(report.train.accuracy.unwrap() > 0.9, "{:?}", report.train);
    }
}

#[test]
fn a_batch_size_larger_than_the_data_makes_one_step_with_all_of_them_per_epoch() {
    let data = moons_split();
    let examples = data.train.examples();
    let fit = |batch_size| {
        let trainer =
            Trainer::new(moons_net(), CrossEntropy, Adam::new(1e-2)).epochs(3).batch_size(batch_size);
        let report = trainer.fit(&data).unwrap();
        (report.model.params, report.history, report.state.unwrap().steps)
    };
    let exact = fit(examples);
    assert_eq!(exact.2, 3);
    for batch_size in [examples + 1, 10 * examples, usize::MAX] {
        assert_eq!(fit(batch_size), exact, "{batch_size}");
    }
}

#[test]
fn a_short_last_batch_steps_along_the_mean_of_its_own_examples() {
    // Outputs b, as the features are 0, and targets 1, 1, 3: a step on two examples, and one on the last.
    let data = Dataset::new(
        "three",
        vec![0.0, 0.0, 0.0],
        1,
        Targets::Values { values: vec![1.0, 1.0, 3.0], width: 1 },
    );
    let data = data.unwrap().split(1.0, 0.0, 0.0, 1).unwrap();
    let trainer = Trainer::new(Mlp::new([1, 1]), HalfSquared, Sgd::<f64>::new(1.0)).batch_size(2).epochs(1);
    let report = trainer.fit(&data).unwrap();
    // A step of rate 1 sets the bias to the mean target of its batch, so the last batch decides.
    let bias = report.model.params.values()[1];
    assert!(bias == 1.0 || bias == 3.0, "{bias}");
    assert_eq!(report.state.unwrap().steps, 2);
}

#[test]
fn a_single_example_can_be_learnt_and_an_empty_training_part_is_refused() {
    let targets = Targets::Classes { labels: vec![1], classes: 2 };
    let data = Dataset::new("one", vec![0.5_f32, -1.0], 2, targets).unwrap().split(1.0, 0.0, 0.0, 1).unwrap();
    let trainer = || Trainer::new(moons_net(), CrossEntropy, Adam::new(1e-2));
    let report = trainer().epochs(50).fit(&data).unwrap();
    assert_eq!((report.stop, report.train.accuracy), (StopReason::Finished, Some(1.0)));
    assert_eq!((report.validation, report.test), (None, None));
    let empty = wengert_data::Split { train: data.test.clone(), test: data.train.clone(), ..data };
    let error = trainer().fit(&empty).unwrap_err();
    assert!(matches!(error, wengert_train::TrainError::NoExamples), "{error}");
    assert!(error.to_string().contains("there are no training examples"), "{error}");
}
