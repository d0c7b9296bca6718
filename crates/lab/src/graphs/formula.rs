//! A function in text, as a setting.

use crate::error::LabError;
use wengert_ad::trace::Graph;
use wengert_ad::{Function, Number};
use wengert_formula::{Binding, Expression};

/// The longest formula, in characters.
const LONGEST: usize = 500;
/// The largest number of variables: each one has a column in a table.
const MOST_VARIABLES: usize = 8;

/// A function of named variables with its text.
#[derive(Clone, Debug)]
pub struct Formula {
    pub(super) text: String,
    expression: Expression,
}

impl Formula {
    /// Parses a formula: the parser of a setting.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let length = text.chars().count();
        if length > LONGEST {
            return Err(format!("{length} characters; a formula of at most {LONGEST} can be shown"));
        }
        let expression = Expression::parse(text).map_err(|error| error.to_string())?;
        let variables = expression.variables().len();
        match variables {
            0 => Err("the formula has no variable; write one, as in x^2".to_owned()),
            1..=MOST_VARIABLES => Ok(Self { text: text.to_owned(), expression }),
            _ => Err(format!("{variables} variables; at most {MOST_VARIABLES} can be shown")),
        }
    }

    /// The names of the variables.
    pub(super) fn variables(&self) -> &[String] {
        self.expression.variables()
    }

    /// The values of the variables in their order.
    pub(super) fn point(&self, at: &[Binding]) -> Result<Vec<f64>, LabError> {
        let point = self.expression.point(at);
        point.map_err(|error| LabError::Setting { name: "--at", problem: error.to_string() })
    }

    /// The graph at a point.
    pub(super) fn graph(&self, point: &[f64]) -> Graph {
        let names = self.variables().iter().map(String::as_str);
        let inputs: Vec<(&str, f64)> = names.zip(point.iter().copied()).collect();
        Graph::of(&inputs, |values| self.expression.evaluate(values))
    }
}

impl Function for Formula {
    fn eval<T: Number>(&self, x: &[T]) -> T {
        self.expression.evaluate(x)
    }
}

/// The derivatives of the output with respect to the inputs by the reverse sweep.
pub(super) fn gradient(graph: &Graph) -> Vec<f64> {
    graph.reverse().derivatives[..graph.inputs().len()].to_vec()
}
