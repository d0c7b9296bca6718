//! What one should be able to rely on in practice: standardising, choosing, freezing, seeing where numbers went wrong.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

use wengert_data::{Dataset, Split, Targets, digits, moons};
use wengert_nn::{
    Architecture, CrossEntropy, HalfSquared, Hinge, Init, Logistic, Mlp, MultiClassHinge, Normalisation,
    Params, Regulariser,
};
use wengert_optim::{Adam, Schedule, Sgd};
use wengert_train::{
    Backprop, Batch, Cause, NoBest, StopReason, TrainError, Trainer, grid, random_settings, search,
};

fn moons_split() -> Split {
    moons(300, 0.2, 1).split(0.6, 0.2, 0.2, 1).unwrap().standardised()
}

fn moons_net() -> Mlp {
    Mlp::new([2, 16, 2])
}

#[test]
fn features_are_standardised_with_the_statistics_of_the_train_part_alone() {
    let raw = digits().split(0.6, 0.2, 0.2, 3).unwrap();
    let split = raw.clone().standardised();
    let width = raw.train.width();
    let column = |data: &Dataset, j: usize| -> Vec<f64> {
        (0..data.examples()).map(|i| f64::from(data.row(i)[j])).collect()
    };
    let moments = |x: &[f64]| {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        (mean, x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64)
    };
    for j in 0..width {
        let (mean, variance) = moments(&column(&raw.train, j));
        let (new_mean, new_variance) = moments(&column(&split.train, j));
        // In f32: a thousand roundings of 6e-8.
        assert!(new_mean.abs() < 1e-5);
        assert!(variance == 0.0 || (new_variance - 1.0).abs() < 1e-4, "feature {j}: {new_variance}");
        let deviation = if variance == 0.0 { 1.0 } else { variance.sqrt() };
        for (part, standard) in [(&raw.validation, &split.validation), (&raw.test, &split.test)] {
            let expected = column(part, j).into_iter().map(|x| (x - mean) / deviation);
            assert!(expected.zip(column(standard, j)).all(|(e, x)| (e - x).abs() < 1e-5 * (1.0 + e.abs())));
        }
    }
}

#[test]
fn a_search_chooses_the_smallest_validation_loss_and_never_sees_the_test_part() {
    let data = moons_split();
    let train = |&(rate, width): &(f64, usize), data: &Split| {
        assert_eq!(data.test.examples(), 0, "the test part takes no part in the choice");
        Trainer::new(Mlp::new([2, width, 2]), CrossEntropy, Adam::new(rate))
            .epochs(5)
            .threads(1)
            .seed(3)
            .fit(data)
    };
    let settings = grid(&[1e-4, 1e-2], &[2, 16]);
    let found = search(&settings, &data, train).unwrap();
    assert_eq!(found.trials.iter().map(|trial| trial.setting).collect::<Vec<_>>(), settings);
    let losses: Vec<f64> = found.trials.iter().map(|trial| trial.validation.loss).collect();
    assert!(losses.iter().all(|&loss| losses[found.best] <= loss), "{losses:?}, {}", found.best);
    assert_eq!(found.report.validation.unwrap().loss, losses[found.best]);
    assert_eq!(found.report.test, None);

    // Another test part changes nothing; other threads change nothing.
    let mut other = data.clone();
    other.test = other.train.clone();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let again = one.install(|| search(&settings, &other, train).unwrap());
    assert_eq!((again.best, &again.trials), (found.best, &found.trials));

    let random = random_settings(6, 5, |draw| (draw.log_uniform(1e-4, 1e-1), *draw.choice(&[2, 8])));
    assert_eq!(random, random_settings(6, 5, |draw| (draw.log_uniform(1e-4, 1e-1), *draw.choice(&[2, 8]))));
    assert!(search(&random, &data, train).unwrap().trials.len() == 6);
    assert!(matches!(search(&[], &data, train), Err(NoBest::NoSettings)));
    let bare = moons(50, 0.1, 1).split(0.8, 0.0, 0.2, 1).unwrap();
    assert!(matches!(search(&settings, &bare, train), Err(NoBest::NoValidation)));
}

