//! Gradient descent as a dynamical system: convergence, cycles, chaos.

use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::ranges::finite;
use crate::report::{Report, Table};
use clap::Args;
use wengert_ad::{Elementary, Tape, Var, value_and_grad_into};
use wengert_figures::{LineChart, Scatter};
use wengert_optim::{Optimizer, Sgd};

/// Gradient descent on `f(w) = (w^2 - 1)^2 / 4`, that is the iteration of the cubic map
/// `w <- (1 + eta) w - eta w^3`.
///
/// The minimum at 1 is stable below `eta = 1`. There, a cycle of two points with the sum
/// `sqrt(1 + 3 / eta)` and the product `1 / eta` appears, which is stable below `eta = sqrt 5 - 1`; then
/// the period doubles again and again, to 16 points at 1.3, and from about 1.302 on most rates give no
/// cycle at all. Beyond `eta = 2`, the iteration leaves every bounded set.
#[derive(Args, Clone, Debug)]
pub struct Chaos {
    /// Learning rate, above 0 and at most 3.
    #[arg(long, value_name = "ETA", default_value_t = 1.6, value_parser = rate)]
    pub rate: f64,
    /// Start, from -1.4 to 1.4 and not 0.
    #[arg(long, value_name = "W", default_value_t = 0.5, allow_hyphen_values = true, value_parser = start)]
    pub start: f64,
    /// Number of steps that are drawn.
    #[arg(long, value_name = "STEPS", default_value_t = 60,
          value_parser = clap::value_parser!(u32).range(2..=300))]
    pub steps: u32,
}

fn rate(text: &str) -> Result<f64, String> {
    let in_range = |&eta: &f64| 0.0 < eta && eta <= 3.0;
    finite(text).ok().filter(in_range).ok_or_else(|| "must be above 0 and at most 3".to_owned())
}

fn start(text: &str) -> Result<f64, String> {
    let in_range = |&w: &f64| w != 0.0 && w.abs() <= 1.4;
    let wanted = "must be from -1.4 to 1.4, and not 0, where the slope is 0";
    finite(text).ok().filter(in_range).ok_or_else(|| wanted.to_owned())
}

/// Steps after which a cycle has been reached, unless the rate is within 0.001 of a doubling.
const SETTLING: usize = 5000;
/// The longest cycle that is looked for.
const LONGEST: usize = 64;
/// Points of one cycle differ by less than this from those one period before.
const SAME: f64 = 1e-7;

impl Experiment for Chaos {
    const NAME: &'static str = "chaos";
    const ABOUT: &'static str = "Large rates turn gradient descent into cycles and chaos";
    const SHOWS: &'static [&'static str] = &["6.15"];
    const EXAMPLE: &'static str = "--rate 1.1";

    fn run(&self) -> Result<Report, LabError> {
        let path = descend(self.rate, self.start, self.steps as usize);
        let rates = [0.5, 0.9, 1.1, 1.23, 1.3, 1.6];
        let ends = rates.map(|eta| End::of(eta, 0.5, SETTLING));
        let own = End::of(self.rate, self.start, SETTLING);
        Ok(Report::new(format!(
            "On a parabola, gradient descent converges or diverges. On (w^2 - 1)^2 / 4 it can also do \
             neither: above the rate 1 the minimum repels, and the iteration ends in a cycle of 2 points; \
             above sqrt 5 - 1 = 1.236 in cycles of 4, 8, 16 points; and from about 1.302 on mostly in no \
             cycle at all, without leaving the interval. With the rate {} from {}: {}.",
            digits(self.rate),
            digits(self.start),
            own.story(self.rate)
        ))
        .text(
            "The exponent of Lyapunov is the mean logarithm of |1 - eta f''(w)| along the path. Where it is \
             negative, neighbouring starts end together; where it is positive, they separate exponentially.",
        )
        .numbers(numbers(&ends))
        .numbers(own.diverged.is_none().then(|| own.exponent_number(self.rate)))
        .table(table(&rates, &ends))
        .figure("bifurcations", &bifurcations())
        .figure("path", &path_chart(self.rate, &path))
        .figure("exponent", &exponents()))
    }
}

