//! Parity with PyTorch in double precision, and with transcriptions of what it lacks; `goldens/make.py` wrote
//! the data.

use std::collections::HashMap;

use wengert_optim::{
    AdEmaMix, AdaGrad, Adadelta, Adafactor, Adam, Adamax, Adopt, Average, Lion, NAdam, Optimizer, Prodigy,
    RAdam, RmsProp, Rprop, Schedule, Sgd, clip_norm, clip_value, gradient_norm,
};

/// The blocks of a file by name.
fn blocks(text: &str) -> HashMap<&str, Vec<Vec<f64>>> {
    let mut blocks: HashMap<&str, Vec<Vec<f64>>> = HashMap::new();
    let mut name = "";
    for line in text.lines() {
        if line.starts_with(|first: char| first.is_ascii_alphabetic()) {
            name = line;
        } else {
            let row = line.split(' ').map(|number| number.parse().unwrap()).collect();
            blocks.entry(name).or_default().push(row);
        }
    }
    blocks
}

/// Compares with a tolerance of 1e-12 times the largest number: a few thousand roundings, as 50 steps make
/// on functions that amplify them a hundred times.
#[track_caller]
fn assert_close(ours: &[f64], theirs: &[f64], what: &str) {
    assert_close_at(0.0, ours, theirs, what);
}

/// As [`assert_close`], with numbers of at least this size, whose roundings remain in smaller ones.
#[track_caller]
fn assert_close_at(size: f64, ours: &[f64], theirs: &[f64], what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let scale = theirs.iter().fold(size, |most: f64, x| most.max(x.abs()));
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() <= 1e-12 * scale, "{what}: {ours:?}, PyTorch has {theirs:?}");
    }
}

/// The optimizer of this name in `goldens/make.py`.
fn by_golden_name(name: &str, rate: f64) -> Box<dyn Optimizer<f64>> {
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
            Box::new(RmsProp::new(rate).rho(0.9).epsilon(1e-4).momentum(0.8).centred().weight_decay(0.01))
        }
        "adafactor" => Box::new(Adafactor::new(rate)),
        "adafactor_all" => {
            let optimizer = Adafactor::new(rate).decay(0.5).smallest(0.1).threshold(1.5);
            Box::new(optimizer.decoupled_weight_decay(0.1))
        }
        "prodigy" => Box::new(Prodigy::new(rate).first_length(0.1)),
        "prodigy_l2" => {
            let optimizer = Prodigy::new(rate).first_length(0.2).betas(0.8, 0.95).epsilon(1e-3);
            Box::new(optimizer.weight_decay(0.1))
        }
        "prodigyw" => {
            Box::new(Prodigy::new(rate).first_length(0.1).betas(0.8, 0.95).decoupled_weight_decay(0.1))
        }
        "adadelta" => Box::new(Adadelta::new(rate)),
        "adadelta_l2" => Box::new(Adadelta::new(rate).rho(0.8).epsilon(1e-3).weight_decay(0.1)),
        "adam" => Box::new(Adam::new(rate)),
        "adam_l2" => Box::new(Adam::new(rate).betas(0.8, 0.95).epsilon(1e-3).weight_decay(0.1)),
        "amsgrad" => Box::new(Adam::new(rate).amsgrad().betas(0.9, 0.9)),
        "adamw" => Box::new(Adam::new(rate).decoupled_weight_decay(0.1)),
        "amsgradw" => Box::new(Adam::new(rate).amsgrad().betas(0.9, 0.9).decoupled_weight_decay(0.1)),
        "adamax" => Box::new(Adamax::new(rate)),
        "adamax_l2" => Box::new(Adamax::new(rate).betas(0.8, 0.95).epsilon(1e-3).weight_decay(0.1)),
        // The lengths of PyTorch are not relative to the rate.
        "rprop" => Box::new(Rprop::new(rate).lengths(1e-6 / rate, 50.0 / rate)),
        "rprop_all" => Box::new(Rprop::new(rate).factors(0.3, 1.5).lengths(1e-3 / rate, 0.1 / rate)),
        "adopt" => Box::new(Adopt::new(rate)),
        "adopt_l2" => Box::new(Adopt::new(rate).betas(0.8, 0.95).epsilon(1e-2).weight_decay(0.1)),
        "ademamix" => Box::new(AdEmaMix::new(rate)),
        "ademamix_all" => {
            let optimizer = AdEmaMix::new(rate).betas(0.8, 0.95, 0.99).alpha(3.0).warm_up(30).epsilon(1e-3);
            Box::new(optimizer.decoupled_weight_decay(0.1))
        }
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