/// Trains the head alone, by a method that moves parameters without a gradient too.
fn fine_tune(optimizer: impl wengert_optim::Optimizer<f32>, start: &Params) -> Params {
    let trainer = Trainer::new(moons_net(), CrossEntropy, optimizer).epochs(3).freeze("hidden.*");
    trainer.fit_from(start.clone(), &moons_split()).unwrap().model.params
}

#[test]
fn frozen_parameters_do_not_move_even_under_momentum_and_weight_decay() {
    let start = moons_net().into_model().layout().initialise::<f32>(4);
    let momentum = fine_tune(Sgd::new(0.1).momentum(0.9).weight_decay(0.1), &start);
    let adamw = fine_tune(Adam::new(1e-2).decoupled_weight_decay(0.5), &start);
    for tuned in [momentum, adamw] {
        for (name, values) in tuned.iter() {
            let moved = Some(values) != start.get(name);
            assert_eq!(moved, name.starts_with("out"), "{name}");
        }
    }
}

#[test]
fn an_epoch_logs_the_loss_and_the_errors_on_train_and_the_errors_on_validation() {
    let report =
        Trainer::new(moons_net(), CrossEntropy, Adam::new(1e-2)).epochs(2).fit(&moons_split()).unwrap();
    let epoch = report.history[1];
    let errors = [epoch.train.zero_one().unwrap(), epoch.validation.unwrap().zero_one().unwrap()];
    let [train, validation] = errors.map(|share| format!("{:.2} %", 100.0 * share));
    let expected = format!(
        "epoch 2: train loss {:.4}, train error {train}, validation error {validation}",
        epoch.train.loss
    );
    assert_eq!(epoch.to_string(), expected);
    assert_eq!(epoch.train.accuracy.unwrap() + errors[0], 1.0);
}

#[test]
fn the_first_number_that_is_not_finite_is_reported_with_its_operation() {
    let trainer = Trainer::new(moons_net(), CrossEntropy, Sgd::new(1e30)).epochs(3);
    let report = trainer.fit(&moons_split()).unwrap();
    let StopReason::NotFinite { epoch, step } = report.stop else { panic!("{:?}", report.stop) };
    let trouble = report.troubles.last().unwrap();
    assert_eq!((trouble.epoch, trouble.step), (epoch, Some(step)));
    assert!(matches!(trouble.cause, Cause::Operation(_) | Cause::Parameter(_)), "{trouble}");
    let text = trouble.to_string();
    assert!(text.starts_with(&format!("epoch {epoch}, step {step}: ")), "{text}");
    assert!(text.contains("affine") && text.contains("linear.rs:") || text.contains("weight["), "{text}");
}

#[test]
fn a_parameter_that_is_not_finite_is_named() {
    let mut start = moons_net().into_model().layout().initialise::<f32>(1);
    start.values_mut()[5] = f32::NAN;
    let report =
        Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).fit_from(start, &moons_split()).unwrap();
    assert_eq!(report.stop, StopReason::NotFinite { epoch: 1, step: 1 });
    assert_eq!(report.troubles[0].to_string(), "epoch 1, step 1: hidden.0.weight[5] is NaN");
}

#[test]
fn the_first_huge_parameter_is_reported_with_its_name_and_epoch() {
    let mut start = moons_net().into_model().layout().initialise::<f32>(1);
    start.values_mut()[40] = -1e4;
    let trainer = Trainer::new(moons_net(), CrossEntropy, Sgd::new(1e-4)).epochs(2).parameter_limit(1e3);
    let report = trainer.fit_from(start, &moons_split()).unwrap();
    assert_eq!(report.stop, StopReason::Finished);
    let [trouble] = &report.troubles[..] else { panic!("{:?}", report.troubles) };
    assert_eq!((trouble.epoch, trouble.step), (1, None));
    assert!(trouble.to_string().contains("hidden.0.bias[8] is -"), "{trouble}");
}

