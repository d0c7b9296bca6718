//! The adjoint method: one more solve, whatever the number of parameters.

use super::rod::{Rod, difference, differences, spread};
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::ranges::{probability, share};
use crate::report::{Report, Table};
use clap::Args;
use ndarray::{Array, ArrayD};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, Uniform};
use wengert_ad::arrays;
use wengert_figures::LineChart;

/// The derivative of `g(u)`, where `A(p) u = b`, with respect to all parameters `p`: with `A' l = dg/du`,
/// `dg/dp_k = -l' (dA/dp_k) u` (Giles and Pierce 2000, section 2.1).
///
/// Here `u` are the temperatures of a heated rod, `p` the conductivities of its sections, and `g` is the
/// temperature at one point.
#[derive(Args, Clone, Debug)]
pub struct Adjoint {
    /// Number of points inside the rod, one less than its sections.
    #[arg(long, value_name = "COUNT", default_value_t = 40,
          value_parser = clap::value_parser!(u16).range(1..=150))]
    pub points: u16,
    /// The point whose temperature is differentiated, as a part of the length.
    #[arg(long, value_name = "PART", default_value_t = 0.3, value_parser = probability)]
    pub probe: f64,
    /// Largest distance of the random conductivities from 1.
    #[arg(long, default_value_t = 0.1, value_parser = share)]
    pub spread: f64,
    /// Seed of the conductivities.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Steps of the central differences, relative to the conductivities.
const STEP: f64 = 1e-4;

impl Experiment for Adjoint {
    const NAME: &'static str = "adjoint";
    const ABOUT: &'static str = "One more solve gives the derivatives with respect to all parameters";
    const SHOWS: &'static [&'static str] = &["1.5"];
    const EXAMPLE: &'static str = "--probe 0.5 --spread 0.6";

    fn run(&self) -> Result<Report, LabError> {
        let n = usize::from(self.points);
        let mut random = StdRng::seed_from_u64(self.seed);
        let range =
            Uniform::new_inclusive(1.0 - self.spread, 1.0 + self.spread).expect("the ends are in order");
        let rod = Rod::new((0..=n).map(|_| range.sample(&mut random)).collect());
        let probe = ((self.probe * (n as f64 + 1.0)).round() as usize).clamp(1, n) - 1;
        let gradients = Gradients::of(&rod, probe);
        let report = Report::new(format!(
            "A rod of {} sections, each with its own conductivity. The temperature at {} of its length \
             depends on all of them. The adjoint method takes two solves for all {} derivatives: one for \
             the temperatures, and one with the transposed matrix. Forward mode takes one per parameter, \
             and central differences two.",
            n + 1,
            digits((probe + 1) as f64 / (n + 1) as f64),
            n + 1
        ))
        .text(
            "Heat flows from the summit of the temperature to both ends. A section that conducts better \
             cools the point, unless it is between the summit and the point: there it brings more heat. At \
             the summit no heat flows, and the conductivity does not matter.",
        );
        let report = report.numbers(gradients.numbers(&rod)).table(gradients.table(&rod));
        Ok(report.figure("solves", &solves()).figure("sensitivities", &gradients.figure()))
    }
}

/// The derivatives with respect to all conductivities in four ways, and the solves that each one took.
struct Gradients {
    adjoint: Vec<f64>,
    forward: Vec<f64>,
    /// By the reverse sweep of an array tape, through its primitive `solve`.
    tape: Vec<f64>,
    central: Vec<f64>,
    solves: [usize; 3],
    /// The largest temperature, and the largest element of the adjoint solution.
    sizes: [f64; 2],
}

impl Gradients {
    fn of(rod: &Rod, probe: usize) -> Self {
        let n = rod.points();
        let u = rod.temperatures();
        let lambda = rod.solve_transposed((0..n).map(|i| f64::from(u8::from(i == probe))).collect());
        let of_adjoint = rod.solves();
        let adjoint = (0..=n).map(|k| -difference(&lambda, k) * difference(&u, k)).collect();
        // A du/dp_k = -(dA/dp_k) u = -d_k (d_k' u).
        let tangent = |k| rod.solve(spread(k, n, -difference(&u, k)))[probe];
        let forward = (0..=n).map(tangent).collect();
        let of_forward = rod.solves() - of_adjoint + 1;
        let mut of_central = 0;
        let mut moved = |k: usize, factor: f64| {
            let mut conductivities = rod.conductivities.clone();
            conductivities[k] *= factor;
            of_central += 1;
            Rod::new(conductivities).temperatures()[probe]
        };
        let central = |k: usize| {
            let step = STEP * rod.conductivities[k];
            (moved(k, 1.0 + STEP) - moved(k, 1.0 - STEP)) / (2.0 * step)
        };
        let central = (0..=n).map(central).collect();
        let largest = |values: &[f64]| values.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let sizes = [largest(&u), largest(&lambda)];
        let solves = [of_adjoint, of_forward, of_central];
        Self { adjoint, forward, tape: by_tape(rod, probe), central, solves, sizes }
    }

