//! Training runs that diverge: what they return, and what they say.

use crate::data::{moons_net, moons_split};
use std::sync::{Arc, Mutex};
use wengert_data::{Dataset, Split, Targets, blobs};
use wengert_nn::{Architecture, CrossEntropy, HalfSquared, Mlp, Regulariser};
use wengert_optim::{Adam, Optimizer, Schedule, Sgd};
use wengert_train::{DivergenceCause, StopReason, Trainer, TrainingReport};

fn blobs_split() -> Split {
    blobs(3, 60, 0.5, 3).split(0.7, 0.3, 0.0, 1).unwrap().standardised()
}

fn blobs_net() -> Mlp {
    Mlp::new([2, 8, 8, 3])
}

/// Full batches, so that each epoch is one step; the rate of step `at` and of those after it is 1e38.
fn exploding_at(at: u64) -> Trainer<Mlp, CrossEntropy, Sgd> {
    let schedule = Schedule::custom(move |step| if step < at { 0.3 } else { 1e38 });
    Trainer::new(blobs_net(), CrossEntropy, Sgd::new(0.1)).schedule(schedule).batch_size(10_000).seed(1)
}

fn assert_finite<M>(report: &TrainingReport<M>) {
    assert!(report.model.params.values().iter().all(|x| x.is_finite() && x.abs() < 1e3));
    let parts = [Some(report.train), report.validation, report.test];
    assert!(parts.iter().flatten().all(|metrics| metrics.loss.is_finite()), "{report}");
}

#[test]
fn early_stopping_never_keeps_an_epoch_whose_validation_loss_is_not_finite() {
    let report = exploding_at(20).epochs(40).early_stopping(100).fit(&blobs_split()).unwrap();
    assert!(!report.history[20].validation.unwrap().loss.is_finite(), "{:?}", report.history[20]);
    assert_eq!((report.best_epoch, report.stop), (20, StopReason::NotFinite { epoch: 22, step: 1 }));
    let loss = report.validation.unwrap().loss;
    assert!((0.2..0.4).contains(&loss), "{loss}");
    assert_eq!(Some(loss), report.history[19].validation.map(|metrics| metrics.loss));
    assert_finite(&report);
}

#[test]
fn a_diverged_run_returns_the_parameters_of_the_last_good_epoch() {
    let data = blobs_split();
    let without_validation = blobs(3, 60, 0.5, 3).split(0.9, 0.0, 0.1, 1).unwrap().standardised();
    for (data, epochs) in [(&data, 40), (&without_validation, 40), (&data, 22), (&without_validation, 22)] {
        let report = exploding_at(20).epochs(epochs).fit(data).unwrap();
        let good = exploding_at(20).epochs(20).fit(data).unwrap();
        assert_eq!((report.best_epoch, good.stop), (20, StopReason::Finished));
        assert_eq!(report.model.params, good.model.params);
        assert_eq!((report.train, report.validation, report.test), (good.train, good.validation, good.test));
        assert_finite(&report);
        assert!(report.divergence.is_some() && report.state.is_none() && good.divergence.is_none());
    }
}

#[test]
fn an_explosion_in_the_last_step_is_noticed_although_no_step_follows() {
    let report = exploding_at(20).epochs(21).fit(&blobs_split()).unwrap();
    assert_eq!((report.best_epoch, report.stop), (20, StopReason::NotFinite { epoch: 21, step: 1 }));
    assert_finite(&report);
}

#[test]
fn a_run_that_diverges_in_its_first_epoch_returns_its_start() {
    let report =
        Trainer::new(blobs_net(), CrossEntropy, Sgd::new(1e38)).epochs(3).seed(1).fit(&blobs_split());
    let report = report.unwrap();
    let start = blobs_net().into_model().layout().initialise::<f32>(1);
    assert_eq!((report.best_epoch, report.model.params.values()), (0, start.values()));
    assert_finite(&report);
    assert!(
        report.to_string().starts_with("DIVERGED: the loss was not finite in epoch 2, step 1"),
        "{report}"
    );
}

#[test]
fn a_finite_run_does_not_speak_of_divergence() {
    let report =
        Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).epochs(2).fit(&moons_split()).unwrap();
    assert_eq!(report.divergence, None);
    assert!(report.to_string().starts_with("2 epochs, parameters of epoch 2: train loss 0."), "{report}");
}

