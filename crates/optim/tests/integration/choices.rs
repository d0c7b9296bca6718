//! Optimizers and schedules by name.

use std::collections::BTreeSet;
use wengert_optim::{
    Adam, Optimizer, OptimizerChoice, OptimizerState, Run, Schedule, ScheduleChoice, ScheduleError, Sgd,
    all_optimizers, all_schedules,
};
use wengert_settings::{Registry, Setting, Valid};

const RUN: Run = Run { steps: 200, steps_per_epoch: 10 };

fn optimizer(text: &str) -> Box<dyn Optimizer<f64>> {
    text.parse::<OptimizerChoice>().unwrap().build(0.1)
}

fn schedule(text: &str) -> Schedule {
    text.parse::<ScheduleChoice>().unwrap().build(1.0, RUN).unwrap()
}

/// Each entry of a registry with each of its settings at a valid value other than the default, as a text.
fn variations(registry: &'static Registry) -> Vec<(String, &'static Setting, String)> {
    let settings = |name| registry.choose(name).unwrap().settings();
    let all = registry.names().flat_map(|name| settings(name).map(move |setting| (name, setting)));
    all.map(|(name, setting)| {
        let text = match setting.valid {
            Valid::Flag => format!("{name}:{}", setting.name),
            Valid::Whole(_) => format!("{name}:{}={}", setting.name, setting.default + 1.0),
            Valid::Number(range) | Valid::Numbers(range) => {
                let value = if range.contains(0.125) { 0.125 } else { 2.0 * setting.default };
                format!("{name}:{}={value}", setting.name)
            }
        };
        (name.to_owned(), setting, text)
    })
    .collect()
}

/// The valid values of a setting next to the ends of its range.
fn extremes(setting: &Setting) -> Vec<f64> {
    let range = match setting.valid {
        Valid::Flag => return Vec::new(),
        Valid::Whole(range) | Valid::Number(range) | Valid::Numbers(range) => range,
    };
    let candidates = [range.low, range.low.next_up(), range.high, range.high.next_down(), 1e-30, 1e30];
    let whole = |x: f64| !matches!(setting.valid, Valid::Whole(_)) || x.fract() == 0.0;
    candidates.into_iter().filter(|&x| range.contains(x) && x.is_finite() && whole(x)).collect()
}

#[test]
fn every_optimizer_has_a_name() {
    let registry = OptimizerChoice::registry();
    let named: BTreeSet<&str> = registry.names().map(|name| optimizer(name).name()).collect();
    for sample in all_optimizers::<f64>(0.1) {
        assert!(named.contains(sample.optimizer.name()), "{}", sample.name);
    }
}

