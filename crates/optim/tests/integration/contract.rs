//! The interface of the optimizers: inference of the precision, rates, refused settings, and places of
//! panics.

use std::panic::Location;

use crate::panics::{message_of, place_of};
use wengert_optim::{
    AdEmaMix, AdaGrad, Adadelta, Adafactor, Adam, Adamax, Adopt, Asgd, Average, Lamb, Lion, Muon, NAdam,
    Optimizer, Prodigy, RAdam, RateFinder, RmsProp, Rprop, Schedule, ScheduleFreeAdamW, ScheduleFreeSgd, Sgd,
    all_optimizers, clip_norm, clip_value,
};

#[test]
fn the_precision_is_inferred_from_use() {
    fn takes_narrow(mut optimizer: impl Optimizer<f32>) -> &'static str {
        optimizer.step(&mut [0.0], &[1.0]);
        optimizer.name()
    }
    assert_eq!(takes_narrow(Adam::new(1e-3)), "adam");
    assert_eq!(takes_narrow(Sgd::new(1e-3).momentum(0.9)), "sgd");
    assert_eq!(takes_narrow(Box::new(Adam::new(1e-3).decoupled_weight_decay(0.1))), "adamw");
}

#[test]
fn a_new_learning_rate_takes_effect_in_the_next_step() {
    let mut sgd = Sgd::new(1.0);
    let mut w = [0.0_f32];
    sgd.step(&mut w, &[1.0]);
    sgd.set_learning_rate(0.25);
    sgd.step(&mut w, &[1.0]);
    assert_eq!((w[0], sgd.learning_rate()), (-1.25, 0.25));
}

#[test]
fn rates_out_of_range_are_refused_naming_argument_value_and_range() {
    let rate = "learning rate is -0.1, must be in [0, inf)";
    type Build = fn(f64);
    let refused: [(&str, Build); 19] = [
        ("Sgd", |rate| drop(Sgd::<f32>::new(rate))),
        ("AdaGrad", |rate| drop(AdaGrad::<f32>::new(rate))),
        ("RmsProp", |rate| drop(RmsProp::<f32>::new(rate))),
        ("Adadelta", |rate| drop(Adadelta::<f32>::new(rate))),
        ("Adam", |rate| drop(Adam::<f32>::new(rate))),
        ("NAdam", |rate| drop(NAdam::<f32>::new(rate))),
        ("RAdam", |rate| drop(RAdam::<f32>::new(rate))),
        ("Lion", |rate| drop(Lion::<f32>::new(rate))),
        ("Adamax", |rate| drop(Adamax::<f32>::new(rate))),
        ("AdEMAMix", |rate| drop(AdEmaMix::<f32>::new(rate))),
        ("ADOPT", |rate| drop(Adopt::<f32>::new(rate))),
        ("LAMB", |rate| drop(Lamb::<f32>::new(rate))),
        ("Muon", |rate| drop(Muon::<f32>::new(rate))),
        ("Rprop", |rate| drop(Rprop::<f32>::new(rate))),
        ("Adafactor", |rate| drop(Adafactor::<f32>::new(rate))),
        ("ASGD", |rate| drop(Asgd::<f32>::new(rate))),
        ("Prodigy", |rate| drop(Prodigy::<f32>::new(rate))),
        ("Schedule-Free SGD", |rate| drop(ScheduleFreeSgd::<f32>::new(rate))),
        ("Schedule-Free AdamW", |rate| drop(ScheduleFreeAdamW::<f32>::new(rate))),
    ];
    for (title, build) in refused {
        assert_eq!(message_of(|| build(-0.1)), format!("{title}: {rate}"));
        assert!(message_of(|| build(f64::NAN)).contains("learning rate is NaN"));
        assert!(message_of(|| build(f64::INFINITY)).contains("learning rate is inf"));
    }
    for mut sample in all_optimizers::<f64>(0.1) {
        assert!(message_of(|| sample.optimizer.set_learning_rate(-0.1)).contains(rate), "{}", sample.name);
        assert_eq!(sample.optimizer.learning_rate(), 0.1, "{}", sample.name);
    }
}