const GOLDEN_NAMES: [&str; 39] = [
    "adafactor",
    "adafactor_all",
    "prodigy",
    "prodigy_l2",
    "prodigyw",
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
    "adamax",
    "adamax_l2",
    "rprop",
    "rprop_all",
    "adopt",
    "adopt_l2",
    "ademamix",
    "ademamix_all",
    "nadam",
    "nadam_l2",
    "nadamw",
    "radam",
    "radam_l2",
    "radamw",
    "lion",
    "lionw",
];

const RECORDED: [usize; 14] = [1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50];

type Gradient = fn(&[f64]) -> [f64; 2];

const FUNCTIONS: [(&str, Gradient, [f64; 2]); 3] = [
    ("bowl", |w| [w[0], 100.0 * w[1]], [1.0, 1.0]),
    (
        "rosenbrock",
        |w| {
            let (x, y) = (w[0], w[1]);
            [-400.0 * x * (y - x * x) - 2.0 * (1.0 - x), 200.0 * (y - x * x)]
        },
        [-1.2, 1.0],
    ),
    ("saddle", |w| [w[0], w[1] * w[1] * w[1] - w[1]], [1.0, 0.01]),
];

/// The learning rates of `make.py` on the three functions and on the network.
fn rates(name: &str) -> [f64; 4] {
    match name {
        "sgd" | "momentum" | "damped" | "nesterov" | "momentum_l2" => [5e-3, 2e-4, 5e-2, 0.1],
        "adadelta" => [1.0; 4],
        "adadelta_l2" => [0.5; 4],
        "lion" | "lionw" => [1e-2; 4],
        _ => [5e-2, 5e-2, 5e-2, 1e-2],
    }
}

/// The points that 50 steps visit, at the steps that `make.py` records.
fn walk(name: &str, rate: f64, start: &[f64], gradient: impl Fn(usize, &[f64]) -> Vec<f64>) -> Vec<Vec<f64>> {
    let mut optimizer = by_golden_name(name, rate);
    // PyTorch's `lr_decay` of AdaGrad is a schedule here.
    let falling = Schedule::over_t(rate, 10.0);
    let mut w = start.to_vec();
    let mut visited = Vec::new();
    for step in 1..=50 {
        if name == "adagrad_all" {
            optimizer.set_learning_rate(falling.rate(step as u64 - 1));
        }
        let g = gradient(step, &w);
        optimizer.step(&mut w, &g);
        if RECORDED.contains(&step) {
            visited.push(w.clone());
        }
    }
    visited
}

#[test]
fn fifty_steps_of_every_optimizer_on_three_functions_agree_with_pytorch_or_the_paper() {
    let goldens = blocks(include_str!("goldens/optimizers.txt"));
    assert_eq!(goldens.len(), GOLDEN_NAMES.len() * FUNCTIONS.len());
    for name in GOLDEN_NAMES {
        for ((function, gradient, start), rate) in FUNCTIONS.into_iter().zip(rates(name)) {
            let block = format!("{name} {function}");
            let visited = walk(name, rate, &start, |_, w| gradient(w).to_vec());
            // The steps of Rprop do not shrink with the gradient.
            let size = if name.starts_with("rprop") { 1.0 } else { 0.0 };
            for ((ours, theirs), step) in visited.iter().zip(&goldens[block.as_str()]).zip(RECORDED) {
                assert_close_at(size, ours, theirs, &format!("{block}, step {step}"));
            }
        }
    }
}

#[test]
fn fifty_steps_of_every_optimizer_with_the_gradients_of_a_network_agree_with_pytorch_or_the_paper() {
    let goldens = blocks(include_str!("goldens/mlp.txt"));
    let (start, gradients) = (&goldens["start"][0], &goldens["gradients"]);
    assert_eq!((start.len(), gradients.len(), goldens.len()), (13, 50, 2 + GOLDEN_NAMES.len()));
    for name in GOLDEN_NAMES {
        let visited = walk(name, rates(name)[3], start, |step, _| gradients[step - 1].clone());
        for (recorded, theirs) in [0, 5, 13].into_iter().zip(&goldens[name]) {
            assert_close(&visited[recorded], theirs, &format!("{name}, step {}", RECORDED[recorded]));
        }
    }
}

