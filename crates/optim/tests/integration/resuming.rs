//! Resuming from saved states, and states that are refused.

use crate::support::{names, noise, optimizer};
use wengert_optim::{Adam, Average, Float, Group, Grouped, Optimizer, Sgd, StateError};

fn gradient<F: Float>(step: usize) -> Vec<F> {
    (0..20).map(|i| F::from(noise(i, step)).unwrap()).collect()
}

fn assert_resumes_with_the_same_bits<F: Float + std::fmt::Debug>(name: &str) {
    let mut unbroken = optimizer::<F>(name, 0.1);
    let mut w = vec![F::one(); 20];
    for step in 0..10 {
        let groups = [Group::frozen(3..if step < 5 { 7 } else { 3 })];
        unbroken.step_groups(&mut w, &gradient(step), &groups);
    }
    unbroken.set_learning_rate(0.03);

    let (saved, mut u) = (unbroken.state(), w.clone());
    let mut resumed = optimizer::<F>(name, 0.1);
    resumed.restore(saved.clone()).unwrap();
    assert_eq!((resumed.state(), resumed.learning_rate()), (saved, 0.03));
    for step in 10..20 {
        unbroken.step(&mut w, &gradient(step));
        resumed.step(&mut u, &gradient(step));
        assert_eq!(w, u, "{name}, step {step}");
    }
}

#[test]
fn every_optimizer_resumes_with_the_same_bits_in_both_precisions() {
    for name in names() {
        assert_resumes_with_the_same_bits::<f32>(name);
        assert_resumes_with_the_same_bits::<f64>(name);
    }
}

#[test]
fn restoring_an_earlier_state_gives_the_same_bits_again() {
    for name in names() {
        let mut optimizer = optimizer::<f64>(name, 0.1);
        let mut w = vec![1.0; 20];
        (0..5).for_each(|step| optimizer.step(&mut w, &gradient(step)));
        let (saved, at) = (optimizer.state(), w.clone());
        (5..9).for_each(|step| optimizer.step(&mut w, &gradient(step)));
        let first = std::mem::replace(&mut w, at);
        optimizer.restore(saved).unwrap();
        (5..9).for_each(|step| optimizer.step(&mut w, &gradient(step)));
        assert_eq!(w, first, "{name}");
    }
}

#[test]
fn a_state_has_the_names_of_method_settings_and_buffers() {
    let mut adam = Adam::new(0.1).decoupled_weight_decay(0.5);
    adam.step(&mut [1.0_f64, 2.0], &[0.5, -1.0]);
    let state = adam.state();
    assert_eq!((state.method.as_str(), state.learning_rate, &state.steps), ("adamw", 0.1, &vec![(2, 1)]));
    let settings: Vec<_> = state.settings.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert!(settings.contains(&("beta1", 0.9)) && settings.contains(&("decoupled_weight_decay", 0.5)));
    let (mean, square) = (&state.buffers[0], &state.buffers[1]);
    assert_eq!((mean.0.as_str(), square.0.as_str()), ("mean", "square"));
    assert!((mean.1[1] + 0.1).abs() < 1e-15 && (square.1[1] - 0.001).abs() < 1e-15, "{state:?}");
}

#[test]
fn a_state_before_the_first_step_can_be_restored() {
    for name in names() {
        let (fresh, mut resumed) = (optimizer::<f32>(name, 0.5), optimizer::<f32>(name, 0.1));
        resumed.restore(fresh.state()).unwrap();
        let (mut w, mut u) = (vec![1.0; 20], vec![1.0; 20]);
        resumed.step(&mut w, &gradient(0));
        optimizer(name, 0.5).step(&mut u, &gradient(0));
        assert_eq!(w, u, "{name}");
    }
}

/// The error of restoring the state that another optimizer has after a step. It must not change the
/// optimizer.
#[track_caller]
fn refusal(mut here: impl Optimizer<f64> + Clone, there: &mut impl Optimizer<f64>) -> StateError {
    there.step(&mut [1.0; 3], &[1.0; 3]);
    let before = here.state();
    let error = here.restore(there.state()).unwrap_err();
    assert_eq!(here.state(), before, "a refused state should change nothing");
    error
}