#[test]
fn on_separable_data_the_loss_falls_and_the_weights_grow_for_ever_while_the_accuracy_stays() {
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
            // The loss falls like 1 / t, the size grows like ln t.
            assert!(report.train.loss < loss / 5.0, "{} after {loss}", report.train.loss);
            assert!(size > smaller + 1.0, "{size} after {smaller}");
        }
        before = Some((report.train.loss, size));
    }
}

#[test]
fn a_penalty_is_part_of_the_objective_and_of_its_gradient_once_in_one_shard_and_in_several() {
    let data = digits().split(0.8, 0.1, 0.1, 7).unwrap().standardised().train.cast::<f64>();
    for hidden in [4, 128] {
        let model = Mlp::new([64, hidden, 64, 10]).into_model();
        let params = model.layout().initialise::<f64>(2);
        let indices: Vec<usize> = (0..50).collect();
        let batch = Batch { data: &data, indices: &indices };
        let mut plain = Backprop::new();
        let loss = plain.value_and_grad(model.module(), &CrossEntropy, &params, batch);
        let mut penalised = Backprop::new().penalty(Regulariser::l2(0.1).without_biases().on(model.layout()));
        let objective = penalised.value_and_grad(model.module(), &CrossEntropy, &params, batch);
        let weights = model.layout().parameters().iter().filter(|entry| entry.name.ends_with("weight"));
        let squares: f64 =
            weights.flat_map(|entry| entry.range.clone()).map(|i| params.values()[i].powi(2)).sum();
        // Sums of 1e4 terms of size 1e-2.
        assert!((objective - loss - 0.1 * squares).abs() < 1e-12 * objective);
        for entry in model.layout().parameters() {
            for i in entry.range.clone() {
                let expected = if entry.name.ends_with("weight") { 0.2 * params.values()[i] } else { 0.0 };
                assert!((penalised.gradient()[i] - plain.gradient()[i] - expected).abs() < 1e-13);
            }
        }
    }
}

#[test]
fn each_training_pass_drops_other_units_and_a_step_can_be_repeated() {
    let data = moons_split().train;
    let model = moons_net().dropout(0.5).into_model();
    let params = model.layout().initialise::<f32>(2);
    let indices: Vec<usize> = (0..20).collect();
    let mut backprop = Backprop::in_training(3);
    let mut loss = |step: Option<u64>| {
        if let Some(step) = step {
            backprop.set_step(step);
        }
        backprop.value_and_grad(
            model.module(),
            &CrossEntropy,
            &params,
            Batch { data: &data, indices: &indices },
        )
    };
    let [first, second] = [loss(None), loss(None)];
    assert_ne!(first, second);
    assert_eq!([loss(Some(0)), loss(None)], [first, second]);
}

#[test]
fn under_gradient_descent_an_l2_penalty_is_weight_decay_of_twice_its_strength() {
    let data = moons_split();
    let fit = |optimizer: Sgd, regulariser: Option<Regulariser>| {
        let trainer = Trainer::new(moons_net(), CrossEntropy, optimizer).epochs(3).seed(2);
        let trainer = match regulariser {
            Some(regulariser) => trainer.regularise(regulariser),
            None => trainer,
        };
        trainer.fit(&data).unwrap().model.params
    };
    let penalised = fit(Sgd::new(0.1), Some(Regulariser::l2(0.05)));
    let decayed = fit(Sgd::new(0.1).weight_decay(0.1), None);
    // Nine steps in f32.
    let pairs = penalised.values().iter().zip(decayed.values());
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-5 * (1.0 + a.abs())));
    assert_ne!(penalised, fit(Sgd::new(0.1), None));
}

type MoonsTrainer = Trainer<Mlp, CrossEntropy, Sgd>;

