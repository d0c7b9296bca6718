//! Logistic regression on separable data: a loss without a minimum.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::ranges::positive;
use crate::report::{Report, Table};
use clap::Args;
use ndarray::{Array1, Array2};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use wengert_ad::ArrayTape;
use wengert_figures::LineChart;
use wengert_linear::LinearSvm;
use wengert_nn::{Logistic, Loss, TargetBatch};
use wengert_optim::{Optimizer, Sgd};

/// Gradient descent on the mean logistic loss of two groups of points in the plane, without an intercept;
/// every point of one group is the mirror image of a point of the other.
#[derive(Args, Clone, Debug)]
pub struct Separable {
    /// Learning rate.
    #[arg(long, value_name = "RATE", default_value_t = 0.5, value_parser = positive)]
    pub rate: f64,
    /// Number of steps.
    #[arg(long, value_name = "STEPS", default_value_t = 10_000,
        value_parser = clap::value_parser!(u32).range(100..=50_000))]
    pub steps: u32,
    /// Strength of the penalty lambda |w|^2 of the second run.
    #[arg(long, value_name = "LAMBDA", default_value_t = 0.01, value_parser = positive)]
    pub penalty: f64,
    /// Seed of the points.
    #[arg(long, value_name = "SEED", default_value_t = 7)]
    pub seed: u64,
}

/// One point of a run.
struct Moment {
    step: usize,
    w: [f64; 2],
    loss: f64,
    wrong: usize,
}

impl Moment {
    fn norm(&self) -> f64 {
        self.w[0].hypot(self.w[1])
    }
}

impl Experiment for Separable {
    const NAME: &'static str = "separable";
    const ABOUT: &'static str = "On separable data the loss tends to 0 and the weights to infinity";
    const SHOWS: &'static [&'static str] = &["5.2"];
    const EXAMPLE: &'static str = "--steps 1000";

    fn run(&self) -> Result<Report, LabError> {
        let (x, t) = self.points();
        if self.rate > 100.0 || self.penalty > 0.5 / self.rate {
            let problem = "must be at most 100, and at most half of 1 / --penalty".to_owned();
            return Err(LabError::Setting { name: "--rate", problem });
        }
        let (free, held) = (self.descent(&x, &t, 0.0), self.descent(&x, &t, self.penalty));
        let end = &free[free.len() - 1];
        Ok(Report::new(format!(
            "A line separates the two groups, so every point is on its side and longer weights only make \
             the loss smaller. After {} steps the loss is {} and the weights have the length {}, which \
             grows like the logarithm of the steps. The accuracy has long been constant. This is not a \
             divergence: the loss falls at every step, and there is no minimum to arrive at.",
            self.steps,
            short(end.loss),
            digits(end.norm())
        ))
        .text("A penalty on the weights gives the loss a minimum, and the weights an end.")
        .numbers(self.numbers(&x, &free))
        .number(self.with_penalty(&x, &t, &held))
        .table(table(&free))
        .figure("loss", &losses(&free, &held))
        .figure("weights", &weights(&free, &held)))
    }
}

impl Separable {
    /// 20 points around (2, 1) and their mirror images around (-2, -1), at least 1 from the separating line.
    fn points(&self) -> (Array2<f64>, Array2<f64>) {
        let mut random = StdRng::seed_from_u64(self.seed);
        let mut rows = Vec::new();
        while rows.len() < 40 {
            let [a, b]: [f64; 2] = [StandardNormal.sample(&mut random), StandardNormal.sample(&mut random)];
            let (x, y) = (2.0 + 0.7 * a, 1.0 + 0.7 * b);
            if (2.0 * x + y) / 5.0_f64.sqrt() >= 1.0 {
                rows.extend([[x, y], [-x, -y]]);
            }
        }
        let t = Array2::from_shape_fn((rows.len(), 1), |(i, _)| if i % 2 == 0 { 1.0 } else { -1.0 });
        (Array2::from(rows), t)
    }

