//! The cost of a gradient against the number of variables.

mod clock;
mod family;

use super::difference_quotients::{central, one_sided};
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits, short};
use crate::report::{Report, Table};
use clap::Args;
use family::Family;
use std::cell::Cell;
use wengert_ad::Function;
use wengert_ad::trace::Graph;
use wengert_figures::LineChart;

/// The cheap gradient: in reverse mode, all partial derivatives together cost a few evaluations of the
/// function, however many variables it has (Baur and Strassen 1983; Griewank and Walther 2008, section 4.6).
#[derive(Args, Clone, Debug)]
pub struct CheapGradient {
    /// Largest number of variables of which the operations are counted.
    #[arg(long, value_name = "COUNT", default_value_t = 1000,
          value_parser = clap::value_parser!(u32).range(30..=10_000))]
    pub largest: u32,
    /// Also measure times, with up to a million variables; they differ from run to run.
    #[arg(long)]
    pub times: bool,
}

/// The most operations per operation of the function: one for the value, and for each of two operands a
/// multiplication by the partial and an addition. Sums and products have their partials for nothing; other
/// operations here have one operand, which leaves two for its partial.
const BOUND: f64 = 5.0;

/// The cost of value and gradient, counted.
struct Counted {
    n: f64,
    value: f64,
    reverse: f64,
    forward: f64,
    one_sided: f64,
    central: f64,
}

impl Experiment for CheapGradient {
    const NAME: &'static str = "cheap-gradient";
    const ABOUT: &'static str = "A gradient costs a few evaluations, for any number of variables";
    const SHOWS: &'static [&'static str] = &["1.3", "1.8"];
    const EXAMPLE: &'static str = "--largest 3000";

    fn run(&self) -> Result<Report, LabError> {
        let sizes = sizes(self.largest as usize);
        let counted = Family::ALL.map(|family| sizes.iter().map(|&n| count(family, n)).collect::<Vec<_>>());
        let ratios = || counted.iter().flatten().map(Counted::ratio);
        let (least, most) = (ratios().fold(f64::INFINITY, f64::min), ratios().fold(0.0, f64::max));
        let last = counted[0].last().expect("there are sizes");
        let report = Report::new(format!(
            "Value and gradient take {} to {} times the operations of the value in reverse mode, for {} to \
             {} variables, below the bound of five. Forward mode takes a sweep per \
             variable, one-sided differences n + 1 evaluations and central ones 2n.",
            short(least),
            short(most),
            digits(sizes[0] as f64),
            digits(last.n)
        ))
        .text(
            "Counted operations are not seconds. A compiled function adds and multiplies several numbers \
             per nanosecond in the registers of the processor, while each operation on a tape is written \
             to memory and read again, which takes about three nanoseconds whatever the operation is. The \
             ratio of the times is therefore as flat as that of the operations as long as the tape fits \
             into the caches, but its height depends on how fast the plain function is: about three where \
             an operation such as tanh takes as long as those of the tape, twenty and more where the \
             function consists of sums and products in a plain loop.",
        );
        let report =
            report.numbers(numbers(&counted)).table(table(&counted)).figure("operations", &figure(&counted));
        Ok(if self.times { clock::add_times(report) } else { report })
    }
}

/// Three sizes per decade, from 10 on.
fn sizes(largest: usize) -> Vec<usize> {
    let all = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_usize.pow(power))).skip(3);
    let mut sizes: Vec<usize> = all.take_while(|&n| n < largest).collect();
    sizes.push(largest);
    sizes
}