#[test]
fn the_observer_of_divergence_is_called_once_with_where_and_why() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let observed =
        exploding_at(3).epochs(9).on_divergence(move |found| sink.lock().unwrap().push(found.clone()));
    let report = observed.fit(&blobs_split()).unwrap();
    assert_eq!(*seen.lock().unwrap(), [report.divergence.unwrap()]);
}

/// The cause of the divergence of a regression on these columns of features and targets.
fn cause(
    scale: [f64; 2],
    optimizer: impl Optimizer<f64>,
    regulariser: Option<Regulariser>,
) -> DivergenceCause {
    let features: Vec<f64> =
        (0..40).flat_map(|i| [f64::from(i % 7) - 3.0, scale[0] * f64::from(i % 5)]).collect();
    let values = (0..40).map(|i| scale[1] * f64::from(i % 3)).collect();
    let data = Dataset::new("scaled", features, 2, Targets::Values { values, width: 1 }).unwrap();
    let data = data.split(0.8, 0.2, 0.0, 1).unwrap();
    let trainer = Trainer::new(Mlp::new([2, 8, 1]), HalfSquared, optimizer).epochs(2000).batch_size(40);
    let trainer = match regulariser {
        Some(regulariser) => trainer.regularise(regulariser),
        None => trainer,
    };
    trainer.fit(&data).unwrap().divergence.expect("training diverged").cause
}

#[test]
fn the_advice_blames_rate_data_or_decay() {
    let of_rate = cause([1.0, 1.0], Sgd::new(50.0), None);
    assert_eq!(of_rate, DivergenceCause::LearningRate { rate: 50.0 });
    assert!(of_rate.to_string().contains("the learning rate was 50; use a smaller one"), "{of_rate}");

    let of_feature = cause([1e4, 1.0], Sgd::new(0.01), None);
    assert_eq!(of_feature, DivergenceCause::Feature { column: 1, value: 4e4 });
    assert!(of_feature.to_string().contains("feature 1 has the value 4e4; standardise"), "{of_feature}");
    let overflow = cause([1e300, 1.0], Sgd::new(1e-3), None);
    assert_eq!(overflow, DivergenceCause::Feature { column: 1, value: 4e300 });
    assert_eq!(cause([1.0, 1e8], Sgd::new(0.1), None), DivergenceCause::Target { column: 0, value: 2e8 });

    let decoupled = cause([1.0, 1.0], Adam::new(0.1).decoupled_weight_decay(30.0), None);
    assert_eq!(decoupled, DivergenceCause::WeightDecay { rate: 0.1, decay: 30.0, limit: 2.0 });
    assert!(decoupled.to_string().contains("use a weight decay below 20"), "{decoupled}");
    let l2 = cause([1.0, 1.0], Sgd::new(0.1).weight_decay(30.0), None);
    assert_eq!(l2, DivergenceCause::WeightDecay { rate: 0.1, decay: 30.0, limit: 2.0 });
    let penalty = cause([1.0, 1.0], Sgd::new(0.1), Some(Regulariser::l2(15.0)));
    assert_eq!(penalty, DivergenceCause::WeightDecay { rate: 0.1, decay: 30.0, limit: 2.0 });
}

#[test]
fn a_loss_that_is_not_finite_before_the_first_update_is_not_blamed_on_the_rate() {
    let mut start = moons_net().into_model().layout().initialise::<f32>(1);
    start.values_mut()[5] = f32::NAN;
    let report =
        Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).fit_from(start, &moons_split()).unwrap();
    assert_eq!(report.divergence.unwrap().cause, DivergenceCause::Start);
}

#[test]
fn patience_runs_out_if_no_validation_loss_is_ever_finite() {
    // Validation examples on which the outputs overflow, although they stay small in training.
    let part = |features: Vec<f32>| {
        let values = vec![0.0; features.len()];
        Dataset::new("line", features, 1, Targets::Values { values, width: 1 }).unwrap()
    };
    let data = Split {
        train: part(vec![0.5, -0.5, 0.25]),
        validation: part(vec![3e38]),
        ..part(vec![1.0, 2.0]).split(0.5, 0.5, 0.0, 0).unwrap()
    };
    let data = Split { test: data.train.clone(), ..data };
    let trainer = Trainer::new(Mlp::new([1, 1]), HalfSquared, Sgd::new(0.01)).epochs(50).early_stopping(4);
    let report = trainer.fit(&data).unwrap();
    assert_eq!((report.stop, report.history.len(), report.best_epoch), (StopReason::EarlyStopping, 4, 4));
    assert!(report.train.loss.is_finite() && !report.validation.unwrap().loss.is_finite());
}