/// `f(w) = (w^2 - 1)^2 / 4`.
fn value<'t>(w: &[Var<'t, f64>]) -> Var<'t, f64> {
    (w[0].square() - 1.0).square() * 0.25
}

/// Gradient descent, one step per call.
struct Descent {
    sgd: Sgd<f64>,
    tape: Tape<f64>,
    w: [f64; 1],
}

impl Descent {
    fn new(rate: f64, start: f64) -> Self {
        Self { sgd: Sgd::new(rate), tape: Tape::new(), w: [start] }
    }

    fn step(&mut self) -> f64 {
        let mut slope = [0.0];
        value_and_grad_into(&mut self.tape, value, &self.w, &mut slope);
        self.sgd.step(&mut self.w, &slope);
        self.w[0]
    }
}

/// The start and the points of gradient descent, until one is beyond 10.
fn descend(rate: f64, start: f64, steps: usize) -> Vec<f64> {
    let mut descent = Descent::new(rate, start);
    let points = std::iter::once(start).chain((0..steps).map(|_| descent.step()));
    let mut path: Vec<f64> = points.take_while(|w| w.abs() <= 10.0).collect();
    if path.len() <= steps {
        path.push(f64::NAN);
    }
    path
}

/// What gradient descent ends in.
struct End {
    /// The points of the cycle in ascending order: one point where it converges; empty if no cycle is found.
    cycle: Vec<f64>,
    /// The mean logarithm of the factor by which a step separates neighbours.
    exponent: f64,
    /// The step after which the points are beyond 10.
    diverged: Option<usize>,
}

impl End {
    fn of(rate: f64, start: f64, settling: usize) -> Self {
        let path = descend(rate, start, settling + 4 * LONGEST);
        if path[path.len() - 1].is_nan() {
            return Self { cycle: Vec::new(), exponent: f64::NAN, diverged: Some(path.len() - 1) };
        }
        let late = &path[settling..];
        let repeats = |period: &usize| late.windows(period + 1).all(|w| (w[*period] - w[0]).abs() < SAME);
        let mut cycle = (1..=LONGEST).find(repeats).map_or(Vec::new(), |period| late[..period].to_vec());
        cycle.sort_by(f64::total_cmp);
        let separation = |w: &f64| (1.0 + rate - 3.0 * rate * w * w).abs().ln();
        let exponent = path.iter().skip(100).map(separation).sum::<f64>() / (path.len() - 100) as f64;
        Self { cycle, exponent, diverged: None }
    }

    fn story(&self, rate: f64) -> String {
        match (self.diverged, self.cycle.as_slice()) {
            (Some(step), _) => format!("diverged, beyond 10 after {step} steps"),
            (None, []) => format!("no cycle of up to {LONGEST} points"),
            (None, [w]) if rate < 1.0 => format!("converged to {}", digits(*w)),
            (None, [w]) => format!("stays at {}", digits(*w)),
            (None, cycle) => format!("a cycle of {} points", cycle.len()),
        }
    }

    /// The points, for a table.
    fn points(&self) -> String {
        let few: Vec<String> = self.cycle.iter().take(4).map(|&w| digits(w)).collect();
        if self.cycle.len() > 4 { format!("{}, ...", few.join(", ")) } else { few.join(", ") }
    }

    fn exponent_number(&self, rate: f64) -> Number {
        let name = format!("exponent of Lyapunov at rate {}", digits(rate));
        let number = Number::new("6.15", name, self.exponent);
        match self.cycle.len() {
            // A stable minimum: |1 - 2 eta|. The mean contains the approach to it.
            1 if (0.01..0.99).contains(&rate) && (rate - 0.5).abs() > 0.01 => {
                number.exactly((1.0 - 2.0 * rate).abs().ln(), 1e-2)
            }
            _ => number,
        }
    }
}

