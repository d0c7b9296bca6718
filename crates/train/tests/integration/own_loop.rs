//! Training step by step in a loop of the user's own.

use crate::data::{moons_net, moons_split};
use wengert_data::{Batches, Dataset, Targets, digits};
use wengert_nn::{
    Architecture, BatchNorm, CrossEntropy, HalfSquared, Mlp, Model, Normalisation, Params, Regulariser,
};
use wengert_optim::{Adam, Optimizer, Schedule, Sgd};
use wengert_train::{Backprop, Trainer, Training};

fn bits(params: &Params<f32>) -> Vec<u32> {
    params.values().iter().chain(params.statistics()).map(|x| x.to_bits()).collect()
}

fn batch_norm_net() -> Mlp {
    Mlp::new([64, 32, 10]).dropout(0.2).normalisation(Normalisation::Batch)
}

#[test]
fn a_loop_of_ones_own_makes_the_steps_of_the_trainer_bit_for_bit() {
    let data = digits().split(0.8, 0.1, 0.1, 7).unwrap().standardised();
    let schedule = || Schedule::cosine(3e-3, 60);
    let adam = || Adam::new(1e-3).decoupled_weight_decay(0.1);
    let report = Trainer::new(batch_norm_net(), CrossEntropy, adam())
        .schedule(schedule())
        .clip_norm(0.5)
        .regularise(Regulariser::l1(1e-4))
        .group("*.bias", |group| group.weight_decay(0.0))
        .freeze("out.bias")
        .batch_size(50)
        .epochs(2)
        .seed(5)
        .fit(&data)
        .unwrap();
    let mut training = Training::new(batch_norm_net(), CrossEntropy, adam())
        .schedule(schedule())
        .clip_norm(0.5)
        .regularise(Regulariser::l1(1e-4))
        .group("*.bias", |group| group.weight_decay(0.0))
        .freeze("out.bias")
        .seed(5);
    let mut batches = Batches::new(data.train.examples(), 50, 5);
    for epoch in 1..=2 {
        let mut total = 0.0;
        for indices in batches.epoch(epoch) {
            total += training.step(&data.train.batch(indices)) * indices.len() as f64;
        }
        let reported = report.history[epoch as usize - 1].train.loss;
        assert!((total / data.train.examples() as f64 - reported).abs() < 1e-12 * reported);
    }
    assert_eq!(training.steps(), 2 * batches.per_epoch() as u64);
    assert!(bits(training.params()) == bits(&report.model.params), "the parameters differ");
    assert_eq!(training.evaluate(&data.test), report.test);
    let x = ndarray::ArrayView2::from_shape((data.test.examples(), 64), data.test.features()).unwrap();
    assert_eq!(training.predict(&x), report.model.predict(&x));
    assert_eq!(training.into_trained().predict(&x), report.model.predict(&x));
}

/// Five steps on the moons with part of the network frozen.
fn frozen_after_steps(optimizer: impl Optimizer<f32>, frozen: &str) -> (Params, Params) {
    let data = moons_split().train;
    let mut training =
        Training::new(moons_net().normalisation(Normalisation::Batch), CrossEntropy, optimizer);
    let indices: Vec<usize> = (0..30).collect();
    // The optimizer gathers momentum before anything is frozen.
    for _ in 0..3 {
        training.step(&data.batch(&indices));
    }
    let mut training = training.freeze(frozen);
    let start = training.params().clone();
    for _ in 0..5 {
        training.step(&data.batch(&indices));
    }
    (start, training.params().clone())
}

#[test]
fn frozen_parameters_and_statistics_do_not_move_in_a_loop_of_ones_own() {
    let momentum = || Sgd::new(0.1).momentum(0.9).weight_decay(0.1);
    let adamw = || Adam::new(1e-2).decoupled_weight_decay(0.5);
    for (start, end) in [frozen_after_steps(momentum(), "hidden.*"), frozen_after_steps(adamw(), "hidden.*")]
    {
        for (name, values) in end.iter().chain(end.iter_statistics()) {
            assert_eq!(Some(values) != start.get(name), name.starts_with("out"), "{name}");
        }
    }
}