#[test]
fn every_schedule_agrees_with_pytorch() {
    let goldens = blocks(include_str!("goldens/schedules.txt"));
    let one_cycle_with = Schedule::one_cycle_with(0.5, 25, 0.45, (10.0, 10.0 * 20.0));
    let ours = [
        ("step", Schedule::step(0.5, 0.3, 6)),
        ("milestones", Schedule::milestones(0.5, 0.5, &[3, 4, 11])),
        ("exponential", Schedule::exponential(0.5, 0.9)),
        ("over_t", Schedule::over_t(0.5, 3.0)),
        ("over_root_t", Schedule::over_root_t(0.5, 3.0)),
        ("over_log_t", Schedule::over_log_t(0.5, 3.0)),
        ("linear", Schedule::linear(0.05, 0.5, 12)),
        ("cosine", Schedule::cosine_to(0.5, 0.01, 12)),
        ("cosine_restarts", Schedule::cosine_restarts(0.5, 0.01, 5, 2)),
        ("cosine_restarts_even", Schedule::cosine_restarts(0.5, 0.0, 6, 1)),
        ("one_cycle", Schedule::one_cycle(0.5, 40)),
        ("one_cycle_with", one_cycle_with),
        ("warmed_up_cosine", Schedule::cosine(0.5, 14).warmed_up(5, 0.1)),
        ("chained", Schedule::step(0.5, 0.5, 4).times(Schedule::exponential(1.0, 0.9))),
    ];
    assert_eq!(ours.len(), goldens.len());
    for (name, schedule) in ours {
        let theirs = &goldens[name][0];
        // After its end, PyTorch's cosine rises again; ours stays low.
        let compared = if name == "cosine" { 13 } else { theirs.len() };
        let rates: Vec<f64> = (0..compared as u64).map(|t| schedule.rate(t)).collect();
        assert_close(&rates, &theirs[..compared], name);
    }
}

#[test]
fn after_its_end_a_cosine_stays_low_where_that_of_pytorch_rises_again() {
    let goldens = blocks(include_str!("goldens/schedules.txt"));
    let theirs = &goldens["cosine"][0];
    assert!(theirs[13] > theirs[12] && theirs[19] > 0.1, "{theirs:?}");
    let ours = Schedule::cosine_to(0.5, 0.01, 12);
    assert!((12..20).all(|t| ours.rate(t) == 0.01));
}

#[test]
fn clipping_agrees_with_pytorch_except_for_its_offset_of_1e_6() {
    for (name, block) in blocks(include_str!("goldens/clipping.txt")) {
        let [settings, before, after] = &block[..] else { panic!("{name} has three lines") };
        let (limit, their_norm) = (settings[0], settings[1]);
        let mut ours = before.clone();
        if name.starts_with("value") {
            clip_value(&mut ours, limit);
            assert_eq!(ours, *after);
            continue;
        }
        let length = clip_norm(&mut ours, limit);
        assert_close(&[length], &[their_norm], name);
        // PyTorch multiplies by limit / (norm + 1e-6), we by limit / norm.
        let theirs_is_shorter = if length > limit { length / (length + 1e-6) } else { 1.0 };
        let expected: Vec<f64> = ours.iter().map(|g| g * theirs_is_shorter).collect();
        assert_close(&expected, after, name);
        assert_eq!(length > limit, name == "norm long");
        assert!((gradient_norm(&ours) - limit.min(length)).abs() <= 1e-15, "{name}");
    }
}

#[test]
fn averages_of_parameters_agree_with_pytorch() {
    let goldens = blocks(include_str!("goldens/averages.txt"));
    for (name, mut average) in [("mean", Average::mean()), ("exponential", Average::exponential(0.9))] {
        for (parameters, theirs) in goldens["parameters"].iter().zip(&goldens[name]) {
            average.update(parameters);
            assert_close(average.values(), theirs, name);
        }
        assert_eq!(average.updates(), 20);
    }
}
