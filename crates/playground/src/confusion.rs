//! Stochastic gradient descent in one dimension: the mean of parabolas `a (x - c_i)^2 / 2`.
//!
//! Between the smallest and the largest centre `c_i`, the region of confusion, gradients of single examples
//! point in both directions; outside of it, all of them agree. With steps of rate `eta` on batches of `B`
//! examples, the iterates settle into a distribution around the minimum, about the Gibbs density
//! `exp(-f(x) / T)` of the temperature `T = eta s^2 / (2 B)`, where `s^2` is the variance of the gradients of
//! single examples: that of the diffusion `dx = -f' dt + sqrt(eta s^2 / B) dW`.

use crate::bounds;
use crate::error::RequestError;
use crate::reply::{Reply, number, object};
use crate::request::ConfusionRequest;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use wengert_optim::{Optimizer, Sgd};

/// The curvature of all parabolas.
const CURVATURE: f64 = 1.0;
/// The number of bars of the histogram.
const BARS: usize = 60;
/// The number of points of the losses against gradients.
const POINTS: usize = 200;

pub(crate) fn confusion(request: &ConfusionRequest) -> Result<Reply, RequestError> {
    let (count, batch) = (request.parabolas, request.batch);
    bounds::count("the number of parabolas", count, 2..=bounds::PARABOLAS)?;
    bounds::count("the batch size", batch, 1..=count)?;
    bounds::count("the number of steps", request.steps, 100..=bounds::CONFUSION)?;
    bounds::number("the learning rate", request.rate, 1e-4..=1.9)?;
    bounds::number("the start", request.start, -100.0..=100.0)?;
    let mut random = StdRng::seed_from_u64(request.seed);
    let centres: Vec<f64> = (0..count).map(|_| StandardNormal.sample(&mut random)).collect();
    let mean = centres.iter().sum::<f64>() / count as f64;
    let variance = centres.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / count as f64;
    let temperature = request.rate * CURVATURE.powi(2) * variance / (2.0 * batch as f64);
    let path = stochastic(request, &centres, &mut random);
    let full = full_batch(request, mean);
    let [low, high] = [f64::min, f64::max].map(|pick| centres.iter().copied().reduce(pick).unwrap_or(0.0));
    let mut reply = Reply::new(object!({
        "region": [low, high], "minimum": mean, "temperature": temperature,
        "variance": variance, "end": number(*path.last().expect("there are steps")),
    }));
    let loss = |x: f64| (CURVATURE * (x - mean).powi(2) / 2.0) as f32;
    let single = |xs: &[f64]| xs.iter().map(|&x| x as f32).collect::<Vec<_>>();
    reply.array("centres", &[count], single(&centres));
    reply.array("path", &[path.len()], single(&path));
    // The excess loss after each `count` gradients: one step of the full batch.
    let gradients: Vec<usize> = (0..POINTS.min(full.len())).collect();
    let at = |k: usize| path[(k * count / batch).min(path.len() - 1)];
    reply.array("stochastic", &[gradients.len()], gradients.iter().map(|&k| loss(at(k))));
    reply.array("full", &[gradients.len()], gradients.iter().map(|&k| loss(full[k])));
    histogram(&mut reply, &path[path.len() / 4..], mean, temperature);
    Ok(reply)
}

fn stochastic(request: &ConfusionRequest, centres: &[f64], random: &mut StdRng) -> Vec<f64> {
    let mut sgd = Sgd::<f64>::new(request.rate);
    let (mut x, mut path) = ([request.start], vec![request.start]);
    for _ in 0..request.steps {
        let drawn = (0..request.batch).map(|_| centres[random.random_range(0..centres.len())]);
        let gradient = drawn.map(|c| CURVATURE * (x[0] - c)).sum::<f64>() / request.batch as f64;
        sgd.step(&mut x, &[gradient]);
        path.push(x[0]);
    }
    path
}

/// The iterates of gradient descent, for as many gradients of examples as the stochastic method computes.
fn full_batch(request: &ConfusionRequest, mean: f64) -> Vec<f64> {
    let mut descent = Sgd::<f64>::new(request.rate);
    let (mut x, mut path) = ([request.start], vec![request.start]);
    for _ in 0..request.steps * request.batch / request.parabolas {
        let gradient = [CURVATURE * (x[0] - mean)];
        descent.step(&mut x, &gradient);
        path.push(x[0]);
    }
    path
}

/// The density of the iterates, and the Gibbs density at the middles of the bars.
fn histogram(reply: &mut Reply, path: &[f64], mean: f64, temperature: f64) {
    let deviation = (temperature / CURVATURE).sqrt().max(1e-9);
    let (low, width) = (mean - 4.0 * deviation, 8.0 * deviation / BARS as f64);
    let mut bars = [0_u32; BARS];
    for x in path {
        let bar = ((x - low) / width).floor();
        if (0.0..BARS as f64).contains(&bar) {
            bars[bar as usize] += 1;
        }
    }
    let middle = |i: usize| low + (i as f64 + 0.5) * width;
    let density = |x: f64| {
        let energy = CURVATURE * (x - mean).powi(2) / 2.0;
        (-energy / temperature).exp() / (deviation * std::f64::consts::TAU.sqrt())
    };
    reply.array("middles", &[BARS], (0..BARS).map(|i| middle(i) as f32));
    reply.array("bars", &[BARS], bars.map(|n| (f64::from(n) / (path.len() as f64 * width)) as f32));
    reply.array("gibbs", &[BARS], (0..BARS).map(|i| density(middle(i)) as f32));
}