    /// Gradient descent on the mean logistic loss, plus the penalty; the moments at steps that grow by a
    /// tenth.
    fn descent(&self, x: &Array2<f64>, t: &Array2<f64>, penalty: f64) -> Vec<Moment> {
        let (mut w, n) = ([0.0, 0.0], x.nrows() as f64);
        let mut sgd = Sgd::new(self.rate).weight_decay(2.0 * penalty);
        let mut tape = ArrayTape::new();
        let (mut moments, mut next) = (Vec::new(), 1);
        for step in 0..=self.steps as usize {
            tape.clear();
            let weights = tape.var(&ndarray::arr2(&[[w[0]], [w[1]]]));
            let scores = tape.constant(x).matmul(weights);
            let loss = Logistic.total(scores, TargetBatch::Values(tape.constant(t))) * (1.0 / n);
            if step == next || step == 0 || step == self.steps as usize {
                let margins = x.dot(&Array1::from_vec(w.to_vec())) * t.column(0);
                let wrong = margins.iter().filter(|&&margin| margin <= 0.0).count();
                moments.push(Moment { step, w, loss: loss.item(), wrong });
                next = (next + next.div_ceil(10)).max(step + 1);
            }
            let gradient = loss.gradient();
            let slope = gradient.wrt(weights);
            sgd.step(&mut w, &[slope[[0, 0]], slope[[1, 0]]]);
        }
        moments
    }

    fn numbers(&self, x: &Array2<f64>, free: &[Moment]) -> Vec<Number> {
        let end = &free[free.len() - 1];
        let largest = x.rows().into_iter().map(|row| row.dot(&row)).fold(0.0, f64::max);
        let is_stable = self.rate * largest_curvature(x) <= 1.0;
        let margin = self.margin(x);
        let time = self.rate * f64::from(self.steps);
        // For every u, the loss at step T is at most f(u) + |u|^2 / (2 eta T), and f(c u) <= e^(-c margin)
        // along the direction of the largest margin.
        let bound = |c: f64| (-c * margin).exp() + c * c / (2.0 * time);
        let most = (1..=4000).map(|i| bound(0.01 * f64::from(i) / margin)).fold(f64::INFINITY, f64::min);
        // A mean loss below ln(1 + e^-m) needs a score above m.
        let least = (1.0 / end.loss.exp_m1()).ln() / largest.sqrt();
        let uphill = free.windows(2).filter(|pair| pair[1].loss > pair[0].loss).count();
        let tenth = free.iter().find(|moment| moment.step >= self.steps as usize / 10).unwrap_or(end);
        let loss = Number::new("5.2", "loss at the end", end.loss);
        let cosine =
            |direction: &Array1<f64>| (direction[0] * end.w[0] + direction[1] * end.w[1]) / end.norm();
        let numbers = vec![
            if is_stable { loss.at_most(most) } else { loss },
            Number::new("5.2", "length of the weights at the end", end.norm()).at_least(least),
            Number::new(
                "5.2",
                "growth of the length in the last nine tenths of the steps",
                end.norm() - tenth.norm(),
            )
            .at_least(0.0),
            Number::new("5.2", "wrong points after a tenth of the steps", tenth.wrong as f64),
            Number::new("5.2", "cosine between the weights and the direction of the largest margin", {
                cosine(&self.direction(x))
            })
            .at_most(1.0 + 1e-12),
        ];
        let uphill = Number::new("5.2", "times that the loss rose", uphill as f64);
        // Below ln 2 / n, no point can be on the wrong side.
        let wrong = Number::new("5.2", "wrong points at the end", end.wrong as f64);
        let few = end.loss * (x.nrows() as f64) < std::f64::consts::LN_2;
        let extra = [
            if is_stable { uphill.exactly(0.0, 0.0) } else { uphill },
            if few { wrong.exactly(0.0, 0.0) } else { wrong },
        ];
        numbers.into_iter().chain(extra).collect()
    }