    fn numbers(&self, rod: &Rod) -> Vec<Number> {
        let parameters = self.adjoint.len() as f64;
        let [u, lambda] = self.sizes;
        // Each element of u and lambda is a solution of a system of n equations (Higham 2002, section 9.3).
        let rounding = 16.0 * rod.points() as f64 * f64::EPSILON * rod.condition();
        // Along one conductivity, g(t) = g(0) + g' t / (1 + s t) with 0 < s < 1 / p_k (a matrix of rank 1 is
        // added), so that a central difference is g' / (1 - (s h)^2).
        let truncation = STEP * STEP / (1.0 - STEP * STEP);
        let by_difference =
            |k: usize| truncation * self.adjoint[k].abs() + rounding * u / (STEP * rod.conductivities[k]);
        let allowed = (0..self.adjoint.len()).map(by_difference).fold(0.0, f64::max);
        let apart = |others: &[f64]| {
            self.adjoint.iter().zip(others).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()))
        };
        vec![
            Number::new("1.5", "solves, adjoint method", self.solves[0] as f64).exactly(2.0, 0.0),
            Number::new("1.5", "solves, forward mode", self.solves[1] as f64).exactly(parameters + 1.0, 0.0),
            Number::new("1.5", "solves, central differences", self.solves[2] as f64)
                .exactly(2.0 * parameters, 0.0),
            Number::new("1.5", "largest distance from forward mode", apart(&self.forward))
                .exactly(0.0, rounding * u * lambda),
            Number::new("1.5", "largest distance from the tape", apart(&self.tape))
                .exactly(0.0, rounding * u * lambda),
            Number::new("1.5", "largest distance from central differences", apart(&self.central))
                .exactly(0.0, allowed),
        ]
    }

    /// At most 20 sections, evenly spread.
    fn table(&self, rod: &Rod) -> Table {
        let header = ["section", "conductivity", "adjoint", "forward", "tape", "central differences"];
        let table = Table::new("The derivative with respect to the conductivity of each section", &header);
        let step = self.adjoint.len().div_ceil(20);
        (0..self.adjoint.len()).step_by(step).fold(table, |table, k| {
            let values =
                [rod.conductivities[k], self.adjoint[k], self.forward[k], self.tape[k], self.central[k]];
            table.row([vec![(k + 1).to_string()], values.map(digits).to_vec()].concat())
        })
    }

    fn figure(&self) -> LineChart {
        let sections = self.adjoint.len();
        let middle = |k: usize| (k as f64 + 0.5) / sections as f64;
        let places: Vec<f64> = (0..sections).map(middle).collect();
        let some: Vec<usize> = (0..sections).step_by(sections.div_ceil(20)).collect();
        let at: Vec<f64> = some.iter().map(|&k| places[k]).collect();
        let central: Vec<f64> = some.iter().map(|&k| self.central[k]).collect();
        LineChart::new(
            "place along the rod (lengths)",
            "derivative of the temperature, per unit of conductivity",
        )
        .title("Two solves give the influence of every section")
        .line("adjoint method", &places, &self.adjoint)
        .points("central differences", &at, &central)
    }
}

/// The gradient through the primitive `solve` of the array tape, whose pullback is the adjoint method.
fn by_tape(rod: &Rod, probe: usize) -> Vec<f64> {
    let n = rod.points();
    let matrix = |rows: usize, columns: usize, values: Vec<f64>| -> ArrayD<f64> {
        let shaped = Array::from_shape_vec((rows, columns), values);
        shaped.expect("there is a value for each element").into_dyn()
    };
    let differences = matrix(n + 1, n, differences(n));
    let right = matrix(n, 1, vec![1.0 / (n as f64 + 1.0).powi(2); n]);
    let conductivities = matrix(n + 1, 1, rod.conductivities.clone());
    let mut gradients = arrays::grad(
        |p| {
            let tape = p[0].tape();
            let d = tape.constant(&differences);
            let a = d.transpose().matmul(d * p[0].broadcast_to(&[n + 1, n]));
            a.solve(tape.constant(&right)).slice(0, probe..probe + 1).sum()
        },
        &[conductivities],
    );
    gradients.remove(0).into_iter().collect()
}

/// The number of solves against the number of parameters.
fn solves() -> LineChart {
    let parameters = [1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0];
    LineChart::new("number of parameters", "linear systems to solve")
        .title("The adjoint method takes two solves for any number of parameters")
        .log_x()
        .log_y()
        .line("adjoint method", &parameters, &[2.0; 7])
        .line("forward mode", &parameters, &parameters.map(|p| p + 1.0))
        .line("central differences", &parameters, &parameters.map(|p| 2.0 * p))
}
