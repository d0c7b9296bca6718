//! A walk that goes up with a probability below one half.

use crate::number::Number;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use wengert_figures::LineChart;

/// Walks that are simulated.
const WALKS: u32 = 10_000;
/// The greatest height that is looked at.
const TOP: usize = 8;
/// A walk ends so deep that it reaches its start again with a probability below this.
const FORGOTTEN: f64 = 1e-6;

/// The greatest heights of walks that go up by 1 with the probability `up` and down otherwise, and never
/// stop.
pub(super) struct Climbs {
    up: f64,
    /// The share of walks that reach the heights 0, 1, ...
    reached: Vec<f64>,
}

impl Climbs {
    pub(super) fn new(up: f64, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed.wrapping_add(200));
        let floor = (FORGOTTEN.ln() / (up / (1.0 - up)).ln()).ceil() as i64;
        let mut counts = [0.0; TOP + 1];
        for _ in 0..WALKS {
            let (mut height, mut greatest) = (0_i64, 0_i64);
            while -floor < height && greatest < TOP as i64 {
                height += if random.random::<f64>() < up { 1 } else { -1 };
                greatest = greatest.max(height);
            }
            (0..=greatest as usize).for_each(|k| counts[k] += 1.0);
        }
        Self { up, reached: counts.iter().map(|count| count / f64::from(WALKS)).collect() }
    }

    /// The chance ever to reach a height: `(p / (1 - p))^k`. One step up is made in the end with the
    /// probability `r = p + (1 - p) r^2`, and steps up are independent (Feller 1968, section XIV.2).
    fn chance(&self, height: usize) -> f64 {
        (self.up / (1.0 - self.up)).powi(height as i32)
    }

    pub(super) fn numbers(&self) -> Vec<Number> {
        let number = |height: usize| {
            let chance = self.chance(height);
            let error = (chance * (1.0 - chance) / f64::from(WALKS)).sqrt() + FORGOTTEN;
            Number::new("9.10", format!("share of walks that ever reach +{height}"), self.reached[height])
                .estimates(chance, error)
        };
        [1, 2, 5].map(number).to_vec()
    }

    pub(super) fn figure(&self) -> LineChart {
        let heights: Vec<f64> = (0..=TOP).map(|k| k as f64).collect();
        let chances: Vec<f64> = (0..=TOP).map(|k| self.chance(k)).collect();
        LineChart::new("height k (steps)", "chance ever to reach it")
            .title("Each further step up is as rare as the one before")
            .log_y()
            .line("(p / (1 - p))^k", &heights, &chances)
            .points(&format!("{WALKS} walks"), &heights, &self.reached)
    }
}
