//! Sharpness-aware minimisation.

use crate::data::{moons_net, moons_split};
use wengert_data::{Batches, Dataset, Targets};
use wengert_nn::{Architecture, CrossEntropy, HalfSquared, Mlp, Normalisation};
use wengert_optim::{Optimizer, Sgd};
use wengert_train::{Backprop, Trainer, Training};

#[test]
fn a_step_uses_the_gradient_at_the_end_of_a_step_uphill() {
    let (data, rho) = (moons_split().train, 0.3);
    let model = moons_net().dropout(0.3).into_model();
    let (mut params, mut sgd) = (model.layout().initialise::<f32>(4), Sgd::new(0.1).momentum(0.9));
    let mut training =
        Training::new(moons_net().dropout(0.3), CrossEntropy, Sgd::new(0.1).momentum(0.9)).seed(4);
    training = training.sharpness_aware(rho);
    let mut batches = Batches::new(data.examples(), 16, 4);
    for (step, indices) in batches.epoch(1).enumerate().take(5) {
        let batch = data.batch(indices);
        let gradient = |params: &_| {
            let mut backprop = Backprop::for_training(4);
            backprop.set_step(step as u64);
            let loss = backprop.value_and_grad(model.module(), &CrossEntropy, params, batch);
            (loss, backprop.gradient().to_vec())
        };
        let (loss, here) = gradient(&params);
        let norm = here.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
        let mut uphill = params.clone();
        for (w, g) in uphill.values_mut().iter_mut().zip(&here) {
            *w += (rho * f64::from(*g) / norm) as f32;
        }
        let (_, there) = gradient(&uphill);
        sgd.step(params.values_mut(), &there);
        // The loss is that before the step, at the parameters themselves.
        assert!((training.step(&batch) - loss).abs() < 1e-6);
        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-5;
        assert!(training.params().values().iter().zip(params.values()).all(near), "step {step}");
    }
    assert_eq!(training.steps(), 5);
}

#[test]
fn near_a_minimum_the_step_uphill_keeps_the_parameters_away_from_it() {
    // A bowl with curvature 2: a step of `0.1 x 2 rho` goes over the minimum and back.
    let values = vec![1.0_f64; 8];
    let data = Dataset::new("ones", values.clone(), 1, Targets::Values { values, width: 1 }).unwrap();
    let last_loss = |rho: f64| {
        let training = Training::<_, _, _, f64>::new(Mlp::new([1, 1]), HalfSquared, Sgd::new(0.1)).seed(1);
        let mut training = if rho > 0.0 { training.sharpness_aware(rho) } else { training };
        let all: Vec<usize> = (0..8).collect();
        for _ in 0..500 {
            training.step(&data.batch(&all));
        }
        training.evaluate(&data).unwrap().loss
    };
    assert!(last_loss(0.0) < 1e-20);
    assert!((1e-5..1e-3).contains(&last_loss(0.1)), "{}", last_loss(0.1));
}

#[test]
fn running_statistics_are_those_at_the_parameters() {
    let data = moons_split().train;
    let net = || moons_net().normalisation(Normalisation::Batch);
    let plain = Training::new(net(), CrossEntropy, Sgd::new(0.1)).seed(2);
    let sharp = Training::new(net(), CrossEntropy, Sgd::new(0.1)).seed(2).sharpness_aware(0.5);
    let first = Batches::new(data.examples(), 32, 2).epoch(1).next().unwrap().to_vec();
    let after = |mut training: Training<_, CrossEntropy, Sgd>| {
        training.step(&data.batch(&first));
        (training.params().statistics().to_vec(), training.params().values().to_vec())
    };
    let (plain, sharp) = (after(plain), after(sharp));
    assert_eq!(plain.0, sharp.0);
    assert_ne!(plain.1, sharp.1);
}

#[test]
fn a_run_with_sharpness_gives_the_same_bits_on_any_number_of_threads() {
    let data = moons_split();
    let run = |threads| {
        let trainer = Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).sharpness_aware(0.05);
        trainer.epochs(3).threads(threads).fit(&data).unwrap().model.params
    };
    assert_eq!(run(1), run(4));
    let plain = Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).epochs(3).fit(&data).unwrap();
    assert_ne!(run(1), plain.model.params);
}

#[test]
#[should_panic(expected = "training: rho is -1, must be in (0, inf)")]
fn a_radius_that_is_not_positive_is_refused() {
    let _ =
        Trainer::<_, _, _, f32>::new(moons_net(), CrossEntropy, Sgd::<f32>::new(0.1)).sharpness_aware(-1.0);
}