#[test]
fn every_schedule_has_a_name() {
    let constructor = |sample: &'static str| sample.split(['(', ':']).nth(2).unwrap();
    for sample in all_schedules() {
        let name = constructor(sample.name);
        let known = ScheduleChoice::registry().names().any(|known| name.starts_with(known));
        assert!(known || name == "custom", "{name} has no name");
    }
}

fn state(text: &str) -> OptimizerState<f64> {
    optimizer(text).state()
}

#[test]
fn the_defaults_of_an_optimizer_are_those_of_its_constructor() {
    let samples = all_optimizers::<f64>(0.1);
    // The first sample of each method has its default settings.
    let mut compared = 0;
    for name in OptimizerChoice::registry().names() {
        let found = state(name);
        let Some(sample) = samples.iter().find(|sample| sample.name == name) else { continue };
        if name != "adamw" {
            assert_eq!(
                sample.optimizer.state(),
                OptimizerState { settings: sorted(&sample.optimizer.state(), &found), ..found.clone() }
            );
            compared += 1;
        }
    }
    assert!(compared >= 7, "{compared}");
    let explicit = |optimizer: &dyn Optimizer<f64>| optimizer.state();
    assert_eq!(state("momentum"), explicit(&Sgd::<f64>::new(0.1).momentum(0.9)));
    assert_eq!(state("adamw"), explicit(&Adam::<f64>::new(0.1).decoupled_weight_decay(0.0)));
}

/// The settings of `found`, with the name of the weight decay as in `sample`.
fn sorted(sample: &OptimizerState<f64>, found: &OptimizerState<f64>) -> Vec<(String, f64)> {
    let decay = sample.settings.last().unwrap().0.clone();
    let mut settings = found.settings.clone();
    settings.last_mut().unwrap().0 = decay;
    settings
}

#[test]
fn every_setting_of_an_optimizer_changes_it() {
    for (name, setting, text) in variations(OptimizerChoice::registry()) {
        let changed =
            if setting.name == "decoupled" { format!("{text},weight_decay=0.5") } else { text.clone() };
        let base = if setting.name == "decoupled" { format!("{name}:weight_decay=0.5") } else { name };
        assert_ne!(state(&base).settings, state(&changed).settings, "{text}");
    }
}

#[test]
fn every_valid_value_of_a_setting_builds_an_optimizer_that_steps() {
    for (name, setting, text) in variations(OptimizerChoice::registry()) {
        let texts = extremes(setting).into_iter().map(|x| format!("{name}:{}={x}", setting.name));
        for text in texts.chain([text]) {
            let chosen: OptimizerChoice = text.parse().unwrap();
            chosen.build::<f64>(0.1).step(&mut [1.0], &[0.5]);
            chosen.build::<f32>(0.1).step(&mut [1.0], &[0.5]);
        }
    }
}

#[test]
fn a_typical_rate_descends_on_a_parabola() {
    for name in OptimizerChoice::registry().names() {
        let chosen: OptimizerChoice = name.parse().unwrap();
        let (mut optimizer, mut w) = (chosen.build::<f64>(chosen.typical_rate()), [1.0]);
        for _ in 0..100 {
            let gradient = w;
            optimizer.step(&mut w, &gradient);
        }
        assert!(w[0].abs() < 0.999, "{name}: {w:?}");
    }
}

#[test]
fn every_setting_of_a_schedule_changes_some_rates() {
    let rates = |text: &str| -> Vec<f64> { (0..=RUN.steps).map(|t| schedule(text).rate(t)).collect() };
    for (name, setting, text) in variations(ScheduleChoice::registry()) {
        // A warm-up of a tenth of an epoch is the rate of one step.
        assert_ne!(rates(&name), rates(&text), "{} of {name}", setting.name);
    }
}

#[test]
fn every_valid_value_of_a_setting_builds_a_schedule_or_says_that_the_run_is_too_short() {
    for (name, setting, text) in variations(ScheduleChoice::registry()) {
        let texts = extremes(setting).into_iter().map(|x| format!("{name}:{}={x}", setting.name));
        for text in texts.chain([text]) {
            let chosen: ScheduleChoice = text.parse().unwrap();
            for (steps, steps_per_epoch) in [(0, 0), (1, 1), (3, 3), (200, 10), (u64::MAX, 1 << 40)] {
                match chosen.build(0.1, Run { steps, steps_per_epoch }) {
                    Ok(schedule) => {
                        let rates = [0, 1, steps / 2, steps].map(|t| schedule.rate(t));
                        assert!(rates.iter().all(|&rate| rate >= 0.0), "{text}: {rates:?}");
                    }
                    Err(error) => assert!(error.to_string().contains("more epochs"), "{error}"),
                }
            }
        }
    }
}

#[test]
fn schedules_count_epochs_and_shares_of_the_learning_rate() {
    for (text, t, rate) in [
        ("constant", 7, 1.0),
        ("step:factor=0.5,every=2", 20, 0.5),
        ("linear:end=0.5", 100, 0.75),
        ("cosine:end=0.2", 200, 0.2),
        ("exponential:factor=0.25", 5, 0.5),
        ("milestones:factor=0.1,at=5/2", 50, 0.01),
        ("milestones:factor=0.1", 100, 0.1),
        ("over_t:tau=2", 20, 0.5),
        ("cosine_restarts:first=4", 40, 1.0),
        ("constant:warmup=2", 20, 1.0),
        ("one_cycle:start=0.5", 0, 0.5),
    ] {
        let found = schedule(text).rate(t);
        assert!((found - rate).abs() < 1e-12, "{text} at {t}: {found}, not {rate}");
    }
}

#[test]
fn a_warm_up_rises_from_its_first_step_and_leaves_the_rest_of_the_run() {
    let warm = schedule("linear:warmup=4");
    let rates = [0, 20, 40, 120, 200].map(|t| warm.rate(t));
    assert!((rates[0] - 1.0 / 41.0).abs() < 1e-15 && rates[1] > 0.5 && rates[1] < 0.52, "{rates:?}");
    assert_eq!(rates[2..], [1.0, 0.5, 0.0]);
    let all: ScheduleChoice = "linear:warmup=20".parse().unwrap();
    assert_eq!(all.build(1.0, RUN).unwrap_err(), ScheduleError::WarmUp { warmup: 200, steps: 200 });
}
