//! Gradient flow, and gradient descent as Euler's method for it.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::ranges::within;
use crate::report::{Report, Table};
use clap::Args;
use wengert_ad::{Function, Number as AnyNumber, grad, hvp};
use wengert_figures::{HeatMap, LineChart};
use wengert_optim::{Sgd, trajectory};

/// Gradient descent is Euler's method for the gradient flow `dw/dt = -grad f(w)` with steps `dt = eta`: at
/// the same time `t = eta * steps`, the two are `O(eta)` apart. From the flow of `f + (eta / 4) |grad f|^2`,
/// they are `O(eta^2)` apart (Barrett and Dherin 2021).
#[derive(Args, Clone, Debug)]
pub struct GradientFlow {
    /// Largest learning rate; the others are this rate divided by 2, 4, 8 and 16.
    #[arg(long, value_name = "ETA", default_value_t = 0.2, value_parser = within(0.001, 0.25))]
    pub rate: f64,
    /// Number of steps with the largest rate.
    #[arg(long, value_name = "STEPS", default_value_t = 5,
        value_parser = clap::value_parser!(u32).range(1..=50))]
    pub steps: u32,
    /// Curvature of the bowl in y.
    #[arg(long, value_name = "K", default_value_t = 3.0, value_parser = within(0.5, 6.0))]
    pub curvature: f64,
}

/// Rates that are compared: the largest one and its halves.
const HALVINGS: u32 = 5;
/// Steps of the Runge-Kutta method per step of the smallest rate: its error is far below all others.
const FINE: u32 = 4;
/// The start of all paths.
const START: [f64; 2] = [1.8, 1.0];

/// `(x^2 - 1)^2 / 4 + x / 10 + k y^2 / 2 + x y^2 / 4`: two wells with a bowl in the other direction.
struct Loss {
    curvature: f64,
}

impl Function for Loss {
    fn eval<T: AnyNumber>(&self, w: &[T]) -> T {
        let (x, y) = (w[0], w[1]);
        let well = x * x - 1.0;
        well * well * 0.25 + x * 0.1 + y * y * (0.5 * self.curvature) + x * y * y * 0.25
    }
}

impl Loss {
    fn gradient(&self, w: &[f64]) -> Vec<f64> {
        grad(|w| self.eval(w), w)
    }

    /// The gradient of `f + (eta / 4) |grad f|^2`, `g + (eta / 2) H g`: one Hessian-vector product.
    fn modified_gradient(&self, w: &[f64], rate: f64) -> Vec<f64> {
        let gradient = self.gradient(w);
        let curved = hvp(|w| self.eval(w), w, &gradient);
        gradient.iter().zip(curved).map(|(g, h)| g + 0.5 * rate * h).collect()
    }

    /// The points of gradient descent.
    fn descent(&self, rate: f64, steps: usize) -> Vec<Vec<f64>> {
        trajectory(&mut Sgd::new(rate), |w, g| g.copy_from_slice(&self.gradient(w)), &START, steps)
    }
}

/// The points of the flow `dw/dt = -gradient(w)`, by the classical Runge-Kutta method.
fn flow(gradient: impl Fn(&[f64]) -> Vec<f64>, dt: f64, steps: usize) -> Vec<Vec<f64>> {
    let moved =
        |w: &[f64], g: &[f64], dt: f64| -> Vec<f64> { w.iter().zip(g).map(|(w, g)| w - dt * g).collect() };
    let mut path = vec![START.to_vec()];
    for step in 0..steps {
        let w = &path[step];
        let first = gradient(w);
        let second = gradient(&moved(w, &first, 0.5 * dt));
        let third = gradient(&moved(w, &second, 0.5 * dt));
        let fourth = gradient(&moved(w, &third, dt));
        let slopes = first.iter().zip(&second).zip(third.iter().zip(&fourth));
        let mean: Vec<f64> = slopes.map(|((a, b), (c, d))| (a + 2.0 * (b + c) + d) / 6.0).collect();
        path.push(moved(w, &mean, dt));
    }
    path
}

/// The gaps at the end between gradient descent and the two flows.
struct Gap {
    rate: f64,
    /// From the flow of the loss.
    plain: f64,
    /// From the flow of the modified loss.
    modified: f64,
}

impl Experiment for GradientFlow {
    const NAME: &'static str = "gradient-flow";
    const ABOUT: &'static str = "Gradient descent is Euler's method for gradient flow: the gap is O(eta)";
    const SHOWS: &'static [&'static str] = &["9.1"];
    const EXAMPLE: &'static str = "--rate 0.1 --steps 10";

    fn run(&self) -> Result<Report, LabError> {
        let loss = Loss { curvature: self.curvature };
        let gaps: Vec<Gap> = (0..HALVINGS).map(|halving| self.gap(&loss, halving)).collect();
        let report = Report::new(format!(
            "After the time {}, gradient descent with the rate {} is {} away from the flow, and with a rate \
             half as large {}: a gap of order eta. From the flow of the loss with the additional term \
             (eta/4) |grad|^2 it is {} and {} away: a gap of order eta^2. To this accuracy, gradient descent \
             with finite steps is a flow that also avoids steep places.",
            digits(self.time()),
            digits(gaps[0].rate),
            digits(gaps[0].plain),
            digits(gaps[1].plain),
            digits(gaps[0].modified),
            digits(gaps[1].modified),
        ));
        Ok(report
            .numbers(self.parabola())
            .numbers(orders(&gaps))
            .table(table(&gaps))
            .figure("paths", &self.paths(&loss))
            .figure("gap", &chart(&gaps)))
    }
}

