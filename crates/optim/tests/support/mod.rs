//! What the tests share: every optimizer by its golden's name, and the functions they are tried on.
#![allow(dead_code, reason = "each test program uses a part")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use wengert_optim::{AdaGrad, Adadelta, Adam, Float, Lion, NAdam, Optimizer, RAdam, RmsProp, Sgd};

/// The optimizers of `goldens/make.py`: the name, the rates on steep functions and on the network, and how to
/// build it.
pub(crate) fn by_golden_name<F: Float>(name: &str, rate: f64) -> Box<dyn Optimizer<F>> {
    match name {
        "sgd" => Box::new(Sgd::new(rate)),
        "momentum" => Box::new(Sgd::new(rate).momentum(0.9)),
        "damped" => Box::new(Sgd::new(rate).momentum(0.9).dampening(0.5)),
        "nesterov" => Box::new(Sgd::new(rate).momentum(0.9).nesterov()),
        "momentum_l2" => Box::new(Sgd::new(rate).momentum(0.9).weight_decay(0.1)),
        "adagrad" => Box::new(AdaGrad::new(rate)),
        "adagrad_all" => Box::new(AdaGrad::new(rate).epsilon(1e-6).initial_sum(0.5).weight_decay(0.01)),
        "rmsprop" => Box::new(RmsProp::new(rate)),
        "rmsprop_momentum" => Box::new(RmsProp::new(rate).momentum(0.5)),
        "rmsprop_centred" => Box::new(RmsProp::new(rate).centred()),
        "rmsprop_all" => {
            Box::new(RmsProp::new(rate).keep(0.9).epsilon(1e-4).momentum(0.8).centred().weight_decay(0.01))
        }
        "adadelta" => Box::new(Adadelta::new(rate)),
        "adadelta_l2" => Box::new(Adadelta::new(rate).keep(0.8).epsilon(1e-3).weight_decay(0.1)),
        "adam" => Box::new(Adam::new(rate)),
        "adam_l2" => Box::new(Adam::new(rate).betas(0.8, 0.95).epsilon(1e-3).weight_decay(0.1)),
        "amsgrad" => Box::new(Adam::new(rate).amsgrad().betas(0.9, 0.9)),
        "adamw" => Box::new(Adam::new(rate).decoupled_weight_decay(0.1)),
        "amsgradw" => Box::new(Adam::new(rate).amsgrad().betas(0.9, 0.9).decoupled_weight_decay(0.1)),
        "nadam" => Box::new(NAdam::new(rate)),
        "nadam_l2" => Box::new(NAdam::new(rate).momentum_decay(0.1).weight_decay(0.1)),
        "nadamw" => Box::new(NAdam::new(rate).momentum_decay(0.1).decoupled_weight_decay(0.1)),
        "radam" => Box::new(RAdam::new(rate)),
        "radam_l2" => Box::new(RAdam::new(rate).betas(0.9, 0.99).weight_decay(0.1)),
        "radamw" => Box::new(RAdam::new(rate).betas(0.9, 0.99).decoupled_weight_decay(0.1)),
        "lion" => Box::new(Lion::new(rate)),
        "lionw" => Box::new(Lion::new(rate).betas(0.8, 0.95).decoupled_weight_decay(0.1)),
        _ => panic!("{name} is not an optimizer of make.py"),
    }
}

pub(crate) const GOLDEN_NAMES: [&str; 26] = [
    "sgd",
    "momentum",
    "damped",
    "nesterov",
    "momentum_l2",
    "adagrad",
    "adagrad_all",
    "rmsprop",
    "rmsprop_momentum",
    "rmsprop_centred",
    "rmsprop_all",
    "adadelta",
    "adadelta_l2",
    "adam",
    "adam_l2",
    "amsgrad",
    "adamw",
    "amsgradw",
    "nadam",
    "nadam_l2",
    "nadamw",
    "radam",
    "radam_l2",
    "radamw",
    "lion",
    "lionw",
];

/// Every optimizer with every kind of thing that it can keep, at one rate.
pub(crate) fn every_optimizer<F: Float>(rate: f64) -> Vec<Box<dyn Optimizer<F>>> {
    let low_pass: Box<dyn Optimizer<F>> = Box::new(Sgd::new(rate).low_pass(0.1));
    GOLDEN_NAMES.iter().map(|name| by_golden_name(name, rate)).chain([low_pass]).collect()
}

/// The message that `work` panics with.
pub(crate) fn message_of(work: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).expect_err("should have panicked");
    panic.downcast_ref::<String>().expect("the message is formatted").clone()
}

/// Numbers without a pattern that an optimizer could profit from, in `[-1, 1]`.
pub(crate) fn noise(i: usize, step: usize) -> f64 {
    (i as f64 * 12.9898 + step as f64 * 78.233).sin()
}