#[test]
fn settings_out_of_range_are_refused_naming_argument_value_and_range() {
    let refused: [(fn(), &str); 35] = [
        (|| drop(Sgd::<f32>::new(0.1).momentum(1.0)), "Sgd: momentum is 1, must be in [0, 1)"),
        (|| drop(Sgd::<f32>::new(0.1).dampening(-0.5)), "Sgd: dampening is -0.5, must be in [0, 1)"),
        (|| drop(Sgd::<f32>::new(0.1).low_pass(0.0)), "Sgd: low-pass weight is 0, must be in (0, 1]"),
        (|| drop(Sgd::<f32>::new(0.1).weight_decay(-1.0)), "Sgd: weight decay is -1, must be in [0, inf)"),
        (|| drop(AdaGrad::<f32>::new(0.1).epsilon(0.0)), "AdaGrad: epsilon is 0, must be in (0, inf)"),
        (
            || drop(AdaGrad::<f32>::new(0.1).initial_sum(-1.0)),
            "AdaGrad: initial sum is -1, must be in [0, inf)",
        ),
        (|| drop(RmsProp::<f32>::new(0.1).rho(1.0)), "RmsProp: rho is 1, must be in [0, 1)"),
        (|| drop(RmsProp::<f32>::new(0.1).momentum(-0.1)), "RmsProp: momentum is -0.1, must be in [0, 1)"),
        (|| drop(RmsProp::<f32>::new(0.1).epsilon(-1.0)), "RmsProp: epsilon is -1, must be in (0, inf)"),
        (|| drop(Adadelta::<f32>::new(0.1).rho(2.0)), "Adadelta: rho is 2, must be in [0, 1)"),
        (|| drop(Adadelta::<f32>::new(0.1).epsilon(0.0)), "Adadelta: epsilon is 0, must be in (0, inf)"),
        (|| drop(Adam::<f32>::new(0.1).betas(-0.5, 0.9)), "Adam: beta1 is -0.5, must be in [0, 1)"),
        (|| drop(Adam::<f32>::new(0.1).betas(0.9, 1.5)), "Adam: beta2 is 1.5, must be in [0, 1)"),
        (|| drop(Adam::<f32>::new(0.1).epsilon(0.0)), "Adam: epsilon is 0, must be in (0, inf)"),
        (|| drop(Adam::<f32>::new(0.1).decoupled_weight_decay(f64::NAN)), "Adam: weight decay is NaN"),
        (|| drop(NAdam::<f32>::new(0.1).betas(1.0, 0.9)), "NAdam: beta1 is 1, must be in [0, 1)"),
        (|| drop(NAdam::<f32>::new(0.1).momentum_decay(-1.0)), "NAdam: momentum decay is -1"),
        (|| drop(NAdam::<f32>::new(0.1).epsilon(f64::NAN)), "NAdam: epsilon is NaN"),
        (|| drop(RAdam::<f32>::new(0.1).betas(0.9, 1.0)), "RAdam: beta2 is 1, must be in [0, 1)"),
        (|| drop(RAdam::<f32>::new(0.1).epsilon(0.0)), "RAdam: epsilon is 0, must be in (0, inf)"),
        (|| drop(Lion::<f32>::new(0.1).betas(0.9, -1.0)), "Lion: beta2 is -1, must be in [0, 1)"),
        (|| drop(Adamax::<f32>::new(0.1).betas(0.9, 1.0)), "Adamax: beta2 is 1, must be in [0, 1)"),
        (|| drop(Muon::<f32>::new(0.1).momentum(1.0)), "Muon: momentum is 1, must be in [0, 1)"),
        (|| drop(Muon::<f32>::new(0.1).adam_factor(0.0)), "Muon: the factor of the rate of AdamW is 0"),
        (|| drop(Adopt::<f32>::new(0.1).epsilon(0.0)), "ADOPT: epsilon is 0, must be in (0, inf)"),
        (|| drop(AdEmaMix::<f32>::new(0.1).betas(0.9, 0.9, 1.0)), "AdEMAMix: beta3 is 1, must be in [0, 1)"),
        (|| drop(AdEmaMix::<f32>::new(0.1).betas(0.0, 0.9, 0.9)), "AdEMAMix: beta1 is 0, must be positive"),
        (|| drop(AdEmaMix::<f32>::new(0.1).alpha(-1.0)), "AdEMAMix: alpha is -1, must be in [0, inf)"),
        (|| drop(Rprop::<f32>::new(0.1).factors(0.5, 0.9)), "Rprop: up is 0.9, must be in [1, inf)"),
        (
            || drop(Rprop::<f32>::new(0.1).lengths(1.0, 0.5)),
            "Rprop: longest length is 0.5, must be in [1, inf)",
        ),
        (|| drop(Average::<f32>::exponential(1.0)), "Average: beta is 1, must be in [0, 1)"),
        (|| assert_eq!(clip_norm(&mut [1.0], 0.0), 1.0), "clip_norm: largest norm is 0, must be in (0, inf)"),
        (|| clip_value(&mut [1.0], -1.0), "clip_value: largest value is -1, must be in (0, inf)"),
        (|| drop(RateFinder::new(0.1, 0.1, 9)), "RateFinder: highest rate is 0.1, must be in (0.1, inf)"),
        (|| drop(RateFinder::new(0.1, 1.0, 2)), "RateFinder: number of steps is 2, must be at least 3"),
    ];
    for (build, expected) in refused {
        let message = message_of(build);
        assert!(message.starts_with(expected), "{message}, should be {expected}");
    }
}