    /// The unit vector with the largest margin, from a support-vector machine with a tiny penalty.
    fn direction(&self, x: &Array2<f64>) -> Array1<f64> {
        let labels: Vec<u32> = (0..x.nrows() as u32).map(|i| u32::from(i % 2 == 0)).collect();
        let svm = LinearSvm::hinge(1e-4).without_intercept().fit((x, &labels)).expect("the points are valid");
        let w = svm.coefficients.row(0).to_owned();
        let norm = w.dot(&w).sqrt();
        w / norm
    }

    /// The largest distance that a separating line through the origin can keep from all points.
    fn margin(&self, x: &Array2<f64>) -> f64 {
        x.dot(&self.direction(x)).iter().map(|s| s.abs()).fold(f64::INFINITY, f64::min)
    }

    /// The slope of loss plus penalty at the end of the second run, which is 0 at the minimum.
    fn with_penalty(&self, x: &Array2<f64>, t: &Array2<f64>, held: &[Moment]) -> Number {
        let end = &held[held.len() - 1];
        let w = Array1::from_vec(end.w.to_vec());
        let pulls = (x.dot(&w) * t.column(0)).mapv(|m| -1.0 / (1.0 + m.exp())) * t.column(0);
        let slope = x.t().dot(&pulls) / x.nrows() as f64 + &w * (2.0 * self.penalty);
        let number = Number::new("5.2", "with the penalty: slope at the end", slope.dot(&slope).sqrt());
        let largest = x.rows().into_iter().map(|row| row.dot(&row)).fold(0.0, f64::max);
        // Each step shrinks the slope by 1 - 2 eta lambda or faster, from at most the largest |x|.
        let left = (1.0 - 2.0 * self.rate * self.penalty).powf(f64::from(self.steps)) * largest.sqrt();
        let is_stable = self.rate * (largest_curvature(x) + 2.0 * self.penalty) <= 1.0;
        if is_stable { number.at_most(left + 1e-12) } else { number }
    }
}

/// A bound of the curvatures of the mean logistic loss: a quarter of the mean of `|x|^2`, the trace of `X'X
/// / n`.
fn largest_curvature(x: &Array2<f64>) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>() / (4.0 * x.nrows() as f64)
}

fn table(free: &[Moment]) -> Table {
    let header = ["step", "loss", "length of the weights", "wrong points"];
    let powers = free.iter().enumerate().filter(|(i, m)| i % 12 == 0 || m.step == free[free.len() - 1].step);
    powers.fold(Table::new("Gradient descent without a penalty", &header), |table, (_, moment)| {
        let numbers = [moment.step as f64, moment.loss, moment.norm(), moment.wrong as f64];
        table.row(numbers.map(short))
    })
}

fn curves(chart: LineChart, runs: [&[Moment]; 2], of: impl Fn(&Moment) -> f64) -> LineChart {
    let names = ["no penalty", "with the penalty"];
    names.into_iter().zip(runs).fold(chart, |chart, (name, run)| {
        let run = run.iter().filter(|moment| moment.step > 0);
        let (x, y): (Vec<f64>, Vec<f64>) = run.map(|moment| (moment.step as f64, of(moment))).unzip();
        chart.line(name, &x, &y)
    })
}

fn losses(free: &[Moment], held: &[Moment]) -> LineChart {
    let chart = LineChart::new("step", "mean logistic loss (nats)").log_x().log_y();
    let chart = chart.title("Without a penalty the loss falls like 1 / t, for ever");
    curves(chart, [free, held], |moment| moment.loss)
}

fn weights(free: &[Moment], held: &[Moment]) -> LineChart {
    let chart = LineChart::new("step", "length of the weights").log_x();
    let chart = chart.title("The weights grow with the logarithm of the steps; the penalty stops them");
    curves(chart, [free, held], Moment::norm)
}