#[test]
fn what_is_frozen_through_the_parameters_stays_frozen_in_the_next_step() {
    let data = moons_split().train;
    let mut training =
        Training::new(moons_net(), CrossEntropy, Sgd::new(0.1).momentum(0.9).weight_decay(0.1));
    let indices: Vec<usize> = (0..30).collect();
    training.step(&data.batch(&indices));
    training.params_mut().freeze("hidden.*");
    let start = training.params().clone();
    training.step(&data.batch(&indices));
    for (name, values) in training.params().iter() {
        assert_eq!(Some(values) != start.get(name), name.starts_with("out"), "{name}");
    }
    training.params_mut().unfreeze("hidden.*");
    training.step(&data.batch(&indices));
    assert_ne!(training.params().get("hidden.0.weight"), start.get("hidden.0.weight"));
}

#[test]
fn steps_run_in_training_mode_and_evaluations_do_not() {
    let data = moons_split().train;
    let net = || moons_net().dropout(0.5).normalisation(Normalisation::Batch);
    let mut training = Training::new(net(), CrossEntropy, Sgd::new(0.0));
    let indices: Vec<usize> = (0..data.examples()).collect();
    let [one, two] = [(); 2].map(|()| training.step(&data.batch(&indices[..30])));
    assert_ne!(one, two, "each step drops other units");
    let start = net().into_model().layout().initialise::<f32>(0);
    assert_eq!(training.params().values(), start.values(), "the rate is 0");
    assert!(training.params().statistics().iter().zip(start.statistics()).all(|(a, b)| a != b));
    let evaluated = training.evaluate(&data);
    assert_eq!(evaluated, training.evaluate(&data), "an evaluation changes nothing");
    let mut evaluation = Backprop::for_evaluation();
    let batch = data.batch(&indices);
    let loss = evaluation.value_and_grad(training.model().module(), &CrossEntropy, training.params(), batch);
    assert!((evaluated.unwrap().loss - loss).abs() < 1e-6 * loss);
}

#[test]
fn running_statistics_take_a_tenth_of_the_mean_and_of_the_unbiased_variance_of_each_batch() {
    let model = Model::new(|layout| BatchNorm::new(layout, "norm", 1));
    let targets = Targets::Values { values: vec![0.0; 3], width: 1 };
    let data = Dataset::new("three", vec![1.0, 3.0, 8.0], 1, targets).unwrap();
    let mut training = Training::new(model, HalfSquared, Sgd::<f64>::new(0.1));
    training.step(&data.batch(&[0, 1, 2]));
    // The mean is 4 and the unbiased variance 13; the statistics start at 0 and 1.
    let [mean, variance] = training.params().statistics() else { panic!("there are two") };
    assert!((mean - 0.4).abs() < 1e-15 && (variance - 2.2).abs() < 1e-14, "{mean} {variance}");
}

#[test]
fn a_step_whose_loss_is_not_finite_changes_nothing_and_returns_that_loss() {
    let data = moons_split().train;
    let mut training = Training::new(moons_net(), CrossEntropy, Adam::new(0.1));
    let indices: Vec<usize> = (0..30).collect();
    training.step(&data.batch(&indices));
    training.params_mut().values_mut()[3] = f32::INFINITY;
    let before = training.state();
    assert!(!training.step(&data.batch(&indices)).is_finite());
    let after = training.state();
    assert_eq!((after.steps, after.params, after.optimizer), (1, before.params, before.optimizer));
}

