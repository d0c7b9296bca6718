//! Hyper-parameter search.

use crate::data::moons_split;
use wengert_data::{Split, moons};
use wengert_nn::{CrossEntropy, Mlp};
use wengert_optim::{Adam, Sgd};
use wengert_train::{
    FoldMean, Mismatch, SearchError, TrainError, Trainer, cross_validate, grid, random_settings,
    search_settings,
};

#[test]
fn a_search_chooses_the_smallest_validation_loss_without_the_test_part() {
    let data = moons_split();
    let train = |&(rate, width): &(f64, usize), data: &Split| {
        assert_eq!(data.test.examples(), 0, "the test part is hidden from the search");
        Trainer::new(Mlp::new([2, width, 2]), CrossEntropy, Adam::new(rate))
            .epochs(5)
            .threads(1)
            .seed(3)
            .fit(data)
    };
    let settings = grid(&[1e-4, 1e-2], &[2, 16]);
    let search = search_settings(&settings, &data, train).unwrap();
    assert_eq!(search.trials.iter().map(|trial| trial.setting).collect::<Vec<_>>(), settings);
    let losses: Vec<f64> = search.trials.iter().map(|trial| trial.validation.loss).collect();
    assert!(losses.iter().all(|&loss| losses[search.best] <= loss), "{losses:?}, {}", search.best);
    assert_eq!(search.report.validation.unwrap().loss, losses[search.best]);
    assert_eq!(search.report.test, None);

    // Neither the test part nor the number of threads changes the result.
    let mut other = data.clone();
    other.test = other.train.clone();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let again = one.install(|| search_settings(&settings, &other, train).unwrap());
    assert_eq!((again.best, &again.trials), (search.best, &search.trials));
}

#[test]
fn a_trial_that_diverges_is_never_the_best() {
    let data = moons_split();
    let train = |&rate: &f64, data: &Split| {
        Trainer::new(Mlp::new([2, 4, 2]), CrossEntropy, Sgd::new(rate)).epochs(2).threads(1).fit(data)
    };
    let search = search_settings(&[1e30, 0.1, 1e35], &data, train).unwrap();
    let losses: Vec<f64> = search.trials.iter().map(|trial| trial.validation.loss).collect();
    assert!(search.best == 1 && losses[1].is_finite(), "{losses:?}");
}

#[test]
fn random_settings_depend_on_the_seed_only() {
    let settings = |seed| {
        random_settings(6, seed, |sampler| (sampler.log_uniform(1e-4, 1e-1), *sampler.choice(&[2, 8])))
    };
    assert_eq!(settings(5), settings(5));
    assert_ne!(settings(5), settings(6));
    assert!(settings(5).iter().all(|(rate, width)| (1e-4..1e-1).contains(rate) && [2, 8].contains(width)));
}

#[test]
fn a_search_without_settings_validation_data_or_finite_losses_is_rejected() {
    let data = moons_split();
    let train = |&rate: &f64, data: &Split| {
        Trainer::new(Mlp::new([2, 4, 2]), CrossEntropy, Sgd::new(rate)).epochs(2).threads(1).fit(data)
    };
    assert!(matches!(search_settings(&[], &data, train), Err(SearchError::NoSettings)));
    let bare = moons(50, 0.1, 1).split(0.8, 0.0, 0.2, 1).unwrap();
    assert!(matches!(search_settings(&[0.1], &bare, train), Err(SearchError::NoValidation)));
    assert!(matches!(search_settings(&[1e30, 1e35], &data, train), Err(SearchError::AllDiverged)));
    let early = |&rate: &f64, data: &Split| {
        Trainer::new(Mlp::new([3, 4, 2]), CrossEntropy, Sgd::new(rate)).epochs(2).fit(data)
    };
    let error = search_settings(&[0.1], &data, early).unwrap_err();
    assert!(
        matches!(error, SearchError::Train { source: TrainError::Mismatch(Mismatch::InputWidth { .. }) }),
        "{error}"
    );
}

#[test]
fn cross_validation_holds_out_every_example_once_and_gives_the_mean_of_the_folds() {
    let folds: Vec<Split> = moons(103, 0.3, 7).folds(4, 7).unwrap().map(Split::standardised).collect();
    let held_out: usize = folds.iter().map(|fold| fold.validation.examples()).sum();
    assert_eq!(held_out, 103);
    let train = |fold: &Split| {
        Trainer::new(Mlp::new([2, 8, 2]), CrossEntropy, Adam::new(1e-2))
            .epochs(30)
            .threads(1)
            .seed(1)
            .fit(fold)
    };
    let result = cross_validate(&folds, train).unwrap();
    let expected: Vec<_> = folds.iter().map(|fold| train(fold).unwrap().validation.unwrap()).collect();
    assert_eq!(result.folds, expected);
    let losses: Vec<f64> = expected.iter().map(|fold| fold.loss).collect();
    let mean = losses.iter().sum::<f64>() / 4.0;
    let FoldMean { mean: found, standard_error } = result.loss();
    assert!((found - mean).abs() < 1e-15);
    let squares: f64 = losses.iter().map(|loss| (loss - mean).powi(2)).sum();
    assert!((standard_error - (squares / 12.0).sqrt()).abs() < 1e-15);
    assert!((0.5..=1.0).contains(&result.accuracy().unwrap().mean));
    assert!(matches!(cross_validate(&folds[..1], train), Err(SearchError::TooFewFolds { folds: 1 })));
}
