//! Times of escape: exact, in simulations, and by Kramers' formula.

use crate::noisy_descent::{Moments, NoisyDescent};
use crate::number::{Number, digits};
use crate::potential::{Potential, Wells};
use crate::report::Table;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::f64::consts::PI;
use wengert_figures::LineChart;

/// The inverse temperatures of the simulations.
pub(super) const BETAS: [f64; 5] = [10.0, 15.0, 20.0, 25.0, 30.0];
/// Inverse temperatures at which Kramers' formula, a limit, is compared with the exact time.
const COLD: [f64; 2] = [40.0, 80.0];

/// The numbers of steps from the minimum of the upper well to that of the lower one.
pub(super) struct Times {
    potential: Potential,
    wells: Wells,
    rate: f64,
    runs: u32,
    pub(super) barrier: f64,
    pub(super) exact: Vec<Moments>,
    simulated: Vec<f64>,
}

impl Times {
    pub(super) fn new(potential: Potential, wells: Wells, rate: f64, runs: u32, seed: u64) -> Self {
        let barrier = potential.value(wells.top) - potential.value(wells.right);
        let mut times =
            Self { potential, wells, rate, runs, barrier, exact: Vec::new(), simulated: Vec::new() };
        times.exact = BETAS.iter().map(|&beta| times.exact_at(beta)).collect();
        let mut random = StdRng::seed_from_u64(seed);
        times.simulated = BETAS.iter().map(|&beta| times.simulate(beta, &mut random)).collect();
        times
    }

    fn descent(&self, beta: f64) -> NoisyDescent {
        NoisyDescent { potential: self.potential, rate: self.rate, batch: 0.5 * beta * self.rate }
    }

    fn exact_at(&self, beta: f64) -> Moments {
        self.descent(beta).steps_to(self.wells.left, self.wells.right)
    }

    /// The mean over runs.
    fn simulate(&self, beta: f64, random: &mut StdRng) -> f64 {
        let descent = self.descent(beta);
        let mut steps = || {
            let mut path = descent.path(self.wells.right, random);
            1 + path.position(|x| x <= self.wells.left).expect("the path has no end")
        };
        (0..self.runs).map(|_| steps() as f64).sum::<f64>() / f64::from(self.runs)
    }

    /// The limit for low temperatures and small rates, `2 pi / sqrt(U''(a) |U''(b)|) exp(beta dl) / eta`
    /// steps from the minimum `a` over the top `b` (Kramers 1940; Gardiner 2009, section 5.5.3).
    fn kramers(&self, beta: f64) -> f64 {
        let (bottom, top) =
            (self.potential.curvature(self.wells.right), self.potential.curvature(self.wells.top));
        2.0 * PI / (bottom * top.abs()).sqrt() * (beta * self.barrier).exp() / self.rate
    }

    pub(super) fn numbers(&self) -> Vec<Number> {
        let simulated = BETAS.iter().zip(&self.simulated).zip(&self.exact).map(|((beta, &steps), exact)| {
            Number::new("9.4", format!("mean steps to leave the upper well at beta = {beta}"), steps)
                .estimates(exact.mean, exact.deviation / f64::from(self.runs).sqrt())
        });
        let [cold, colder] = COLD;
        let ratio = |beta: f64| self.exact_at(beta).mean / self.kramers(beta);
        let growth = (self.exact_at(colder).mean / self.exact_at(cold).mean).ln() / (colder - cold);
        let name = format!("growth of ln(steps) per unit of beta, from {cold} to {colder}");
        simulated
            .chain([
                Number::new("9.4", name, growth).exactly(self.barrier, 0.1 * self.barrier),
                Number::new(
                    "9.4",
                    format!("exact steps over Kramers' formula at beta = {cold}"),
                    ratio(cold),
                ),
                Number::new(
                    "9.4",
                    format!("exact steps over Kramers' formula at beta = {colder}"),
                    ratio(colder),
                ),
            ])
            .collect()
    }

    pub(super) fn table(&self) -> Table {
        let header = ["beta", "exact", "deviation", "simulated", "Kramers' formula"];
        let table = Table::new("Steps to leave the upper well", &header);
        BETAS.iter().zip(&self.exact).zip(&self.simulated).fold(table, |table, ((&beta, exact), &mean)| {
            table.row([beta, exact.mean, exact.deviation, mean, self.kramers(beta)].map(digits))
        })
    }

    pub(super) fn figure(&self) -> LineChart {
        let betas: Vec<f64> = (4..=32).map(f64::from).collect();
        let exact: Vec<f64> = betas.iter().map(|&beta| self.exact_at(beta).mean).collect();
        let kramers: Vec<f64> = betas.iter().map(|&beta| self.kramers(beta)).collect();
        LineChart::new("inverse temperature beta = 2B/eta", "mean number of steps to leave the well")
            .title("The time of escape grows exponentially")
            .log_y()
            .line("exact", &betas, &exact)
            .line("Kramers' formula", &betas, &kramers)
            .points(&format!("{} runs", self.runs), &BETAS, &self.simulated)
    }
}