#[test]
fn the_loss_of_a_step_is_the_mean_over_its_batch_without_penalties_for_any_size_of_batch() {
    // One weight 2 and one bias 1: the outputs are 2 x + 1.
    let (features, values) = (vec![0.0, 1.0, 3.0], vec![0.0, 0.0, 0.0]);
    let data = Dataset::new("three", features, 1, Targets::Values { values, width: 1 }).unwrap();
    for (indices, mean) in [(vec![0], 0.5), (vec![0, 1], 2.5), (vec![0, 1, 2], 59.0 / 6.0)] {
        let mut training = Training::new(Mlp::new([1, 1]), HalfSquared, Sgd::<f64>::new(0.25))
            .regularise(Regulariser::l2(0.5));
        training.params_mut().values_mut().copy_from_slice(&[2.0, 1.0]);
        let loss = training.step(&data.batch(&indices));
        assert!((loss - mean).abs() < 1e-15 * mean, "{loss} and {mean}");
        // The bias moves by the mean output and its share of the penalty, w.
        let outputs: f64 = indices.iter().map(|&i| 2.0 * data.row(i)[0] + 1.0).sum();
        let bias = 1.0 - 0.25 * (outputs / indices.len() as f64 + 1.0);
        assert!((training.params().values()[1] - bias).abs() < 1e-15);
    }
}

#[test]
fn gradients_can_be_changed_between_the_halves_of_a_step() {
    let data = moons_split().train;
    let indices: Vec<usize> = (0..30).collect();
    let mut training = Training::new(moons_net(), CrossEntropy, Sgd::new(0.1));
    let start = training.params().clone();
    training.compute_gradient(&data.batch(&indices));
    assert_eq!(training.gradient().len(), start.len());
    training.gradient_mut().fill(1.0);
    training.apply_gradient();
    let moved = |(a, b): (&f32, &f32)| (b - a - 0.1).abs() < 1e-6;
    assert!(training.params().values().iter().zip(start.values()).all(moved));
}

#[test]
#[should_panic(expected = "training: there is no gradient yet; call compute_gradient first")]
fn an_update_without_a_gradient_is_refused() {
    let mut training = Training::<_, _, _, f32>::new(moons_net(), CrossEntropy, Sgd::new(0.1));
    training.apply_gradient();
}

#[test]
#[should_panic(expected = "the batch is empty")]
fn an_empty_batch_is_refused() {
    Training::new(moons_net(), CrossEntropy, Sgd::new(0.1)).step(&moons_split().train.batch(&[]));
}

#[test]
fn a_loop_of_ones_own_learns_the_scaling_of_its_data_and_predicts_in_the_units_of_the_user() {
    let raw = digits().split(0.8, 0.1, 0.1, 7).unwrap();
    let data = raw.clone().standardised();
    let mut training = Training::new(Mlp::new([64, 10]), CrossEntropy, Sgd::new(0.1));
    training.step(&data.train.batch(&[0, 1, 2, 3]));
    let rows = |data: &Dataset<f32>| {
        ndarray::Array2::from_shape_vec((data.examples(), 64), data.features().to_vec()).unwrap()
    };
    let outputs = training.predict(&rows(&raw.test));
    // A linear model on the standardised features, rounded to single precision.
    let [weight, bias] = ["out.weight", "out.bias"].map(|name| training.params().get(name).unwrap());
    let expected = rows(&data.test).dot(&weight.into_dimensionality::<ndarray::Ix2>().unwrap()) + bias;
    assert!(outputs.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4), "raw rows are standardised");
    assert_eq!(
        training.evaluate(&raw.test).map(|found| found.accuracy),
        training.evaluate(&data.test).map(|found| found.accuracy)
    );
    let mut restored = Training::new(Mlp::new([64, 10]), CrossEntropy, Sgd::new(0.1));
    restored.restore(training.state()).unwrap();
    assert_eq!(restored.predict(&rows(&raw.test)), outputs);
    assert_eq!(training.into_trained().predict(&rows(&raw.test)), outputs);
}

#[test]
#[should_panic(expected = "the data of this step are scaled otherwise than those of earlier steps")]
fn data_of_another_scaling_are_refused_in_later_steps() {
    let raw = digits();
    let data = raw.split(0.8, 0.1, 0.1, 7).unwrap().standardised();
    let mut training = Training::new(Mlp::new([64, 10]), CrossEntropy, Sgd::new(0.1));
    training.step(&data.train.batch(&[0, 1, 2, 3]));
    training.step(&raw.batch(&[0, 1, 2, 3]));
}