/// The two points of the cycle of period 2, in ascending order: from `p = T(q)` and `q = T(p)` follow
/// `p q = 1 / eta` and `(p + q)^2 = 1 + 3 / eta`.
fn two_cycle(rate: f64) -> [f64; 2] {
    let (sum, root) = ((1.0 + 3.0 / rate).sqrt(), (1.0 - 1.0 / rate).sqrt());
    [0.5 * (sum - root), 0.5 * (sum + root)]
}

fn numbers(ends: &[End; 6]) -> Vec<Number> {
    let [_, stable, cycle, before, first, second] = ends;
    let point = |end: &End, i: usize| end.cycle.get(i).copied().unwrap_or(f64::NAN);
    let period = |end: &End| if end.cycle.is_empty() { f64::INFINITY } else { end.cycle.len() as f64 };
    let [low, high] = two_cycle(1.1);
    vec![
        Number::new("6.15", "end at rate 0.9", point(stable, 0)).exactly(1.0, 1e-12),
        // The points of the lecture have four decimals.
        Number::new("6.15", "lower point of the cycle at rate 1.1", point(cycle, 0)).exactly(0.8146, 5e-5),
        Number::new("6.15", "upper point of the cycle at rate 1.1", point(cycle, 1)).exactly(1.1161, 5e-5),
        Number::new("6.15", "lower point less its formula", point(cycle, 0) - low).exactly(0.0, 1e-12),
        Number::new("6.15", "upper point less its formula", point(cycle, 1) - high).exactly(0.0, 1e-12),
        Number::new("6.15", "period at rate 1.23, below sqrt 5 - 1", period(before)).exactly(2.0, 0.0),
        Number::new("6.15", "period at rate 1.3: no short cycle", period(first)).at_least(9.0),
        Number::new("6.15", "period at rate 1.6: no short cycle", period(second)).at_least(9.0),
    ]
}

fn table(rates: &[f64; 6], ends: &[End; 6]) -> Table {
    let header = ["rate", "ends in", "points", "exponent of Lyapunov"];
    let table = Table::new("Gradient descent from 0.5", &header);
    rates.iter().zip(ends).fold(table, |table, (&rate, end)| {
        table.row([digits(rate), end.story(rate), end.points(), short(end.exponent)])
    })
}

/// The points that are visited after many steps, against the rate.
fn bifurcations() -> Scatter {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for i in 0..140 {
        let rate = 0.86 + 0.0081 * f64::from(i);
        let path = descend(rate, 0.5, 1000);
        let mut late: Vec<f64> = path[path.len() - 24..].to_vec();
        late.sort_by(f64::total_cmp);
        late.dedup_by(|a, b| (*a - *b).abs() < 4e-3);
        x.extend(std::iter::repeat_n(rate, late.len()));
        y.extend(late);
    }
    Scatter::new("learning rate", "points visited after 976 steps")
        .title("One minimum, then cycles of 2, 4, 8 points, then chaos")
        .series("from 0.5", &x, &y)
}

fn path_chart(rate: f64, path: &[f64]) -> LineChart {
    let steps: Vec<f64> = (0..path.len()).map(|step| step as f64).collect();
    let near = descend(rate, path[0] + 1e-4, path.len() - 1);
    let length = near.len().min(path.len());
    LineChart::new("step", "w")
        .title(&format!("Two starts that differ by 0.0001, with the rate {}", digits(rate)))
        .line("from the start", &steps[..length], &path[..length])
        .line("from 0.0001 above", &steps[..length], &near[..length])
}

/// The exponent against the rate, with the line at 0.
fn exponents() -> LineChart {
    let rates: Vec<f64> = (0..=150).map(|i| 0.503 + 0.00997 * f64::from(i)).collect();
    let exponents: Vec<f64> = rates.iter().map(|&rate| End::of(rate, 0.5, 1500).exponent.max(-3.0)).collect();
    LineChart::new("learning rate", "exponent of Lyapunov per step (cut at -3)")
        .title("Above zero, neighbouring starts separate")
        .line("from 0.5", &rates, &exponents)
        .at_y("zero", 0.0)
}
