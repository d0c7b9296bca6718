//! Gradients by differences, and checks of exact ones.

mod duality;
mod line;

use super::formula::Formula;
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::report::{Report, Table};
use clap::Args;
use line::Line;
use wengert_ad::Function;
use wengert_ad::check::{Verdict, gradcheck_modes, gradgradcheck, taylor_test};
use wengert_figures::LineChart;
use wengert_formula::Binding;

/// A central difference beside the exact derivative, for steps from 1 to 1e-13; the checks of first and
/// second derivatives; and the identity that relates both modes.
#[derive(Args, Clone, Debug)]
pub struct NumericGradient {
    /// Function, such as "sin(x*y) + exp(x)/y"; steps are taken along the diagonal of its variables.
    #[arg(long, value_name = "FORMULA", default_value = FUNCTION, value_parser = Formula::parse,
          allow_hyphen_values = true)]
    pub function: Formula,
    /// Values of its variables, separated by commas.
    #[arg(long, value_name = "NAME=VALUE", default_value = POINT, value_delimiter = ',',
          allow_hyphen_values = true)]
    pub at: Vec<Binding>,
    /// Seed of the points and directions at which forward and reverse mode are compared.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

const FUNCTION: &str = "sin(x*y) + exp(x)/y";
const POINT: &str = "x=1,y=2";
/// A step at which truncation dominates, and one at which the remainder of Taylor's formula is clear.
const LONG_STEP: f64 = 1e-3;
/// A step at which the error of a wrong gradient is most of the remainder.
const SHORT_STEP: f64 = 1e-5;

impl Experiment for NumericGradient {
    const NAME: &'static str = "numeric-gradient";
    const ABOUT: &'static str = "Differences have a best step; exact derivatives can be checked";
    const SHOWS: &'static [&'static str] = &["2.1", "2.2", "2.3"];
    const EXAMPLE: &'static str = "--function \"ln(x)*tanh(y)\" --at x=3,y=0.5";

    fn run(&self) -> Result<Report, LabError> {
        let point = self.function.point(&self.at)?;
        let line = Line::diagonal(&self.function, &point);
        if !line.derivatives[..2].iter().all(|d| d.is_finite()) {
            let problem = "the function or its slope is not finite there; choose another point".to_owned();
            return Err(LabError::Setting { name: "--at", problem });
        }
        let steps = steps();
        let errors: Vec<f64> = steps.iter().map(|&h| line.central_error(h)).collect();
        let least = errors.iter().zip(&steps).min_by(|a, b| a.0.total_cmp(b.0)).expect("there are steps");
        let report = Report::new(self.story(&line, *least.1, *least.0)).text(
            "A difference confirms six to ten digits of a derivative, which is enough to find an error and \
             too little to train with. Two checks need no small error: the remainder of Taylor's formula \
             falls by a factor of four if t is halved, by two if the gradient is wrong; and for any u and \
             v, forward and reverse mode must agree about <u, J v> = <J' u, v> to the last digits.",
        );
        let report = report.numbers(self.of_differences(&line)).numbers(self.of_checks(&line, &point));
        let report = report.numbers(of_duality(self.seed)).table(table(&line));
        Ok(report.figure("error", &figure(&line, &steps, &errors)).figure("remainder", &remainders(&line)))
    }
}

impl NumericGradient {
    /// The least error of a central difference, and why it is there.
    fn story(&self, line: &Line<'_>, step: f64, error: f64) -> String {
        let best = line.best_step();
        let reason = if best.is_normal() {
            let best = short(best);
            format!(
                "A longer step has the error |f'''| h^2 / 6, and a shorter one divides the rounding of both \
                 values by h. Theory puts the best step near {best}."
            )
        } else {
            "The third derivative is 0 here, so that rounding is left, or a kink.".to_owned()
        };
        format!(
            "The slope of {} along the diagonal is {}. The least error of a central difference, {}, is at \
             h = {}. {reason}",
            self.function.text,
            digits(line.slope()),
            short(error),
            short(step)
        )
    }

    /// Whether this is the default function at its default point, for which the size of all terms is known.
    fn is_default(&self) -> bool {
        let point = ["x", "y"].into_iter().zip([1.0, 2.0]);
        self.function.text == FUNCTION
            && self.at.iter().map(|Binding { name, value }| (name.as_str(), *value)).eq(point)
    }

    fn of_differences(&self, line: &Line<'_>) -> Vec<Number> {
        let h = LONG_STEP;
        let long = Number::new("2.1", "error at h = 1e-3", line.central_error(h));
        let ratio = line.central_error(10.0 * h) / line.central_error(h);
        let ratio = Number::new("2.1", "error at h = 1e-2 / error at h = 1e-3", ratio);
        let best = Number::new("2.1", "best step in theory", line.best_step());
        let near_best = Number::new("2.1", "error at h = 1e-5", line.central_error(1e-5));
        let short = Number::new("2.1", "error at h = 1e-11", line.central_error(1e-11));
        if !self.is_default() {
            return vec![long, ratio, best, near_best, short];
        }
        // The term of h^6 is left out of the theory.
        let seventh = |h: f64| 2.0 * line.derivatives[7].abs() * h.powi(6) / 5040.0;
        let [of_long, of_longer] = [h, 10.0 * h].map(|h| line.central_error_in_theory(h));
        let relative =
            (line.rounding(h) + seventh(h)) / of_long + (line.rounding(h) + seventh(10.0 * h)) / of_longer;
        vec![
            long.exactly(of_long, line.rounding(h) + seventh(h)),
            ratio.exactly(of_longer / of_long, of_longer / of_long * relative),
            best.between(3e-6, 3e-5),
            near_best.at_most(line.central_error_in_theory(1e-5) + line.rounding(1e-5)),
            short.at_most(line.central_error_in_theory(1e-11) + line.rounding(1e-11)),
        ]
    }

