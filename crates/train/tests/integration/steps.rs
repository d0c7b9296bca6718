//! Settings that change the steps: frozen parameters, penalties, schedules, clipping, groups.

use crate::data::{moons_net, moons_split};
use wengert_nn::{Architecture, CrossEntropy, Mlp, Params, Regulariser};
use wengert_optim::{Adam, Schedule, Sgd};
use wengert_train::Trainer;

/// Trains the output layer only, with an optimizer that changes parameters even if their gradient is 0.
fn fine_tune(optimizer: impl wengert_optim::Optimizer<f32>, start: &Params) -> Params {
    let trainer = Trainer::new(moons_net(), CrossEntropy, optimizer).epochs(3).freeze("hidden.*");
    trainer.fit_from(start.clone(), &moons_split()).unwrap().model.params
}

#[test]
fn frozen_parameters_do_not_change_even_with_momentum_and_weight_decay() {
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
fn with_sgd_an_l2_penalty_is_weight_decay_of_twice_its_strength() {
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
    // The rounding of nine steps in f32.
    let pairs = penalised.values().iter().zip(decayed.values());
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-5 * (1.0 + a.abs())));
    assert_ne!(penalised, fit(Sgd::new(0.1), None));
}

type MoonsTrainer = Trainer<Mlp, CrossEntropy, Sgd>;

#[test]
fn schedules_clipping_and_groups_change_the_steps() {
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
