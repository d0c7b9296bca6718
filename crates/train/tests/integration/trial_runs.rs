//! Short runs before a training: on one batch, and over rising rates.

use crate::data::{moons_net, moons_split};
use wengert_data::{Batches, Split};
use wengert_nn::{CrossEntropy, Mlp};
use wengert_optim::{Adam, RateFinder, Schedule, Sgd, SuggestRateError};
use wengert_train::{Trainer, Training};

#[test]
fn a_batch_is_learnt_by_heart_with_the_steps_of_a_loop_on_it() {
    let data = moons_split();
    let trainer = || Trainer::new(moons_net(), CrossEntropy, Adam::new(3e-2)).batch_size(16).seed(5);
    let fit = trainer().overfit_batch(400, &data).unwrap();
    assert_eq!((fit.examples, fit.losses.len(), fit.after.accuracy), (16, 400, Some(1.0)));
    assert!(fit.after.loss < 0.01 * fit.losses[0], "{:?}", fit.after);
    let mut training = Training::new(moons_net(), CrossEntropy, Adam::new(3e-2)).seed(5);
    let mut batches = Batches::new(data.train.examples(), 16, 5);
    let first = batches.epoch(1).next().unwrap().to_vec();
    let losses: Vec<f64> = (0..400).map(|_| training.step(&data.train.batch(&first))).collect();
    assert_eq!(losses, fit.losses);
}

#[test]
fn a_network_that_cannot_learn_a_batch_shows_it() {
    // Equal features with different classes.
    let data = moons_split();
    let same = vec![0.5; data.train.features().len()];
    let train = data.train.with_features(same).unwrap();
    let data = Split { train, ..data };
    let trainer = Trainer::new(moons_net(), CrossEntropy, Adam::new(3e-2)).batch_size(16);
    let fit = trainer.overfit_batch(200, &data).unwrap();
    assert!(fit.after.accuracy < Some(0.9) && fit.after.loss > 0.5, "{:?}", fit.after);
}

#[test]
fn a_run_on_a_batch_ends_where_its_loss_is_not_finite() {
    let trainer = Trainer::new(Mlp::new([2, 8, 8, 2]), CrossEntropy, Sgd::new(1e38)).batch_size(16);
    let fit = trainer.overfit_batch(50, &moons_split()).unwrap();
    assert!(fit.losses.len() < 50 && !fit.losses.last().unwrap().is_finite(), "{:?}", fit.losses);
}

#[test]
fn a_sweep_over_rates_suggests_one_that_trains() {
    let data = moons_split();
    let trainer = |rate| Trainer::new(moons_net(), CrossEntropy, Sgd::new(rate)).batch_size(16).seed(2);
    let sweep = || RateFinder::new(1e-5, 1e3, 120);
    // The schedule has no part in it.
    let finder = trainer(0.0).schedule(Schedule::constant(7.0)).find_rate(sweep(), &data).unwrap();
    assert_eq!(finder.tried(), trainer(0.0).find_rate(sweep(), &data).unwrap().tried());
    let rate = finder.suggestion().unwrap();
    assert!((1e-2..10.0).contains(&rate), "{rate}");
    let losses = [1e-3 * rate, rate].map(|rate| trainer(rate).epochs(5).fit(&data).unwrap().train.loss);
    assert!(losses[1] < 0.8 * losses[0], "{rate}: {losses:?}");
    // More rates than the steps of an epoch.
    assert!(finder.tried().len() > data.train.examples() / 16, "{}", finder.tried().len());
}

#[test]
fn a_sweep_over_rates_that_are_all_too_large_suggests_none() {
    let trainer = Trainer::new(Mlp::new([2, 8, 8, 2]), CrossEntropy, Sgd::new(0.0)).batch_size(16);
    let finder = trainer.find_rate(RateFinder::new(1e30, 1e38, 20), &moons_split()).unwrap();
    assert!(matches!(finder.suggestion(), Err(SuggestRateError::TooFewLosses { .. })));
}
