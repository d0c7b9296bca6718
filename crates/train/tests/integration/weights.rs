//! Weights of examples in losses, gradients, metrics and training.

use crate::data::{digits_split, moons_net, moons_split};
use wengert_ad::{Element, Tensor};
use wengert_data::{Batches, Dataset, Targets};
use wengert_nn::{Architecture, CrossEntropy, Loss, Mlp, Params, Regulariser, TargetBatch, TargetKind};
use wengert_optim::{Adam, Sgd};
use wengert_train::{Backprop, Strategy, TrainError, Trainer, Training};

/// Weights 0, 1, 2, 3, 0, 1, ...
fn weighted(data: &Dataset<f64>) -> Dataset<f64> {
    let weights: Vec<f64> = (0..data.examples()).map(|i| (i % 4) as f64).collect();
    data.clone().with_weights(weights).unwrap()
}

/// The indices, each as often as the weight of its example says.
fn repeated(indices: &[usize]) -> Vec<usize> {
    indices.iter().flat_map(|&i| std::iter::repeat_n(i, i % 4)).collect()
}

/// Agreement to the rounding of sums of some hundred terms of size 1.
fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (x, y) in found.iter().zip(expected) {
        assert!((x - y).abs() <= 1e-13 * (1.0 + y.abs()), "{x} and {y}");
    }
}

#[test]
fn a_whole_weight_counts_like_copies_of_an_example() {
    let data = digits_split().train.cast::<f64>();
    let (weighted, model) = (weighted(&data), Mlp::new([64, 24, 10]).into_model());
    let params = model.layout().initialise::<f64>(3);
    let indices: Vec<usize> = (5..102).collect();
    for strategy in [Strategy::Shards(1), Strategy::Shards(5)] {
        let gradient = |data: &Dataset<f64>, indices: &[usize]| {
            let penalty = Regulariser::elastic(1e-3, 1e-2).on(model.layout());
            let mut backprop = Backprop::for_evaluation().strategy(strategy).penalty(penalty);
            let loss = backprop.value_and_grad(model.module(), &CrossEntropy, &params, data.batch(indices));
            (loss, backprop.gradient().to_vec())
        };
        let (found, expected) = (gradient(&weighted, &indices), gradient(&data, &repeated(&indices)));
        assert_close(&[found.0], &[expected.0]);
        assert_close(&found.1, &expected.1);
    }
}

#[test]
fn only_the_ratios_of_weights_matter() {
    let data = digits_split().train.cast::<f64>();
    let model = Mlp::new([64, 10]).into_model();
    let params = model.layout().initialise::<f64>(3);
    let gradient = |factor: f64| {
        let weights: Vec<f64> = (0..data.examples()).map(|i| factor * (i % 4) as f64).collect();
        let data = data.clone().with_weights(weights).unwrap();
        let mut backprop = Backprop::for_evaluation();
        let indices: Vec<usize> = (0..50).collect();
        let loss = backprop.value_and_grad(model.module(), &CrossEntropy, &params, data.batch(&indices));
        (loss, backprop.gradient().to_vec())
    };
    let one = gradient(1.0);
    for factor in [1e-300, 0.3, 1e299] {
        let other = gradient(factor);
        assert_close(&[other.0], &[one.0]);
        assert_close(&other.1, &one.1);
    }
}

#[test]
fn the_gradient_of_a_weighted_batch_agrees_with_differences() {
    let data = weighted(&moons_split().train.cast::<f64>());
    let model = Mlp::new([2, 5, 2]).into_model();
    let params = model.layout().initialise::<f64>(3);
    let indices: Vec<usize> = (0..30).collect();
    let mut backprop = Backprop::for_evaluation().strategy(Strategy::Shards(3));
    let mut loss = |params: &Params<f64>| {
        backprop.value_and_grad(model.module(), &CrossEntropy, params, data.batch(&indices));
        (
            backprop.value_and_grad(model.module(), &CrossEntropy, params, data.batch(&indices)),
            backprop.gradient().to_vec(),
        )
    };
    let (_, gradient) = loss(&params);
    for (i, found) in gradient.iter().enumerate() {
        let mut at = |step: f64| {
            let mut moved = params.clone();
            moved.values_mut()[i] += step;
            loss(&moved).0
        };
        let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
        // The error is that of the third derivative times 1e-10, and of roundings of 1e-16 divided by 1e-5.
        assert!((found - difference).abs() < 1e-8, "parameter {i}: {found} and {difference}");
    }
}