#[test]
fn a_state_of_another_method_or_setting_is_refused_by_name() {
    let error = refusal(Sgd::new(0.1), &mut Adam::new(0.1));
    assert_eq!(error, StateError::Method { saved: "adam".to_owned(), expected: "sgd".to_owned() });

    let error = refusal(Adam::new(0.1), &mut Adam::new(0.1).betas(0.8, 0.999));
    let (name, saved, expected) = ("beta1".to_owned(), Some(0.8), Some(0.9));
    assert_eq!(error, StateError::Setting { name, saved, expected });
    assert_eq!(
        error.to_string(),
        "the setting beta1 is 0.8 in the state, but 0.9 in the optimizer; build it as it was saved"
    );

    let error = refusal(Sgd::new(0.1).momentum(0.5), &mut Sgd::new(0.1).momentum(0.5).weight_decay(1.0));
    assert!(matches!(error, StateError::Setting { ref name, .. } if name == "weight_decay"), "{error:?}");
}

#[test]
fn a_state_of_another_length_is_refused_naming_both() {
    let mut here = Sgd::new(0.1).momentum(0.5);
    here.step(&mut [1.0; 4], &[1.0; 4]);
    let error = refusal(here, &mut Sgd::new(0.1).momentum(0.5));
    assert_eq!(error.to_string(), "the buffer steps of the state has length 3, must have 4");
}

#[test]
fn a_state_whose_parts_contradict_each_other_is_refused() {
    let mut adam = Adam::new(0.1);
    adam.step(&mut [1.0_f64; 3], &[1.0; 3]);
    let restore = |change: fn(&mut wengert_optim::OptimizerState<f64>)| {
        let mut state = adam.state();
        change(&mut state);
        Adam::new(0.1).restore(state).unwrap_err().to_string()
    };
    assert!(restore(|state| state.learning_rate = f64::NAN).contains("learning rate of the state is NaN"));
    assert!(restore(|state| state.steps = vec![(3, 1), (2, 5)]).contains("must ascend"));
    let short = restore(|state| state.buffers[1].1.truncate(2));
    assert_eq!(short, "the buffer square of the state has length 2, must have 3");
    assert!(restore(|state| state.buffers.truncate(1)).contains(r#"has the buffers ["mean"]"#));
    assert!(restore(|state| state.settings.clear()).contains("beta1 is missing in the state"));
    let unknown = restore(|state| state.settings.push(("gamma".to_owned(), 1.0)));
    assert!(unknown.contains("gamma is 1 in the state, but missing in the optimizer"), "{unknown}");
}

#[test]
fn a_grouped_optimizer_resumes() {
    let build = || Grouped::new(Adam::new(0.1), [Group::frozen(0..5)]);
    let (mut unbroken, mut w) = (build(), vec![1.0_f64; 20]);
    (0..4).for_each(|step| unbroken.step(&mut w, &gradient(step)));
    let (mut resumed, mut u) = (build(), w.clone());
    resumed.restore(unbroken.state()).unwrap();
    unbroken.step(&mut w, &gradient(4));
    resumed.step(&mut u, &gradient(4));
    assert_eq!(w, u);
}

#[test]
fn averages_resume_with_the_same_bits() {
    for build in [|| Average::<f32>::mean(), || Average::exponential(0.9)] {
        let mut unbroken = build();
        (0..5).for_each(|step| unbroken.update(&gradient(step)));
        let mut resumed = build();
        resumed.restore(unbroken.state()).unwrap();
        (5..9).for_each(|step| unbroken.update(&gradient(step)));
        (5..9).for_each(|step| resumed.update(&gradient(step)));
        assert_eq!((unbroken.values(), unbroken.updates()), (resumed.values(), resumed.updates()));
    }
    let other = Average::<f32>::exponential(0.9).restore(Average::mean().state()).unwrap_err();
    assert!(other.to_string().contains("that of mean, but the optimizer is exponential average"), "{other}");
    let other = Average::<f32>::exponential(0.9).restore(Average::exponential(0.5).state()).unwrap_err();
    assert!(other.to_string().contains("beta is 0.5 in the state, but 0.9"), "{other}");
}