#[test]
fn an_epsilon_that_rounds_to_zero_in_the_precision_of_the_parameters_is_refused() {
    let wide = Adam::<f64>::new(0.1).epsilon(1e-60);
    assert_eq!(wide.name(), "adam");
    assert!(message_of(|| drop(Adam::<f32>::new(0.1).epsilon(1e-60))).contains("epsilon"));
}

#[test]
fn weight_decay_of_both_kinds_is_refused_naming_both() {
    let twice = "Adam: weight decay is set twice, as weight_decay = 0.1 and as decoupled_weight_decay = 0.01";
    let message = message_of(|| drop(Adam::<f32>::new(0.1).weight_decay(0.1).decoupled_weight_decay(0.01)));
    assert!(message.starts_with(twice), "{message}");
    let message = message_of(|| drop(Sgd::<f32>::new(0.1).decoupled_weight_decay(0.01).weight_decay(0.1)));
    assert!(
        message.contains("as decoupled_weight_decay = 0.01 and as weight_decay = 0.1; choose one"),
        "{message}"
    );
}

#[test]
fn a_weight_decay_of_zero_can_stand_beside_the_other_kind() {
    let decayed = |optimizer: &mut Sgd<f64>| {
        let mut w = [2.0];
        optimizer.step(&mut w, &[0.0]);
        w[0]
    };
    let settings = [
        Sgd::new(0.5).weight_decay(0.5).decoupled_weight_decay(0.0),
        Sgd::new(0.5).weight_decay(0.0).decoupled_weight_decay(0.5),
        Sgd::new(0.5).weight_decay(0.25).weight_decay(0.5),
    ];
    assert_eq!(settings.map(|mut optimizer| decayed(&mut optimizer)), [1.5; 3]);
}

#[test]
fn a_panic_points_at_the_caller() {
    let places = [
        place_of(|| Sgd::<f32>::new(-0.1)),
        place_of(|| Adam::<f32>::new(0.1).betas(1.0, 0.9)),
        place_of(|| Sgd::new(0.1).step(&mut [0.0_f32; 2], &[0.0; 1])),
        place_of(|| Adam::<f32>::new(0.1).set_learning_rate(-1.0)),
        place_of(|| Schedule::cosine(-1.0, 10)),
        place_of(|| Schedule::over_t(1.0, 0.0)),
    ];
    assert_eq!(places, [Location::caller().file(); 6]);
}