#[test]
fn metrics_are_weighted_means() {
    let split = moons_split();
    let training = Training::<_, _, _, f64>::new(moons_net(), CrossEntropy, Sgd::new(0.1)).seed(4);
    let data = split.train.cast::<f64>().unscaled();
    let Targets::Classes { labels, .. } = data.targets() else { unreachable!() };
    let all: Vec<usize> = (0..data.examples()).collect();
    let copies = repeated(&all);
    let features = copies.iter().flat_map(|&i| data.row(i)).copied().collect();
    let labels = copies.iter().map(|&i| labels[i]).collect();
    let copies = Dataset::new("copies", features, 2, Targets::Classes { labels, classes: 2 }).unwrap();
    let (found, expected) =
        (training.evaluate(&weighted(&data)).unwrap(), training.evaluate(&copies).unwrap());
    assert_close(&[found.loss, found.accuracy.unwrap()], &[expected.loss, expected.accuracy.unwrap()]);
    assert!((found.loss - training.evaluate(&data).unwrap().loss).abs() > 1e-6, "weights matter");
    let mut zero = vec![0.0; 180];
    zero[0] = 1.0;
    let halves = data.with_weights(zero).unwrap().split(0.5, 0.5, 0.0, 1).unwrap();
    let metrics = [&halves.train, &halves.validation].map(|part| training.evaluate(part));
    assert_eq!(metrics.iter().flatten().count(), 1, "{metrics:?}");
}

#[test]
fn a_batch_whose_weights_are_all_zero_has_loss_zero_and_only_the_penalty_as_gradient() {
    let data = weighted(&digits_split().train.cast::<f64>());
    let model = Mlp::new([64, 10]).into_model();
    let params = model.layout().initialise::<f64>(3);
    let penalty = || Regulariser::l2(0.5).on(model.layout());
    let mut backprop = Backprop::for_evaluation().penalty(penalty());
    let zero = [0, 4, 8];
    backprop.value_and_grad(model.module(), &CrossEntropy, &params, data.batch(&zero));
    let found = backprop.gradient().to_vec();
    let mut training = Training::<_, _, _, f64>::new(Mlp::new([64, 10]), CrossEntropy, Sgd::new(0.1)).seed(3);
    let before = training.params().clone();
    assert_eq!(training.step(&data.batch(&zero)), 0.0);
    assert_eq!(training.params(), &before);
    // The penalty is half of the strength times the sum of squares of the weights, so its gradient is
    // proportional to the parameters.
    let factors: Vec<f64> =
        found.iter().zip(params.values()).filter(|(_, p)| **p != 0.0).map(|(g, p)| g / p).collect();
    assert!(factors.iter().all(|factor| (factor - factors[0]).abs() < 1e-12) && factors[0] > 0.0);
}

/// Refuses to be weighted.
struct Unweighted;

impl<T: Element> Loss<T> for Unweighted {
    fn kind(&self) -> TargetKind {
        TargetKind::Classes
    }
    fn per_example<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        CrossEntropy.per_example(outputs, targets)
    }
    fn total<'t>(&self, outputs: Tensor<'t, T>, targets: TargetBatch<'_, 't, T>) -> Tensor<'t, T> {
        CrossEntropy.total(outputs, targets)
    }
    fn weighted_total<'t>(&self, _: Tensor<'t, T>, _: TargetBatch<'_, 't, T>, _: &[f64]) -> Tensor<'t, T> {
        panic!("the data have no weights")
    }
}

#[test]
fn without_weights_the_bits_are_those_of_the_plain_sum() {
    let data = moons_split();
    let unweighted = Trainer::new(moons_net(), Unweighted, Adam::new(1e-2)).epochs(3).fit(&data).unwrap();
    let plain = Trainer::new(moons_net(), CrossEntropy, Adam::new(1e-2)).epochs(3).fit(&data).unwrap();
    assert_eq!((unweighted.history, unweighted.model.params), (plain.history, plain.model.params));
}

