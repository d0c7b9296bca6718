//! `wengert graph`: the computational graph of a formula at a point, with the forward sweeps and
//! the reverse sweep.

mod json;
mod sweeps;
mod text;

use crate::bounds::at_most;
use crate::error::CliError;
use crate::input::{PointPart, bindings, files, formula};
use crate::output::{checked_file, print_line};
use std::path::PathBuf;
use sweeps::{FORWARD_NUMBERS, Sweeps};
use wengert::ad::trace::{CostReport, Graph};
use wengert_formula::Expression;

/// Show the computational graph of a formula, with the sweeps of forward and reverse mode.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  wengert graph \"x^3 * (x + 3*y)\" --at x=2,y=3")]
pub(crate) struct Arguments {
    /// Formula, such as "x^3 * (x + 3*y)"; - reads it from standard input, @FILE from a file.
    #[arg(allow_hyphen_values = true)]
    expression: String,
    /// Values of the variables, such as x=2,y=3; @FILE reads them from a file, separated by commas or
    /// line ends.
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',', allow_hyphen_values = true)]
    at: Vec<PointPart>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Tables of the nodes, both gradients, and the operations of each sweep; without the forward sweeps if
    /// they have more than 200,000 numbers.
    Table,
    /// A picture for Graphviz.
    Dot,
    /// A picture for browsers and documents.
    Svg,
    /// A table for Markdown, with formulas as mathematics.
    Markdown,
    /// The computation for LaTeX.
    Latex,
    /// The chain rule, line by line.
    Trace,
    /// One JSON object; what belongs to the forward sweeps is null if they are left out, as in the table.
    Json,
    /// The cost of value and gradient in each mode: operations, time, memory.
    Cost,
}

/// Writes the graph to standard output or to a file.
pub(crate) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let inputs: Vec<_> = files(&arguments.expression, &arguments.at).collect();
    let output = checked_file(arguments.output.as_ref(), &inputs)?;
    let report = report(arguments)?;
    let text = report.trim_end();
    match output {
        None => print_line(text),
        Some(output) => Ok(output.write(format!("{text}\n").as_bytes())?),
    }
}

fn report(arguments: &Arguments) -> Result<String, CliError> {
    let expression = Expression::parse(&formula(&arguments.expression)?)?;
    let point = expression.point(&bindings(&arguments.at)?)?;
    let sweeps = Sweeps::of(&expression, &point);
    let graph = &sweeps.graph;
    let format = if arguments.json { Format::Json } else { arguments.format };
    let constant = graph.nodes().is_empty();
    check_size(format, graph)?;
    Ok(match format {
        Format::Table => text::report(&sweeps),
        Format::Json => json::report(&sweeps),
        _ if constant => return Err(CliError::ConstantFormula { value: graph.value() }),
        Format::Dot => graph.dot(),
        Format::Svg => graph.svg(),
        Format::Markdown => graph.markdown(),
        Format::Latex => graph.latex(),
        Format::Trace => graph.steps(),
        Format::Cost => CostReport::of(&expression, &point).to_string(),
    })
}

/// Checks that the graph can be shown in a format: a picture of a hundred thousand boxes is none.
fn check_size(format: Format, graph: &Graph) -> Result<(), CliError> {
    let (nodes, variables) = (graph.nodes().len(), graph.inputs().len());
    let remedy = "use --format cost, json, or table";
    match format {
        Format::Svg => at_most(20_000, nodes as u128, "boxes of a picture", remedy),
        Format::Trace | Format::Latex => {
            let steps = nodes as u128 * variables as u128;
            at_most(FORWARD_NUMBERS as u128, steps, "steps of all forward sweeps", remedy)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
