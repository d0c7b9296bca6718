//! Training that continues from a state, bit for bit.

use crate::data::moons_net;
use wengert_ad::Real;
use wengert_data::{Batches, Split, moons};
use wengert_nn::{CrossEntropy, Mlp, MlpModule, Normalisation};
use wengert_optim::{Adam, Optimizer, Schedule, Sgd};
use wengert_train::{ResumeError, StopReason, TrainError, Trainer, Training, TrainingReport};

fn noisy_moons<T: Real>() -> Split<T> {
    moons(300, 0.4, 1).cast::<T>().split(0.6, 0.2, 0.2, 1).unwrap().standardised()
}

fn net() -> Mlp {
    moons_net().dropout(0.2).normalisation(Normalisation::Batch)
}

/// What must agree: everything but the time.
fn results<T: Real>(report: TrainingReport<MlpModule, T>) -> impl PartialEq + std::fmt::Debug {
    let params = report.model.params;
    let bits = |x: &T| x.value().to_bits();
    let bits: Vec<u64> = params.values().iter().chain(params.statistics()).map(bits).collect();
    let metrics = [Some(report.train), report.validation, report.test];
    (bits, metrics, report.history, (report.best_epoch, report.stop, report.state))
}

/// Trains for 10 epochs at once, and in two parts.
fn assert_resumes<T: Real, O: Optimizer<T>>(
    name: &str,
    trainer: impl Fn() -> Trainer<Mlp, CrossEntropy, O, T>,
) {
    let data = noisy_moons::<T>();
    let whole = trainer().epochs(10).fit(&data).unwrap();
    for first in [0, 1, 5] {
        let state = trainer().epochs(first).fit(&data).unwrap().state.unwrap();
        assert_eq!(state.history.len(), first);
        let resumed = trainer().seed(99).epochs(10).resume(state, &data).unwrap();
        let (resumed, whole) = (results(resumed), results(whole.clone()));
        assert!(resumed == whole, "{name}: after {first} epochs\n{resumed:?}\n{whole:?}");
    }
}

fn assert_resumes_with_all_optimizers<T: Real>() {
    let trainer = |optimizer| Trainer::new(net(), CrossEntropy, optimizer).batch_size(32).seed(3);
    assert_resumes::<T, _>("momentum", || trainer(Sgd::new(0.05).momentum(0.9).weight_decay(1e-3)));
    let trainer = |optimizer| Trainer::new(net(), CrossEntropy, optimizer).batch_size(32).seed(3);
    let adamw = || Adam::new(1e-2).decoupled_weight_decay(0.1);
    assert_resumes::<T, _>("adam", || trainer(adamw()).clip_norm(0.5));
    assert_resumes::<T, _>("schedule", || trainer(adamw()).schedule(Schedule::cosine(1e-2, 40)));
    assert_resumes::<T, _>("early stopping", || trainer(Adam::new(3e-2)).early_stopping(4));
    assert_resumes::<T, _>("frozen", || trainer(adamw()).freeze("hidden.*").early_stopping(2));
}

#[test]
fn training_in_two_parts_gives_the_bits_of_training_at_once_in_single_precision() {
    assert_resumes_with_all_optimizers::<f32>();
}

#[test]
fn training_in_two_parts_gives_the_bits_of_training_at_once_in_double_precision() {
    assert_resumes_with_all_optimizers::<f64>();
}

