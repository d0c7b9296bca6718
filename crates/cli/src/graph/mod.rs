//! `wengert graph`: the computational graph of a formula at a point, and both sweeps over it, node by node.
//!
//! The sweeps are taken here once; `text` and `json` only write them down.

mod json;
mod text;

use crate::expression::{Binding, Expression, ParseError, PointError};
use crate::output::print_line;
use std::fmt;
use std::io;
use wengert::ad::trace::{Graph, Sweep};

/// Show the computational graph of a formula: its nodes, the forward sweeps and the reverse sweep
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The formula, such as "x^3 * (x + 3*y)"
    #[arg(allow_hyphen_values = true)]
    expression: String,
    /// The values of its variables, such as x=2,y=3
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',', allow_hyphen_values = true)]
    at: Vec<Binding>,
    /// Write one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

/// Why there is no graph to show.
#[derive(Debug)]
pub(crate) enum GraphError {
    /// The formula isn't one.
    Expression(ParseError),
    /// The values don't fit the formula's variables.
    Point(PointError),
    /// Standard output is closed or full.
    Output(io::Error),
}

/// Writes the graph to standard output.
///
/// # Errors
/// If the formula or the values are wrong, or standard output can't be written to.
pub(crate) fn run(arguments: &Arguments) -> Result<(), GraphError> {
    let report = report(arguments)?;
    print_line(report).map_err(GraphError::Output)
}

fn report(arguments: &Arguments) -> Result<String, GraphError> {
    let expression = Expression::parse(&arguments.expression).map_err(GraphError::Expression)?;
    let point = expression.point(&arguments.at).map_err(GraphError::Point)?;
    let swept = Swept::of(&expression, &point);
    Ok(if arguments.json { json::report(&swept) } else { text::report(&swept) })
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
            Self::Output(error) => write!(f, "cannot write to standard output: {error}"),
        }
    }
}

impl std::error::Error for GraphError {}

#[cfg(test)]
mod tests;
