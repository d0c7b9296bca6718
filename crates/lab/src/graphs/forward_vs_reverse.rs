//! Both sweeps over the graph of a function, node by node, and their cost.

use super::formula::Formula;
use super::{chain_rule, diamonds, lecture_function};
use crate::error::LabError;
use crate::experiment::Experiment;
use crate::number::{Number, digits};
use crate::report::{Report, Table};
use clap::Args;
use wengert_ad::trace::{Graph, OperationCount, Source, Sweep};
use wengert_ad::{Function, Scalar};
use wengert_figures::BarChart;
use wengert_formula::Binding;

/// The graph of a function of a few variables, the forward sweep of each variable, and the reverse sweep.
///
/// A forward sweep gives the derivatives of all nodes with respect to one variable, the reverse sweep the
/// derivatives of the output with respect to all nodes (Griewank and Walther 2008, chapter 3).
#[derive(Args, Clone, Debug)]
pub struct ForwardVsReverse {
    /// Function, such as "x^2*y + sin(x*y)".
    #[arg(long, value_name = "FORMULA", default_value = lecture_function::FUNCTION,
          value_parser = Formula::parse, allow_hyphen_values = true)]
    pub function: Formula,
    /// Values of its variables, separated by commas.
    #[arg(long, value_name = "NAME=VALUE", default_value = lecture_function::POINT, value_delimiter = ',',
          allow_hyphen_values = true)]
    pub at: Vec<Binding>,
    /// Number of diamonds in the chain that shows what sharing saves.
    #[arg(long, value_name = "COUNT", default_value_t = 10,
          value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub diamonds: u16,
}

/// The most nodes of a graph that is drawn: those of a longer formula cannot be read.
const MOST_BOXES: usize = 60;

impl Experiment for ForwardVsReverse {
    const NAME: &'static str = "forward-vs-reverse";
    const ABOUT: &'static str = "One reverse sweep gives what forward mode takes a sweep per variable for";
    const SHOWS: &'static [&'static str] = &["1.1", "1.2", "1.6"];
    const EXAMPLE: &'static str = "--function \"x^2*y+sin(x*y)\" --at x=1,y=2";

    fn run(&self) -> Result<Report, LabError> {
        let point = self.function.point(&self.at)?;
        let graph = self.function.graph(&point);
        let Source::Node(_) = graph.output() else {
            let problem = "the value does not depend on a variable; write a function that does".to_owned();
            return Err(LabError::Setting { name: "--function", problem });
        };
        let forward: Vec<Sweep> = (0..point.len()).map(|input| graph.forward(input)).collect();
        let reverse = graph.reverse();
        let diamonds = usize::from(self.diamonds);
        let report = Report::new(self.story(&graph, &forward, &reverse))
            .text(
                "A forward sweep computes, for one variable, the derivative of every node with respect to \
                 it: partial times tangent, summed over the operands. The reverse sweep computes the \
                 derivative of the output with respect to every node: adjoint times partial, summed over \
                 the uses. Both multiply once per edge.",
            )
            .text(format!(
                "Where a value is used twice, its two cotangents add up, and the node is visited once. A \
                 chain of {diamonds} such diamonds has {} paths, but the sweep takes {} operations.",
                digits(f64::from(self.diamonds).exp2()),
                3 * diamonds
            ))
            .numbers(self.numbers(&graph, &point, &forward, &reverse))
            .numbers(chain_rule::numbers())
            .numbers(diamonds::numbers(diamonds))
            .table(nodes(&graph, &forward, &reverse))
            .table(costs(&graph, &forward, &reverse));
        let report = steps(&graph).into_iter().fold(report, Report::table).table(chain_rule::table());
        let report = report
            .figure("operations", &operations(&graph, &forward, &reverse))
            .figure("diamonds", &diamonds::figure(diamonds));
        let is_small = graph.nodes().len() <= MOST_BOXES;
        Ok(if is_small { report.picture("graph", graph.svg()) } else { report })
    }
}

impl ForwardVsReverse {
    /// Value, gradient and cost in words.
    fn story(&self, graph: &Graph, forward: &[Sweep], reverse: &Sweep) -> String {
        let count = forward.len();
        let gradient: Vec<String> = reverse.derivatives[..count].iter().copied().map(digits).collect();
        let at: Vec<String> =
            self.at.iter().map(|Binding { name, value }| format!("{name} = {value}")).collect();
        let sweeps = if count == 1 { "one sweep".to_owned() } else { format!("{count} sweeps") };
        format!(
            "F = {} at {} has the value {} and the gradient ({}). Forward mode takes {sweeps} with {} \
             multiplications and additions, reverse mode one sweep with {}.",
            self.function.text,
            at.join(", "),
            digits(graph.value()),
            gradient.join(", "),
            total(forward).total(),
            reverse.operations.total()
        )
    }