/// Counts the operations of all ways to a gradient.
fn count(family: Family, n: usize) -> Counted {
    let x = Family::point(n);
    let names: Vec<String> = (0..n).map(|i| format!("x{i}")).collect();
    let inputs: Vec<(&str, f64)> = names.iter().map(String::as_str).zip(x.iter().copied()).collect();
    let graph = Graph::of(&inputs, |v| family.eval(v));
    let operations = graph.operations();
    let partials: usize = operations.iter().map(|node| graph.partial_operations(node)).sum();
    let value = operations.len();
    let evaluations = Cell::new(0_usize);
    let f = |x: &[f64]| {
        evaluations.set(evaluations.get() + 1);
        // The number of evaluations does not depend on the values.
        x[0]
    };
    one_sided(f, &x, 1e-6);
    let of_one_sided = evaluations.replace(0);
    central(f, &x, 1e-6);
    Counted {
        n: n as f64,
        value: value as f64,
        reverse: (value + partials + graph.reverse().operations.total()) as f64,
        forward: (n * (value + partials + graph.forward(0).operations.total())) as f64,
        one_sided: of_one_sided as f64,
        central: evaluations.get() as f64,
    }
}

impl Counted {
    /// Value and gradient in reverse mode, in evaluations of the function.
    fn ratio(&self) -> f64 {
        self.reverse / self.value
    }
}

fn numbers(counted: &[Vec<Counted>; 3]) -> Vec<Number> {
    let mut numbers = Vec::new();
    for (family, counted) in Family::ALL.iter().zip(counted) {
        let (first, last) = (&counted[0], &counted[counted.len() - 1]);
        let name = |count: &Counted| format!("{}: evaluations per gradient, n = {}", family.name(), count.n);
        numbers.push(Number::new("1.3", name(first), first.ratio()).at_most(BOUND));
        numbers.push(Number::new("1.3", name(last), last.ratio()).at_most(BOUND));
        let growth = (last.forward / last.value) / (first.forward / first.value) / (last.n / first.n);
        // Both counts are linear in n up to a constant, which is less than one variable's worth.
        numbers.push(
            Number::new("1.3", format!("{}: growth of forward mode, relative to n", family.name()), growth)
                .between(1.0 - 1.0 / first.n, 1.0 + 1.0 / first.n),
        );
    }
    let last = counted[0].last().expect("there are sizes");
    numbers.extend([
        Number::new("1.8", format!("evaluations, one-sided differences, n = {}", last.n), last.one_sided)
            .exactly(last.n + 1.0, 0.0),
        Number::new("1.8", format!("evaluations, central differences, n = {}", last.n), last.central)
            .exactly(2.0 * last.n, 0.0),
        Number::new("1.8", format!("evaluations, reverse mode, n = {}", last.n), last.ratio()).at_most(BOUND),
    ]);
    numbers
}

fn table(counted: &[Vec<Counted>; 3]) -> Table {
    let header =
        ["function", "n", "operations", "reverse", "ratio", "forward, ratio", "differences, evaluations"];
    let table = Table::new("Operations of value and gradient, and ratios to the value alone", &header);
    let rows = Family::ALL.iter().zip(counted).flat_map(|(family, counted)| {
        counted.iter().map(move |c| {
            let numbers = [c.n, c.value, c.reverse].map(digits);
            let ratios = [c.ratio(), c.forward / c.value].map(|ratio| format!("{ratio:.2}"));
            let differences = format!("{} or {}", c.one_sided, c.central);
            let parts: [Vec<String>; 4] =
                [vec![family.name().to_owned()], numbers.into(), ratios.into(), vec![differences]];
            parts.concat()
        })
    });
    rows.fold(table, Table::row)
}

fn figure(counted: &[Vec<Counted>; 3]) -> LineChart {
    let places: Vec<f64> = counted[0].iter().map(|c| c.n).collect();
    let of = |counted: &[Counted], cost: fn(&Counted) -> f64| counted.iter().map(cost).collect::<Vec<f64>>();
    let chart = LineChart::new("number of variables", "cost of the gradient, in evaluations of the function")
        .title("In reverse mode a gradient costs the same for any number of variables")
        .log_x()
        .log_y();
    let chart = Family::ALL.iter().zip(counted).fold(chart, |chart, (family, counted)| {
        chart.line(&format!("reverse, {}", family.name()), &places, &of(counted, Counted::ratio))
    });
    chart
        .line("forward, Rosenbrock", &places, &of(&counted[0], |c| c.forward / c.value))
        .line("one-sided differences", &places, &of(&counted[0], |c| c.one_sided))
        .line("central differences", &places, &of(&counted[0], |c| c.central))
}
