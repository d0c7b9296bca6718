//! The lengths of first steps at a constant gradient, and cycles of steps of a fixed length.

use crate::number::Number;
use wengert_figures::LineChart;
use wengert_optim::{AdaGrad, Adam, Optimizer, RmsProp, Sgd, trajectory};

/// The lengths of the steps at a constant gradient, over the rate.
fn lengths(mut optimizer: impl Optimizer<f64>, gradient: f64, steps: usize) -> Vec<f64> {
    let rate = optimizer.learning_rate();
    let points = trajectory(&mut optimizer, |_, g| g[0] = gradient, &[0.0], steps);
    points.windows(2).map(|pair| (pair[0][0] - pair[1][0]) / rate).collect()
}

/// The factor of Adam without correction in step `t`, with the default decay rates.
fn excess(t: f64) -> f64 {
    (1.0 - 0.9_f64.powf(t)) / (1.0 - 0.999_f64.powf(t)).sqrt()
}

/// 8.4, 8.5, 8.12 and 8.16.
pub(super) fn numbers(rate: f64) -> Vec<Number> {
    let mut numbers = adaptive().to_vec();
    numbers.extend(adam(rate));
    numbers.extend(cycle(rate));
    let slow = lengths(RmsProp::new(1.0).rho(0.999), 1.0, 1)[0];
    let uncorrected = lengths(Adam::new(1.0).uncorrected(), 1.0, 1000);
    let most = (0..1000).fold(0, |best, t| if uncorrected[t] > uncorrected[best] { t } else { best });
    let (step, longest) = ((most + 1) as f64, uncorrected[most]);
    // Rounding, and an epsilon of 1e-8 besides a root of up to 1 / 0.03.
    numbers.extend([
        Number::new("8.16", "first step of RMSProp over the rate, rho = 0.999", slow)
            .exactly(1.0 / 0.001_f64.sqrt(), 1e-4),
        Number::new("8.16", "longest step of Adam without correction over the rate", longest)
            .exactly(excess(12.0), 1e-5),
        Number::new("8.16", "number of that step", step).exactly(12.0, 0.0),
        Number::new("8.16", "step 1000 of Adam without correction over the rate", uncorrected[999])
            .exactly(excess(1000.0), 1e-5),
    ]);
    numbers
}

/// 8.4: step `t` of AdaGrad has the length `eta / sqrt t`, that of RMSProp `eta / sqrt(1 - rho^t)`.
fn adaptive() -> [Number; 3] {
    let adagrad = lengths(AdaGrad::new(1.0), 5.0, 100);
    let rmsprop = lengths(RmsProp::new(1.0).rho(0.9), 5.0, 100);
    [
        Number::new("8.4", "step 1 of AdaGrad over the rate", adagrad[0]).exactly(1.0, 1e-8),
        Number::new("8.4", "step 100 of AdaGrad over the rate", adagrad[99]).exactly(0.1, 1e-8),
        Number::new("8.4", "step 100 of RMSProp over the rate, rho = 0.9", rmsprop[99])
            .exactly(1.0 / (1.0 - 0.9_f64.powi(100)).sqrt(), 1e-8),
    ]
}

/// 8.5: the first step of Adam, its scale, its correction, and its weight decay.
fn adam(rate: f64) -> [Number; 6] {
    let gradient = 3e-3;
    let first = lengths(Adam::new(rate), gradient, 1)[0];
    let path = |scale: f64| lengths(Adam::new(rate), scale * gradient, 100);
    let apart = path(1.0).iter().zip(path(1000.0)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let uncorrected = lengths(Adam::new(rate).uncorrected(), gradient, 1)[0];
    // From w = 1 with gradient 1 and decay 0.1.
    let step = |mut optimizer: Box<dyn Optimizer<f64>>| {
        let mut w = [1.0];
        optimizer.step(&mut w, &[1.0]);
        w[0]
    };
    let decay = 0.1;
    let coupled = step(Box::new(Adam::new(rate).weight_decay(decay)));
    let outside = step(Box::new(Adam::new(rate).decoupled_weight_decay(decay)));
    let sgd = step(Box::new(Sgd::new(rate).weight_decay(decay)));
    let shrunk = (1.0 - rate * decay) - rate;
    let name = "AdamW against Adam with L2: distance after one step, over the rate";
    [
        Number::new("8.5", "first step of Adam over the rate", first)
            .exactly(gradient / (gradient + 1e-8), 1e-12),
        // Epsilon is 3e-6 of the smaller gradient.
        Number::new("8.5", "change of its steps if gradients are 1000 times as large", apart).at_most(1e-5),
        Number::new("8.5", "first step without correction over the rate", uncorrected)
            .exactly(0.1 * gradient / (0.001_f64.sqrt() * gradient + 1e-8), 1e-9),
        Number::new("8.5", name, (coupled - outside) / rate).exactly(decay, 1e-7),
        Number::new("8.5", "SGD with L2 against SGD with decay: distance", sgd - shrunk)
            .exactly(0.0, 1e-14 * (1.0 + rate)),
        Number::new("8.5", "step 12 of Adam over the rate", lengths(Adam::new(rate), 1.0, 12)[11])
            .exactly(1.0, 1e-7),
    ]
}

/// 8.12: steps of the length `rate`, whatever the size of the gradient: RMSProp that forgets all but the
/// present gradient. From `20.3 rate` they come to `0.3 rate`, and stay between it and `-0.7 rate`.
fn cycle(rate: f64) -> [Number; 2] {
    let slope = |w: &[f64], g: &mut [f64]| g[0] = w[0];
    let mut steps = RmsProp::new(rate).rho(0.0).epsilon(1e-300);
    let points = trajectory(&mut steps, slope, &[20.3 * rate], 1000);
    let at = |step: usize| points[step][0] / rate;
    // The rounding of 1000 steps between points of up to 20.
    [
        Number::new("8.12", "w over the rate after 999 steps of fixed length", at(999)).exactly(-0.7, 1e-10),
        Number::new("8.12", "w over the rate after 1000 steps", at(1000)).exactly(0.3, 1e-10),
    ]
}

/// The lengths of steps at a constant gradient.
pub(super) fn chart() -> LineChart {
    let times: Vec<usize> = (0..60).map(|i| 1.122_f64.powi(i).round() as usize).collect();
    let times: Vec<usize> = times.windows(2).filter(|pair| pair[1] > pair[0]).map(|pair| pair[0]).collect();
    let x: Vec<f64> = times.iter().map(|&t| t as f64).collect();
    let line = |all: Vec<f64>| -> Vec<f64> { times.iter().map(|&t| all[t - 1]).collect() };
    let chart = LineChart::new("step", "length of the step over the rate").log_x().log_y();
    chart
        .title("Without correction the first steps are far too long; AdaGrad's shrink for ever")
        .line("Adam", &x, &line(lengths(Adam::new(1.0), 1.0, 1000)))
        .line("Adam, no correction", &x, &line(lengths(Adam::new(1.0).uncorrected(), 1.0, 1000)))
        .line("RMSProp, rho 0.999", &x, &line(lengths(RmsProp::new(1.0).rho(0.999), 1.0, 1000)))
        .line("AdaGrad", &x, &line(lengths(AdaGrad::new(1.0), 1.0, 1000)))
}
