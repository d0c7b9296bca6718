//! Gradients that are unbiased, with noise of infinite variance.

use crate::number::{Number, digits};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use wengert_figures::LineChart;

/// The noise is `+-U^(-1 / TAIL)` with uniform `U`: its mean is 0, and `P(|noise| > x) = x^-TAIL` for `x >
/// 1`.
const TAIL: f64 = 1.5;
const DRAWS: u32 = 1000;
const TRIALS: u32 = 1000;
/// Steps of the run that is drawn.
const STEPS: usize = 100_000;
const RATE: f64 = 0.1;

/// How the largest of many squares compares with their sum, and the squared gradient of SGD.
pub(super) struct HeavyTails {
    /// The mean of the sum of squares over their largest.
    ratio: f64,
    /// The running means of the squared gradient with normal noise and with heavy tails.
    running: [Vec<f64>; 2],
    places: Vec<f64>,
}

fn heavy(random: &mut StdRng) -> f64 {
    // 1 - U is in (0, 1].
    let size = (1.0 - random.random::<f64>()).powf(-1.0 / TAIL);
    if random.random() { size } else { -size }
}

fn normal(random: &mut StdRng) -> f64 {
    StandardNormal.sample(random)
}

impl HeavyTails {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed.wrapping_add(5000));
        let mut ratio = || {
            let (mut sum, mut largest) = (0.0, 0.0_f64);
            for _ in 0..DRAWS {
                let square = heavy(&mut random).powi(2);
                (sum, largest) = (sum + square, largest.max(square));
            }
            sum / largest
        };
        let ratio = (0..TRIALS).map(|_| ratio()).sum::<f64>() / f64::from(TRIALS);
        let places: Vec<f64> = (0..=40).map(|i| 10.0_f64.powf(1.0 + f64::from(i) / 10.0).round()).collect();
        let running =
            [normal as fn(&mut StdRng) -> f64, heavy].map(|noise| running_means(noise, &places, &mut random));
        Self { ratio, running, places }
    }

    pub(super) fn text(&self) -> String {
        format!(
            "Unbiased is not enough. With noise of infinite variance, P(|noise| > x) = x^-{TAIL}, the sum of \
             {DRAWS} squares was on average only {} times the largest of them: a single step decides. The \
             mean squared gradient of SGD then never settles, and the theorem promises nothing.",
            digits(self.ratio)
        )
    }

    /// The squares have the tail index `a = TAIL / 2` below 1. The mean of sum over largest of `n` of them is
    /// `1 + a / (1 - a) (1 - c)` with `c = Gamma(1/a + 1) Gamma(n + 1) / Gamma(n + 1/a)`, from the means of
    /// the others below the largest, and its variance tends to `a / (2 - a) + (a / (1 - a))^2` (Darling
    /// 1952).
    pub(super) fn numbers(&self) -> Vec<Number> {
        let a = TAIL / 2.0;
        let c = (1..=DRAWS).fold(1.0 / a, |c, k| c * f64::from(k) / (f64::from(k) - 1.0 + 1.0 / a));
        let mean = 1.0 + a / (1.0 - a) * (1.0 - c);
        let variance = a / (2.0 - a) + (a / (1.0 - a)).powi(2);
        let name = format!("sum of {DRAWS} squares over the largest, noise of infinite variance");
        vec![Number::new("7.13", name, self.ratio).estimates(mean, (variance / f64::from(TRIALS)).sqrt())]
    }

    pub(super) fn figure(&self) -> LineChart {
        LineChart::new("step", "mean of the squared gradient so far")
            .title("Without a variance, the mean squared gradient never settles")
            .log_x()
            .log_y()
            .line("normal noise", &self.places, &self.running[0])
            .line("infinite variance", &self.places, &self.running[1])
    }
}

/// The mean of the squared gradients of `w^2 / 2` up to each of the places, on a run of SGD from 0.
fn running_means(noise: impl Fn(&mut StdRng) -> f64, places: &[f64], random: &mut StdRng) -> Vec<f64> {
    let (mut w, mut sum, mut means) = (0.0, 0.0, Vec::new());
    for step in 1..=STEPS {
        w -= RATE * (w + noise(random));
        sum += w * w;
        if places.contains(&(step as f64)) {
            means.push(sum / step as f64);
        }
    }
    means
}