    fn numbers(&self, graph: &Graph, point: &[f64], forward: &[Sweep], reverse: &Sweep) -> Vec<Number> {
        if self.is_of_the_lecture(graph) {
            return lecture_function::numbers(graph);
        }
        let value = Number::new("1.1", "F", graph.value());
        let plain: f64 = self.function.eval(point);
        let mut numbers = vec![if plain.is_nan() { value } else { value.exactly(plain, 0.0) }];
        let rounding = rounding(graph);
        for (input, name) in self.function.variables().iter().enumerate() {
            let number = Number::new("1.1", format!("dF/d{name}"), reverse.derivatives[input]);
            let by_forward = graph.forward_derivative(input);
            let known = by_forward.is_finite() && rounding[input].is_finite();
            numbers.push(if known { number.exactly(by_forward, rounding[input]) } else { number });
        }
        let edges = graph.operations().iter().map(|node| node.active_operands().count()).sum::<usize>();
        let (of_one, of_reverse) = (forward[0].operations, reverse.operations);
        let multiplications = |of: OperationCount| of.multiplications as f64;
        numbers.extend([
            Number::new("1.1", "multiplications of a forward sweep", multiplications(of_one))
                .exactly(edges as f64, 0.0),
            Number::new("1.1", "multiplications of the reverse sweep", multiplications(of_reverse))
                .at_most(edges as f64),
            Number::new("1.1", "operations of all forward sweeps", total(forward).total() as f64),
            Number::new("1.1", "operations of the reverse sweep", of_reverse.total() as f64),
        ]);
        numbers
    }

    /// Whether this is the function of the lecture at its point.
    fn is_of_the_lecture(&self, graph: &Graph) -> bool {
        let compact: String = self.function.text.chars().filter(|c| !c.is_whitespace()).collect();
        let values: Vec<f64> = graph.inputs().iter().map(|node| node.value).collect();
        compact == lecture_function::FUNCTION && values == [2.0, 3.0]
    }
}

/// For each input, the rounding error that two orders of summation may leave in its derivative: the sum of
/// the absolute products over all paths, times the rounding of as many operations as there are nodes.
fn rounding(graph: &Graph) -> Vec<f64> {
    let mut sizes = vec![0.0; graph.nodes().len()];
    if let Source::Node(output) = graph.output() {
        sizes[output.index()] = 1.0;
    }
    for node in graph.operations().iter().rev() {
        for (operand, partial) in node.active_operands() {
            let size: f64 = sizes[node.id.index()];
            sizes[operand.index()] += partial.abs().chain(size);
        }
    }
    let scale = 4.0 * f64::EPSILON * graph.nodes().len() as f64;
    sizes[..graph.inputs().len()].iter().map(|size| scale * size).collect()
}

fn total(sweeps: &[Sweep]) -> OperationCount {
    sweeps.iter().fold(OperationCount::default(), |sum, sweep| OperationCount {
        multiplications: sum.multiplications + sweep.operations.multiplications,
        additions: sum.additions + sweep.operations.additions,
    })
}

fn nodes(graph: &Graph, forward: &[Sweep], reverse: &Sweep) -> Table {
    let with_respect_to = graph.inputs().iter().map(|input| format!("d/d{}", input.name));
    let mut header = ["node", "formula", "value", "partials"].map(str::to_owned).to_vec();
    header.extend(with_respect_to.chain(["adjoint".to_owned()]));
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let table = Table::new("Values, partials, and the derivatives of both sweeps", &header);
    graph.nodes().iter().enumerate().fold(table, |table, (i, node)| {
        let formula = if node.is_input() { "input".to_owned() } else { node.formula.clone() };
        let mut row = vec![node.name.clone(), formula, digits(node.value), graph.partials(node)];
        row.extend(forward.iter().map(|sweep| digits(sweep.derivatives[i])));
        row.push(digits(reverse.derivatives[i]));
        table.row(row)
    })
}

fn costs(graph: &Graph, forward: &[Sweep], reverse: &Sweep) -> Table {
    let table =
        Table::new("Operations of each sweep", &["sweep", "multiplications", "additions", "derivatives"]);
    let row = |name: String, of: OperationCount, derivatives: usize| {
        [name, of.multiplications.to_string(), of.additions.to_string(), derivatives.to_string()]
    };
    let named = graph.inputs().iter().zip(forward);
    let table = named.fold(table, |table, (input, sweep)| {
        table.row(row(format!("forward, {}", input.name), sweep.operations, 1))
    });
    table.row(row("all forward sweeps".to_owned(), total(forward), forward.len())).row(row(
        "reverse".to_owned(),
        reverse.operations,
        forward.len(),
    ))
}

/// Values, partials and sweeps as equations, a table each.
fn steps(graph: &Graph) -> Vec<Table> {
    let text = graph.steps();
    let section = |section: &str| {
        let mut lines = section.lines();
        let table = Table::new(lines.next().unwrap_or_default(), &["quantity", "computation"]);
        lines.filter_map(|line| line.trim().split_once(" = ")).fold(table, |table, (left, right)| {
            table.row([left, right]) //
        })
    };
    text.split("\n\n").map(section).collect()
}

fn operations(graph: &Graph, forward: &[Sweep], reverse: &Sweep) -> BarChart {
    let mut names: Vec<String> =
        graph.inputs().iter().map(|input| format!("forward, {}", input.name)).collect();
    let mut counts: Vec<f64> = forward.iter().map(|sweep| sweep.operations.total() as f64).collect();
    if forward.len() > 1 {
        names.push("all forward".to_owned());
        counts.push(total(forward).total() as f64);
    }
    names.push("reverse".to_owned());
    counts.push(reverse.operations.total() as f64);
    let title = match forward.len() {
        1 => "With one variable, both modes take one sweep".to_owned(),
        count => format!("One reverse sweep instead of {count} forward sweeps"),
    };
    BarChart::new("multiplications and additions", &names, &counts).categories("sweep").title(&title)
}