#[test]
fn early_stopping_remembers_the_best_epoch_before_the_interruption() {
    let data = noisy_moons::<f32>();
    let trainer =
        || Trainer::new(moons_net(), CrossEntropy, Adam::new(5e-2)).batch_size(32).early_stopping(6).seed(2);
    let whole = trainer().epochs(500).fit(&data).unwrap();
    assert_eq!(whole.stop, StopReason::EarlyStopping);
    // Interrupted after the best epoch, before patience is exhausted.
    let first = trainer().epochs(whole.best_epoch + 3).fit(&data).unwrap();
    assert_eq!((first.best_epoch, first.stop), (whole.best_epoch, StopReason::Finished));
    let state = first.state.unwrap();
    assert_ne!(
        state.params, first.model.params,
        "the state continues from the last epoch, not from the best"
    );
    let resumed = trainer().epochs(500).resume(state, &data).unwrap();
    assert!(results(resumed) == results(whole.clone()));
    // A run that has stopped early does not continue.
    let again = trainer().epochs(500).resume(whole.state.clone().unwrap(), &data).unwrap();
    assert!(results(again) == results(whole));
}

#[test]
fn a_loop_of_ones_own_continues_from_its_state_bit_for_bit() {
    let data = noisy_moons::<f64>();
    let new = || {
        Training::new(net(), CrossEntropy, Adam::new(1e-2))
            .schedule(Schedule::exponential(1e-2, 0.9))
            .freeze("out.bias")
            .seed(4)
    };
    let steps = |training: &mut Training<MlpModule, CrossEntropy, Adam<f64>, f64>, epochs: [u64; 2]| {
        let mut batches = Batches::new(data.train.examples(), 32, 4);
        let mut losses = Vec::new();
        for epoch in epochs[0]..epochs[1] {
            losses.extend(batches.epoch(epoch).map(|indices| training.step(&data.train.batch(indices))));
        }
        losses
    };
    let (mut whole, mut first) = (new(), new());
    let expected = steps(&mut whole, [0, 6]);
    let mut losses = steps(&mut first, [0, 3]);
    let mut second = new().seed(77);
    second.restore(first.state()).unwrap();
    losses.extend(steps(&mut second, [3, 6]));
    assert_eq!(losses, expected);
    assert_eq!(second.state(), whole.state());
}

#[test]
fn states_of_other_models_and_optimizers_and_inconsistent_ones_are_refused() {
    let data = noisy_moons::<f32>();
    let trainer = || Trainer::new(moons_net(), CrossEntropy, Adam::new(1e-2));
    let state = trainer().epochs(2).fit(&data).unwrap().state.unwrap();
    let refused = |error: Result<_, TrainError>| -> ResumeError {
        match error {
            Err(TrainError::Resume { source }) => source,
            Err(other) => panic!("{other}"),
            Ok(TrainingReport::<MlpModule> { stop, .. }) => panic!("{stop:?}"),
        }
    };
    let sgd = Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).resume(state.clone(), &data);
    assert!(matches!(refused(sgd), ResumeError::Optimizer { .. }));
    let wider = Trainer::new(Mlp::new([2, 8, 2]), CrossEntropy, Adam::new(1e-2));
    assert!(matches!(refused(wider.resume(state.clone(), &data)), ResumeError::Parameters { .. }));
    let unscaled = moons(300, 0.4, 1).split(0.6, 0.2, 0.2, 1).unwrap();
    assert_eq!(refused(trainer().resume(state.clone(), &unscaled)), ResumeError::Scaling);
    let mut gap = state.clone();
    gap.history.remove(0);
    assert_eq!(refused(trainer().resume(gap, &data)), ResumeError::History);
    let early = || trainer().early_stopping(3);
    let mut nan = early().epochs(2).fit(&data).unwrap().state.unwrap();
    nan.best.as_mut().unwrap().metrics.loss = f64::NAN;
    assert!(matches!(refused(early().resume(nan, &data)), ResumeError::Best { .. }));
    let mut short = state.clone();
    for (_, numbers) in &mut short.optimizer.buffers {
        numbers.pop();
    }
    short.optimizer.steps.last_mut().unwrap().0 -= 1;
    assert!(matches!(refused(trainer().resume(short, &data)), ResumeError::Optimizer { .. }));
    let error = refused(Trainer::new(moons_net(), CrossEntropy, Sgd::new(0.1)).resume(state, &data));
    assert!(error.to_string().contains("the state is that of adam, but the optimizer is sgd"), "{error}");
}