#[test]
fn examples_with_weight_zero_are_not_learnt() {
    // Two thirds of the training examples have the other label, and weight 0.
    let split = moons_split();
    let Targets::Classes { labels, .. } = split.train.targets() else { unreachable!() };
    let wrong = labels.iter().enumerate().map(|(i, l)| if i % 3 == 0 { *l } else { 1 - l }).collect();
    let targets = Targets::Classes { labels: wrong, classes: 2 };
    let train = Dataset::new("spoilt", split.train.features().to_vec(), 2, targets).unwrap();
    let weights: Vec<f64> = (0..train.examples()).map(|i| f64::from(u8::from(i % 3 == 0))).collect();
    let accuracy = |train: Dataset| {
        let mut training = Training::new(moons_net(), CrossEntropy, Adam::new(1e-2)).seed(2);
        let mut batches = Batches::new(train.examples(), 32, 2);
        for epoch in 0..60 {
            batches.epoch(epoch).for_each(|indices| _ = training.step(&train.batch(indices)));
        }
        let (features, targets) = (split.validation.features().to_vec(), split.validation.targets().clone());
        let right = Dataset::new("right", features, 2, targets).unwrap();
        training.evaluate(&right).unwrap().accuracy.unwrap()
    };
    let (plain, weighted) = (accuracy(train.clone()), accuracy(train.with_weights(weights).unwrap()));
    assert!(plain < 0.3 && weighted > 0.8, "{plain} {weighted}");
}

#[test]
fn training_with_weights_has_the_same_bits_on_any_number_of_threads() {
    let mut data = digits_split();
    let weights: Vec<f64> = (0..data.train.examples()).map(|i| 0.1 + (i % 7) as f64).collect();
    data.train = data.train.with_weights(weights).unwrap();
    let fit = |threads| {
        let trainer = Trainer::new(Mlp::new([64, 128, 64, 10]), CrossEntropy, Adam::new(1e-3));
        let report =
            trainer.batch_size(256).epochs(2).strategy(Strategy::Shards(4)).threads(threads).fit(&data);
        let report = report.unwrap();
        (report.model.params.values().iter().map(|x| x.to_bits()).collect::<Vec<u32>>(), report.train)
    };
    assert_eq!(fit(1), fit(3));
}

#[test]
fn the_loss_of_an_epoch_is_the_weighted_mean_over_its_batches() {
    let mut data = moons_split();
    let weights: Vec<f64> = (0..data.train.examples()).map(|i| (i % 5) as f64).collect();
    data.train = data.train.with_weights(weights.clone()).unwrap();
    // A learning rate of 0 keeps the parameters, so that the loss of an epoch is that of an evaluation.
    let trainer = Trainer::new(moons_net(), CrossEntropy, Sgd::new(1e-300)).batch_size(16).epochs(1);
    let report = trainer.fit(&data).unwrap();
    let (epoch, after) = (report.history[0].train, report.train);
    assert!((epoch.loss - after.loss).abs() < 1e-6 * after.loss, "{} {}", epoch.loss, after.loss);
    assert!((epoch.accuracy.unwrap() - after.accuracy.unwrap()).abs() < 1e-12);
}

#[test]
fn a_part_whose_weights_are_all_zero_is_refused_by_name() {
    let split = moons_split();
    let only_first = |part: &Dataset| {
        let mut weights = vec![0.0; part.examples()];
        weights[0] = 1.0;
        part.clone().with_weights(weights).unwrap()
    };
    let weighted = only_first(&split.train);
    // Of two halves, one has no weight.
    let halves = weighted.split(0.5, 0.5, 0.0, 1).unwrap();
    let error = Trainer::new(moons_net(), CrossEntropy, Adam::new(1e-2)).epochs(1).fit(&halves).unwrap_err();
    assert!(matches!(error, TrainError::NoWeight { .. }), "{error}");
    let message = error.to_string();
    let part = if halves.train.weights().unwrap().contains(&1.0) { "validation" } else { "training" };
    assert_eq!(message, format!("all examples of the {part} part have weight 0; at least one must count"));
}
