//! Values of the variables of a formula, as in `x=2,y=3`.

use crate::lexer::name_length;
use crate::program::Expression;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;
use wengert_files::{excerpt, list};

/// A variable and its value.
///
/// Parsed from `x=2`; the value may also be a formula without variables, as in `x=pi/2`.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// The name of the variable.
    pub name: String,
    /// Its value.
    pub value: f64,
}

/// Values that do not match the variables of a formula.
#[derive(Clone, Debug, PartialEq)]
pub enum PointError {
    /// The text is not of the form `x=2`.
    NotABinding {
        /// The text.
        text: String,
    },
    /// The right-hand side is not a number.
    NotANumber {
        /// The left-hand side.
        name: String,
        /// The right-hand side.
        text: String,
    },
    /// A variable has two values.
    Repeated {
        /// The name of the variable.
        name: String,
    },
    /// Variables of the formula have no value.
    Missing {
        /// The variables without a value.
        missing: Vec<String>,
        /// The variables with a value.
        given: Vec<String>,
    },
    /// A value is given for a name that is not a variable of the formula.
    Unknown {
        /// The name.
        name: String,
        /// The variables of the formula.
        variables: Vec<String>,
    },
}

impl FromStr for Binding {
    type Err = PointError;

    fn from_str(text: &str) -> Result<Self, PointError> {
        let not_a_binding = || PointError::NotABinding { text: text.to_owned() };
        let (name, value) = text.split_once('=').ok_or_else(not_a_binding)?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || name_length(name) != name.len() {
            return Err(not_a_binding());
        }
        let not_a_number = || PointError::NotANumber { name: name.to_owned(), text: value.to_owned() };
        let value = value.parse().ok().or_else(|| constant(value)).ok_or_else(not_a_number)?;
        Ok(Self { name: name.to_owned(), value })
    }
}

/// The value of a formula without variables.
fn constant(text: &str) -> Option<f64> {
    let formula = Expression::parse(text).ok()?;
    formula.variables().is_empty().then(|| formula.evaluate(&[]))
}

impl Expression {
    /// The values in the order of the variables.
    ///
    /// # Errors
    /// If a variable has no value or several, or if a value is given for a name that is not a variable.
    pub fn point(&self, bindings: &[Binding]) -> Result<Vec<f64>, PointError> {
        let variables: HashSet<&String> = self.variables.iter().collect();
        let mut values = HashMap::new();
        for Binding { name, value } in bindings {
            if !variables.contains(name) {
                let variables = self.variables.clone();
                return Err(PointError::Unknown { name: name.clone(), variables });
            }
            if values.insert(name, *value).is_some() {
                return Err(PointError::Repeated { name: name.clone() });
            }
        }
        let missing: Vec<String> =
            self.variables.iter().filter(|name| !values.contains_key(name)).cloned().collect();
        if missing.is_empty() {
            return Ok(self.variables.iter().map(|name| values[name]).collect());
        }
        Err(PointError::Missing {
            missing,
            given: bindings.iter().map(|binding| binding.name.clone()).collect(),
        })
    }
}

impl fmt::Display for PointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotABinding { text } => {
                write!(f, "`{}` is not a variable with a value, such as x=2", excerpt(text))
            }
            Self::NotANumber { name, text } => {
                let (name, text) = (excerpt(name), excerpt(text));
                write!(f, "`{text}` is not a number, such as {name}=2 or {name}=pi/2")
            }
            Self::Repeated { name } => write!(f, "`{}` has two values; remove one", excerpt(name)),
            Self::Missing { missing, given } => {
                let wanted = list(missing.iter().map(|name| format!("{}=...", excerpt(name))));
                write!(f, "no value for {}: add {}", quoted(missing), wanted.replace(", ", ","))?;
                if given.is_empty() { Ok(()) } else { write!(f, " (given: {})", quoted(given)) }
            }
            Self::Unknown { name, variables } if variables.is_empty() => {
                write!(f, "there is no variable `{}`: the expression has no variables", excerpt(name))
            }
            Self::Unknown { name, variables } => {
                write!(
                    f,
                    "there is no variable `{}`: the expression's variables are {}",
                    excerpt(name),
                    quoted(variables)
                )
            }
        }
    }
}

impl std::error::Error for PointError {}

fn quoted(names: &[String]) -> String {
    list(names.iter().map(|name| format!("`{name}`")))
}
