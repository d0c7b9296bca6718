//! Values of the variables of a formula, as in `x=2,y=3`.

use super::lexer::name_length;
use super::program::Expression;
use std::fmt;
use std::str::FromStr;

/// A variable and its value.
///
/// Parsed from `x=2`; the value may also be a formula without variables, as in `x=pi/2`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Binding {
    pub(crate) name: String,
    pub(crate) value: f64,
}

/// Values that do not match the variables of a formula.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PointError {
    /// The text is not of the form `x=2`.
    NotABinding { text: String },
    /// The right-hand side is not a number.
    NotANumber { name: String, text: String },
    /// A variable has two values.
    Repeated { name: String },
    /// Variables of the formula have no value.
    Missing { missing: Vec<String>, given: Vec<String> },
    /// A value is given for a name that is not a variable of the formula.
    Unknown { name: String, variables: Vec<String> },
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
    pub(crate) fn point(&self, bindings: &[Binding]) -> Result<Vec<f64>, PointError> {
        for (i, Binding { name, .. }) in bindings.iter().enumerate() {
            if !self.variables.contains(name) {
                let variables = self.variables.clone();
                return Err(PointError::Unknown { name: name.clone(), variables });
            }
            if bindings[..i].iter().any(|earlier| earlier.name == *name) {
                return Err(PointError::Repeated { name: name.clone() });
            }
        }
        let value_of = |name: &String| bindings.iter().find(|binding| binding.name == *name).map(|b| b.value);
        let missing: Vec<String> =
            self.variables.iter().filter(|&name| value_of(name).is_none()).cloned().collect();
        if missing.is_empty() {
            return Ok(self.variables.iter().filter_map(value_of).collect());
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
            Self::NotABinding { text } => write!(f, "`{text}` is not a variable with a value, such as x=2"),
            Self::NotANumber { name, text } => {
                write!(f, "`{text}` is not a number, such as {name}=2 or {name}=pi/2")
            }
            Self::Repeated { name } => write!(f, "`{name}` has two values; remove one"),
            Self::Missing { missing, given } => {
                let wanted: Vec<String> = missing.iter().map(|name| format!("{name}=...")).collect();
                write!(f, "no value for {}: add {}", quoted(missing), wanted.join(","))?;
                if given.is_empty() { Ok(()) } else { write!(f, " (given: {})", quoted(given)) }
            }
            Self::Unknown { name, variables } if variables.is_empty() => {
                write!(f, "there is no variable `{name}`: the expression has no variables")
            }
            Self::Unknown { name, variables } => {
                write!(
                    f,
                    "there is no variable `{name}`: the expression's variables are {}",
                    quoted(variables)
                )
            }
        }
    }
}

impl std::error::Error for PointError {}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
