//! Choices of a run: the best epoch, the order of the examples, parts of batches, class weights.

use crate::data::{moons_net, moons_split};
use wengert_data::{Dataset, Split, Targets, digits, moons, sine};
use wengert_nn::{CrossEntropy, MeanSquared, Mlp, Normalisation};
use wengert_optim::{Adam, Sgd};
use wengert_train::{BestBy, ClassWeights, Metrics, Sampling, Strategy, TrainError, Trainer, TrainingReport};

fn validation<M, T>(report: &TrainingReport<M, T>) -> Vec<Metrics> {
    report.history.iter().map(|epoch| epoch.validation.unwrap()).collect()
}

#[test]
fn the_parameters_of_the_best_epoch_are_the_result_by_either_criterion() {
    let data = moons(300, 0.4, 3).split(0.3, 0.5, 0.2, 3).unwrap().standardised();
    let run = |by| {
        let trainer = Trainer::new(Mlp::new([2, 64, 64, 2]), CrossEntropy, Adam::new(2e-2)).seed(3);
        trainer.batch_size(10).epochs(40).best_by(by).fit(&data).unwrap()
    };
    let (by_loss, by_accuracy) = (run(BestBy::Loss), run(BestBy::Accuracy));
    let metrics = validation(&by_loss);
    assert_eq!(metrics, validation(&by_accuracy));
    let smallest = metrics.iter().map(|m| m.loss).fold(f64::INFINITY, f64::min);
    let largest = metrics.iter().map(|m| m.accuracy.unwrap()).fold(0.0, f64::max);
    let of_most_accurate = metrics.iter().filter(|m| m.accuracy == Some(largest));
    let expected = of_most_accurate.map(|m| m.loss).fold(f64::INFINITY, f64::min);
    assert_eq!(by_loss.validation.unwrap().loss, smallest);
    assert_eq!(by_accuracy.validation, Some(Metrics { loss: expected, accuracy: Some(largest) }));
    assert!(by_loss.best_epoch < 40 && by_loss.best_epoch != by_accuracy.best_epoch);
}

#[test]
fn early_stopping_by_accuracy_counts_epochs_without_a_better_accuracy() {
    let data = moons(300, 0.4, 3).split(0.3, 0.5, 0.2, 3).unwrap().standardised();
    let trainer = Trainer::new(Mlp::new([2, 64, 64, 2]), CrossEntropy, Adam::new(2e-2)).seed(3);
    let report = trainer.epochs(500).best_by(BestBy::Accuracy).early_stopping(6).fit(&data).unwrap();
    assert_eq!(report.history.len(), report.best_epoch + 6);
    let best = report.validation.unwrap().accuracy;
    assert!(validation(&report).iter().all(|metrics| metrics.accuracy <= best));
}

#[test]
fn a_best_epoch_needs_validation_data_and_an_accuracy_needs_classes() {
    let without = moons(100, 0.1, 1).split(1.0, 0.0, 0.0, 1).unwrap();
    let trainer = Trainer::new(moons_net(), CrossEntropy, Adam::new(1e-2)).best_by(BestBy::Loss);
    assert!(matches!(trainer.fit(&without), Err(TrainError::NoValidation)));
    let values = sine(100, 0.1, 1).split(0.5, 0.5, 0.0, 1).unwrap();
    let trainer = Trainer::new(Mlp::new([1, 1]), MeanSquared, Adam::new(1e-2)).best_by(BestBy::Accuracy);
    let error = trainer.fit(&values).unwrap_err();
    assert!(matches!(error, TrainError::NoAccuracy) && error.to_string().contains("by loss"), "{error}");
}

#[test]
fn a_batch_in_a_power_of_two_of_parts_has_the_bits_of_as_many_shards() {
    let data = digits().split(1280.0 / 1797.0, 0.0, 517.0 / 1797.0, 7).unwrap().standardised();
    assert_eq!(data.train.examples(), 1280, "batches of 64 and of 16 must leave no rest");
    let params = |parts: usize, strategy, dropout: f64| {
        let mlp = Mlp::new([64, 32, 10]).dropout(dropout);
        let trainer = Trainer::new(mlp, CrossEntropy, Adam::new(1e-2)).strategy(strategy).seed(4);
        let report = trainer.batch_size(64 / parts).accumulate(parts).epochs(2).fit(&data).unwrap();
        report.model.params
    };
    for dropout in [0.0, 0.3] {
        for parts in [2, 4] {
            let (accumulated, sharded) =
                (params(parts, Strategy::Shards(1), dropout), params(1, Strategy::Shards(parts), dropout));
            assert_eq!(accumulated, sharded, "{parts} parts, dropout {dropout}");
        }
        assert_ne!(params(1, Strategy::Shards(1), 0.3), params(1, Strategy::Shards(1), 0.0));
    }
}

