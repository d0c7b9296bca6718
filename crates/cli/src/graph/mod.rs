//! `wengert graph`: the computational graph of a formula at a point, and both sweeps over it, node by node.
//!
//! The sweeps are taken here once; `text` and `json` only write them down. The other formats are the library's own.

mod json;
mod text;

use crate::expression::{Binding, Expression, ParseError, PointError};
use crate::output::print_line;
use std::fmt;
use std::path::PathBuf;
use std::{fs, io};
use wengert::ad::trace::{CostReport, Graph, Sweep};

/// Show the computational graph of a formula: its nodes, the forward sweeps and the reverse sweep
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The formula, such as "x^3 * (x + 3*y)"
    #[arg(allow_hyphen_values = true)]
    expression: String,
    /// The values of its variables, such as x=2,y=3
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',', allow_hyphen_values = true)]
    at: Vec<Binding>,
    /// What to show
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Tables: the nodes, both gradients, the operations of each sweep
    Table,
    /// A picture for Graphviz
    Dot,
    /// A picture for browsers and documents
    Svg,
    /// A table for Markdown, formulas as mathematics
    Markdown,
    /// The calculation for LaTeX
    Latex,
    /// The chain rule, written out line by line
    Trace,
    /// One JSON object
    Json,
    /// What value and gradient cost in either mode: operations, time, memory
    Cost,
}

/// Why there is no graph to show.
#[derive(Debug)]
pub(crate) enum GraphError {
    /// The formula isn't one.
    Expression(ParseError),
    /// The values don't fit the formula's variables.
    Point(PointError),
    /// The formula has no variables, and so no graph.
    Constant(f64),
    /// Standard output is closed or full.
    Output(io::Error),
    /// The file can't be written.
    File { path: PathBuf, error: io::Error },
}

/// Writes the graph to standard output or to a file.
///
/// # Errors
/// If the formula or the values are wrong, there is nothing to draw, or the graph can't be written.
pub(crate) fn run(arguments: &Arguments) -> Result<(), GraphError> {
    let report = report(arguments)?;
    match &arguments.output {
        None => print_line(report.trim_end()).map_err(GraphError::Output),
        Some(path) => fs::write(path, format!("{}\n", report.trim_end()))
            .map_err(|error| GraphError::File { path: path.clone(), error }),
    }
}

fn report(arguments: &Arguments) -> Result<String, GraphError> {
    let expression = Expression::parse(&arguments.expression).map_err(GraphError::Expression)?;
    let point = expression.point(&arguments.at).map_err(GraphError::Point)?;
    let swept = Swept::of(&expression, &point);
    let format = if arguments.json { Format::Json } else { arguments.format };
    let graph = match format {
        Format::Table => return Ok(text::report(&swept)),
        Format::Json => return Ok(json::report(&swept)),
        _ if swept.graph.nodes().is_empty() => return Err(GraphError::Constant(swept.graph.value())),
        _ => &swept.graph,
    };
    Ok(match format {
        Format::Dot => graph.dot(),
        Format::Svg => graph.svg(),
        Format::Markdown => graph.markdown(),
        Format::Latex => graph.latex(),
        Format::Trace => graph.steps(),
        Format::Cost => CostReport::of(&expression, &point).to_string(),
        Format::Table | Format::Json => unreachable!("returned above"),
    })
}

/// A graph and every sweep over it.
struct Swept {
    graph: Graph,
    variables: Vec<String>,
    /// One forward sweep a variable.
    forward: Vec<Sweep>,
    reverse: Sweep,
}

impl Swept {
    fn of(expression: &Expression, point: &[f64]) -> Self {
        let variables = expression.variables().to_vec();
        let inputs: Vec<(&str, f64)> =
            variables.iter().map(String::as_str).zip(point.iter().copied()).collect();
        let graph = Graph::of(&inputs, |values| expression.evaluate(values));
        let forward = (0..variables.len()).map(|input| graph.forward(input)).collect();
        let reverse = graph.reverse();
        Self { graph, variables, forward, reverse }
    }

    /// The gradient as the forward sweeps find it, one derivative each.
    fn forward_gradient(&self) -> Vec<f64> {
        (0..self.variables.len()).map(|input| self.graph.forward_derivative(input)).collect()
    }

    /// The gradient as the reverse sweep finds it, all derivatives at once.
    fn gradient(&self) -> &[f64] {
        &self.reverse.derivatives[..self.variables.len()]
    }
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expression(error) => error.fmt(f),
            Self::Point(error) => error.fmt(f),
            Self::Constant(value) => {
                write!(f, "the expression is constant, {value}: it has no graph. Use a variable, as in x^2")
            }
            Self::Output(error) => write!(f, "cannot write to standard output: {error}"),
            Self::File { path, error } => write!(f, "cannot write {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for GraphError {}

#[cfg(test)]
mod tests;