    fn of_checks(&self, line: &Line<'_>, point: &[f64]) -> Vec<Number> {
        let n = point.len() as f64;
        let first = gradcheck_modes(&self.function, point);
        let confirmed = first.comparisons.iter().filter(|c| c.verdict() == Verdict::Passed).count();
        let second = gradgradcheck(&self.function, point);
        let second_confirmed = second.comparisons.iter().filter(|c| c.verdict() == Verdict::Passed).count();
        let taylor = taylor_test(|v| self.function.eval(v), point, line.direction());
        let wrong = line.wrong_slope();
        let ratio = |t: f64, slope: f64| line.remainder(2.0 * t, slope) / line.remainder(t, slope);
        let mut numbers = vec![
            Number::new("2.2", "derivatives that gradcheck confirms", confirmed as f64),
            Number::new("2.2", "second derivatives that gradgradcheck confirms", second_confirmed as f64),
            Number::new("2.2", "order of the remainder", taylor.order.unwrap_or(f64::NAN)),
            Number::new("2.2", "remainder at 2t / at t, t = 1e-3", ratio(LONG_STEP, line.slope())),
            Number::new(
                "2.2",
                "the same with a gradient that is 1 % off, t = 1e-5",
                ratio(SHORT_STEP, wrong),
            ),
        ];
        if !self.is_default() {
            return numbers;
        }
        let expected = |t: f64, slope: f64| {
            let [long, half] = [2.0, 1.0].map(|times| line.remainder_in_theory(times * t, slope));
            (long / half, long / half * 4.0 * line.rounding(1.0) / half)
        };
        let ((right, of_right), (of_wrong, tolerance)) =
            (expected(LONG_STEP, line.slope()), expected(SHORT_STEP, wrong));
        let expectations: [(usize, f64, f64); 5] =
            // The order is measured where the term of t^3 is still seen.
            [(0, n, 0.0), (1, n * n, 0.0), (2, 2.0, 0.1), (3, right, of_right), (4, of_wrong, tolerance)];
        for (number, value, tolerance) in expectations {
            numbers[number] = numbers[number].clone().exactly(value, tolerance);
        }
        numbers
    }
}

/// The identity, for every rule of the table and every primitive.
fn of_duality(seed: u64) -> Vec<Number> {
    // Each side is a sum of at most some tens of products of a few rounded factors.
    let rounding = 256.0 * f64::EPSILON;
    let (rules, primitives) = (duality::of_rules(seed), duality::of_primitives(seed));
    vec![
        Number::new("2.3", format!("largest relative gap of {} rules", rules.operators), rules.largest)
            .exactly(0.0, rounding),
        Number::new(
            "2.3",
            format!("largest relative gap of {} array primitives", primitives.operators),
            primitives.largest,
        )
        .exactly(0.0, rounding),
    ]
}

/// Four steps per decade, from 1 to 1e-13.
fn steps() -> Vec<f64> {
    (0..=52).map(|i| 10_f64.powf(-f64::from(i) / 4.0)).collect()
}

fn table(line: &Line<'_>) -> Table {
    let header = ["h", "one-sided", "central", "theory: |f'''| h^2 / 6", "theory: rounding, at most"];
    let table = Table::new("Errors of differences", &header);
    (1..=13).map(|power| 10_f64.powi(-power)).fold(table, |table, h| {
        let (one_sided, central) = (line.one_sided_error(h), line.central_error(h));
        let theory = line.derivatives[3].abs() * h * h / 6.0;
        table.row([h, one_sided, central, theory, line.rounding(h)].map(short))
    })
}

fn figure(line: &Line<'_>, steps: &[f64], errors: &[f64]) -> LineChart {
    let one_sided: Vec<f64> = steps.iter().map(|&h| line.one_sided_error(h)).collect();
    let [truncation, rounding]: [Vec<f64>; 2] = [
        steps.iter().map(|h| line.derivatives[3].abs() * h * h / 6.0).collect(),
        steps.iter().map(|&h| line.rounding(h)).collect(),
    ];
    let chart = LineChart::new("step h", "error of the slope")
        .title("Shorter steps are better until rounding takes over")
        .log_x()
        .log_y();
    let lines = [
        ("one-sided difference", one_sided),
        ("central difference", errors.to_vec()),
        ("f''' h² / 6", truncation),
        ("rounding, at most", rounding),
    ];
    let chart = lines.into_iter().fold(chart, |chart, (name, errors)| {
        // Drawn where they are about the size of the errors.
        let points = steps.iter().zip(errors).filter(|(_, error)| (1e-13..10.0).contains(error));
        let (places, errors): (Vec<f64>, Vec<f64>) = points.unzip();
        chart.line(name, &places, &errors)
    });
    let best = line.best_step();
    if best.is_normal() { chart.at_x("best step in theory", best) } else { chart }
}

fn remainders(line: &Line<'_>) -> LineChart {
    let lengths: Vec<f64> = (0..=20).map(|i| 0.1 * 0.5_f64.powi(i)).collect();
    let of = |slope: f64| -> Vec<f64> { lengths.iter().map(|&t| line.remainder(t, slope)).collect() };
    LineChart::new("length t of the step", "remainder |f(x + tv) − f(x) − t⟨g, v⟩|")
        .title("The remainder falls as t², and as t if the gradient is wrong")
        .log_x()
        .log_y()
        .line("the gradient", &lengths, &of(line.slope()))
        .line("a gradient 1 % off", &lengths, &of(line.wrong_slope()))
}