#[test]
fn parts_that_do_not_divide_the_batch_give_the_same_steps_up_to_rounding() {
    let data = moons_split();
    let losses = |batch_size, parts| {
        let trainer = Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).seed(4);
        let report = trainer.batch_size(batch_size).accumulate(parts).epochs(5).fit(&data).unwrap();
        report.history.iter().map(|epoch| epoch.train.loss).collect::<Vec<_>>()
    };
    for (part, whole) in losses(7, 3).iter().zip(losses(21, 1)) {
        assert!((part - whole).abs() < 1e-5 * whole, "{part} and {whole}");
    }
}

#[test]
fn examples_are_reshuffled_kept_in_order_or_drawn_with_replacement() {
    let data = moons_split();
    // With batch normalisation the loss of an example depends on its batch, and at rate 0 on nothing else.
    let losses = |sampling, norm| {
        let mlp = Mlp::new([2, 8, 2]).normalisation(norm);
        let trainer = Trainer::new(mlp, CrossEntropy, Sgd::new(0.0)).batch_size(16).sampling(sampling);
        let report = trainer.epochs(3).fit(&data).unwrap();
        report.history.iter().map(|epoch| epoch.train.loss).collect::<Vec<_>>()
    };
    let by_batch = |sampling| losses(sampling, Normalisation::Batch);
    let once = by_batch(Sampling::Once);
    assert!(once[0] == once[1] && once[1] == once[2], "{once:?}");
    let anew = by_batch(Sampling::Reshuffle);
    assert!(anew[0] != anew[1] && anew[1] != anew[2], "{anew:?}");
    // Without it, only draws that leave out examples change the mean.
    let spread = |sampling| {
        let losses = losses(sampling, Normalisation::None);
        (losses[0] - losses[1]).abs() / losses[0]
    };
    assert!(spread(Sampling::Reshuffle) < 1e-6 && spread(Sampling::Once) < 1e-6);
    assert!(spread(Sampling::Replacement) > 1e-5);
}

/// Moons of which class 1 has a tenth of the examples.
fn imbalanced() -> Split {
    let all = moons(2000, 0.4, 5);
    let Targets::Classes { labels, .. } = all.targets() else { panic!("moons have classes") };
    let kept: Vec<usize> = (0..labels.len()).filter(|&i| labels[i] == 0 || i % 10 == 0).collect();
    let features: Vec<f32> = kept.iter().flat_map(|&i| all.row(i)).copied().collect();
    let labels = kept.iter().map(|&i| labels[i]).collect();
    let data = Dataset::new("rare", features, 2, Targets::Classes { labels, classes: 2 }).unwrap();
    data.split(0.6, 0.0, 0.4, 5).unwrap().standardised()
}

#[test]
fn balanced_classes_count_the_same_and_are_found_more_often() {
    let data = imbalanced();
    let Targets::Classes { labels, .. } = data.test.targets() else { panic!("moons have classes") };
    let run = |weights| {
        let trainer = Trainer::new(Mlp::new([2, 16, 2]), CrossEntropy, Adam::new(1e-2)).seed(5);
        trainer.epochs(20).class_weights(weights).fit(&data).unwrap().model
    };
    let recall = |weights| {
        let x = ndarray::Array2::from_shape_vec((labels.len(), 2), data.test.unscaled().features().to_vec());
        let predicted = run(weights).predict_classes(&x.unwrap());
        let rare = predicted.iter().zip(labels).filter(|(_, label)| **label == 1);
        let found = rare.clone().filter(|(class, _)| **class == Some(1)).count();
        found as f64 / rare.count() as f64
    };
    let (plain, balanced) = (recall(ClassWeights::None), recall(ClassWeights::Balanced));
    assert!(balanced > plain + 0.15, "{plain} and {balanced}");
    let Targets::Classes { labels, .. } = data.train.targets() else { panic!("moons have classes") };
    let rare = labels.iter().filter(|&&label| label == 1).count() as f64;
    let n = labels.len() as f64;
    let given = ClassWeights::Given(vec![n / (2.0 * (n - rare)), n / (2.0 * rare)]);
    assert_eq!(run(given).params, run(ClassWeights::Balanced).params);
}

#[test]
fn class_weights_that_do_not_fit_are_refused() {
    let data = imbalanced();
    let error = |weights| {
        let trainer = Trainer::new(Mlp::new([2, 2]), CrossEntropy, Adam::new(1e-2));
        trainer.class_weights(weights).fit(&data).unwrap_err().to_string()
    };
    assert!(error(ClassWeights::Given(vec![1.0])).contains("1 class weights for 2 classes"));
    let negative = error(ClassWeights::Given(vec![1.0, -1.0]));
    assert!(negative.contains("class weights: ") && negative.contains("-1"), "{negative}");
    let values = sine(100, 0.1, 1).split(0.5, 0.5, 0.0, 1).unwrap();
    let trainer = Trainer::new(Mlp::new([1, 1]), MeanSquared, Adam::new(1e-2));
    let found = trainer.class_weights(ClassWeights::Balanced).fit(&values);
    assert!(matches!(found, Err(TrainError::ClassWeightsWithoutClasses)));
}