#[test]
fn a_schedule_a_clip_and_groups_act_on_the_steps() {
    let data = moons_split();
    let start = moons_net().into_model().layout().initialise::<f32>(0);
    let step = |change: fn(MoonsTrainer) -> MoonsTrainer| {
        let trainer = Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.5)).epochs(1).batch_size(180);
        let params = change(trainer).fit_from(start.clone(), &data).unwrap().model.params;
        let step: Vec<f32> = params.values().iter().zip(start.values()).map(|(a, b)| a - b).collect();
        step
    };
    let norm = |x: &[f32]| x.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    let plain = step(|trainer| trainer);
    let tenth = step(|trainer| trainer.schedule(Schedule::constant(0.05)));
    assert!(
        plain.iter().zip(&tenth).all(|(a, b)| (a - 10.0 * b).abs() < 1e-5),
        "rounded to 1e-7 of the parameters"
    );
    assert!(step(|trainer| trainer.schedule(Schedule::linear(0.0, 1.0, 10))).iter().all(|&x| x == 0.0));
    let clipped = step(|trainer| trainer.clip_norm(1e-2));
    assert!((norm(&clipped) / 5e-3 - 1.0).abs() < 1e-3 && norm(&plain) > 5e-3, "{}", norm(&clipped));
    let values = step(|trainer| trainer.clip_value(1e-3));
    assert!(values.iter().all(|x| x.abs() < 5.01e-4) && values.iter().any(|x| x.abs() > 4.99e-4));
    let biases = step(|trainer| trainer.group("*.bias", |group| group.rate_factor(0.0)));
    assert!(biases[32..48].iter().chain(&biases[80..]).all(|&x| x == 0.0));
    assert_eq!(biases[..32], plain[..32]);
}

#[test]
fn two_classes_can_be_learnt_with_one_output_by_a_margin() {
    let data = moons_split();
    let logistic =
        Trainer::new(Mlp::new([2, 16, 1]), Logistic, Adam::new(1e-2)).epochs(60).seed(1).fit(&data);
    let hinge = Trainer::new(Mlp::new([2, 16, 1]), Hinge, Adam::new(1e-2)).epochs(60).seed(1).fit(&data);
    for report in [logistic.unwrap(), hinge.unwrap()] {
        assert!(report.train.accuracy.unwrap() > 0.9, "{:?}", report.train);
    }
}

#[test]
fn models_that_do_not_fit_the_data_are_refused_before_training() {
    let data = moons_split();
    let narrow = Trainer::new(Mlp::new([3, 2]), CrossEntropy, Sgd::new(0.1)).fit(&data);
    assert!(matches!(narrow, Err(TrainError::Inputs { model: 3, data: 2 })));
    let few = Trainer::new(Mlp::new([2, 1]), MultiClassHinge::new(), Sgd::new(0.1)).fit(&data);
    assert!(matches!(few, Err(TrainError::Outputs { model: 1, data: 2 })));
    let two = Trainer::new(Mlp::new([2, 2]), Logistic, Sgd::new(0.1)).fit(&data);
    assert!(matches!(two, Err(TrainError::Outputs { model: 2, data: 1 })));
    let digits = digits().split(0.8, 0.1, 0.1, 1).unwrap();
    let ten = Trainer::new(Mlp::new([64, 1]), Logistic, Sgd::new(0.1)).fit(&digits);
    assert!(matches!(ten, Err(TrainError::TooManyClasses { classes: 10 })));
    let values = Trainer::new(moons_net(), HalfSquared, Sgd::new(0.1)).fit(&data);
    assert!(matches!(values, Err(TrainError::Targets { .. })));
    let lonely = Trainer::new(moons_net().normalisation(Normalisation::Batch), CrossEntropy, Sgd::new(0.1))
        .batch_size(179);
    let Err(error) = lonely.fit(&data) else { panic!("180 examples leave one over") };
    assert!(
        error.to_string().contains("180 training examples in batches of 179 leave a last batch of 1"),
        "{error}"
    );
}

#[test]
#[should_panic(expected = "freeze: no parameter matches \"body.*\"")]
fn freezing_what_is_not_there_is_refused() {
    let _ = Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).freeze("body.*").fit(&moons_split());
}

#[test]
#[should_panic(expected = "fit_from: the model has the parameters")]
fn parameters_of_another_model_are_refused() {
    let other = Mlp::new([2, 8, 2]).init(Init::GlorotNormal).into_model().layout().initialise::<f32>(1);
    let _ = Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).fit_from(other, &moons_split());
}