impl GradientFlow {
    fn time(&self) -> f64 {
        self.rate * f64::from(self.steps)
    }

    fn gap(&self, loss: &Loss, halving: u32) -> Gap {
        let rate = self.rate / f64::from(1 << halving);
        let steps = (self.steps << halving) as usize;
        let fine = (self.steps << (HALVINGS - 1)) as usize * FINE as usize;
        let dt = self.time() / fine as f64;
        let end = |path: Vec<Vec<f64>>| path.last().cloned().expect("a path contains its start");
        let descent = end(loss.descent(rate, steps));
        let away =
            |flow: Vec<f64>| flow.iter().zip(&descent).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        Gap {
            rate,
            plain: away(end(flow(|w| loss.gradient(w), dt, fine))),
            modified: away(end(flow(|w| loss.modified_gradient(w, rate), dt, fine))),
        }
    }

    /// On the parabola `k w^2 / 2` both have formulas: `(1 - eta k)^n` and `exp(-k t)`.
    fn parabola(&self) -> Vec<Number> {
        let (k, steps) = (self.curvature, self.steps as i32);
        let path = trajectory(&mut Sgd::new(self.rate), |w, g| g[0] = k * w[0], &[1.0], self.steps as usize);
        let descent = path[self.steps as usize][0];
        let (formula, flow) = ((1.0 - self.rate * k).powi(steps), (-k * self.time()).exp());
        // Both start at 1, so the rounding of a step is below 1e-16.
        let gap = |halving: u32| {
            let factor = 1.0 - self.rate / f64::from(1 << halving) * k;
            factor.powi(steps << halving) - flow
        };
        // The gap is -(eta / 2) k^2 t exp(-k t) to first order, times 1 + O(eta k (1 + k t)).
        let tiny = 8;
        let rate = self.rate / f64::from(1 << tiny);
        let first = -0.5 * k * k * self.time() * flow;
        let next = rate * k * (1.0 + k * self.time());
        let rounding = f64::EPSILON * f64::from(self.steps << tiny) / rate;
        vec![
            Number::new("9.1", "gap on the parabola, gradient descent minus flow", descent - flow)
                .exactly(formula - flow, 1e-14),
            Number::new("9.1", "gap on the parabola per unit of the rate, for a tiny rate", gap(tiny) / rate)
                .exactly(first, next * first.abs() + rounding),
        ]
    }

    fn paths(&self, loss: &Loss) -> HeatMap {
        let pairs = |path: &[Vec<f64>]| path.iter().map(|w| [w[0], w[1]]).collect::<Vec<[f64; 2]>>();
        let points = 60;
        let smooth = flow(|w| loss.gradient(w), self.time() / f64::from(points), points as usize);
        let [coarse, half] =
            [0, 1].map(|halving| (self.rate / f64::from(1 << halving), (self.steps << halving) as usize));
        HeatMap::new(["x", "y"], [0.6..1.9, -0.35..1.1], "loss", |x, y| loss.eval(&[x, y]))
            .title("The smaller the rate, the closer to the flow")
            .path("gradient flow", &pairs(&smooth))
            .path(&format!("eta = {}", digits(coarse.0)), &pairs(&loss.descent(coarse.0, coarse.1)))
            .path(&format!("eta = {}", digits(half.0)), &pairs(&loss.descent(half.0, half.1)))
    }
}

/// The orders of the gaps: `log2` of the ratio of the gaps at the two smallest rates.
fn orders(gaps: &[Gap]) -> Vec<Number> {
    let order = |of: fn(&Gap) -> f64, i: usize| (of(&gaps[i]) / of(&gaps[i + 1])).log2();
    let last = gaps.len() - 2;
    // An order differs from its limit by a multiple of the rate, so its distance halves with the rate and is
    // about the change from the order before; changes before that one are larger.
    let number = |name: &str, of: fn(&Gap) -> f64, limit: f64| {
        let change = |i: usize| (order(of, i) - order(of, i - 1)).abs();
        Number::new("9.1", name, order(of, last)).exactly(limit, 2.0 * change(last).max(change(last - 1)))
    };
    vec![
        number("order in eta of the gap from the flow", |gap| gap.plain, 1.0),
        number("order in eta of the gap from the modified flow", |gap| gap.modified, 2.0),
    ]
}

fn table(gaps: &[Gap]) -> Table {
    let table = Table::new("Distance of gradient descent from the flows", &["eta", "flow", "modified flow"]);
    gaps.iter().fold(table, |table, gap| table.row([gap.rate, gap.plain, gap.modified].map(digits)))
}

fn chart(gaps: &[Gap]) -> LineChart {
    let of = |value: fn(&Gap) -> f64| gaps.iter().map(value).collect::<Vec<f64>>();
    LineChart::new("learning rate eta", "distance of gradient descent from the flow")
        .title("The gap falls like eta, and like eta^2 from the modified flow")
        .log_x()
        .log_y()
        .line("flow of the loss", &of(|gap| gap.rate), &of(|gap| gap.plain))
        .line("modified flow", &of(|gap| gap.rate), &of(|gap| gap.modified))
}
