//! Scalar formulas such as `x^3 * (x + 3*y)`, parsed from text and evaluated in every mode of differentiation.
//!
//! | module | what lives there |
//! |---|---|
//! | `lexer` | text to tokens |
//! | `parser` | tokens to an [`Expression`]: precedence, calls, constants |
//! | `functions` | the rule table by name: what can be called, and how |
//! | `point` | values for the variables, as in `x=2,y=3` |
//! | `error` | what is wrong with a formula, and where |
//!
//! From weakest to strongest, operators bind as `+ -`, `* /`, unary minus, `^`; `^` groups to the right, the others
//! to the left, and `-x^2` is `-(x^2)`. `pi` and `e` are constants; every other name is a function of the rule
//! table where a parenthesis follows it, and a variable where none does.

mod error;
mod functions;
mod lexer;
mod parser;
mod point;

pub(crate) use error::ParseError;
pub(crate) use point::{Binding, PointError};

use wengert::ad::{Function, Number, Scalar};

/// A formula of named variables.
///
/// It is kept as the steps of a stack machine, not as a tree, so that evaluating and dropping are loops: a sum of a
/// million terms is as safe as a sum of two.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Expression {
    steps: Vec<Step>,
    variables: Vec<String>,
}

/// What the stack machine does next; operands come from the stack and results go onto it.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    /// Pushes a number.
    Constant(f64),
    /// Pushes the value of the variable with this index.
    Variable(usize),
    /// Applies the unary rule of this name that holds these parameters.
    Unary { rule: &'static str, parameters: Vec<f64> },
    /// Applies the binary rule of this name.
    Binary { rule: &'static str },
}

impl Expression {
    /// Reads a formula.
    ///
    /// A constant exponent that is an integer is raised by the rule `powi`, another constant exponent by `powf`, and
    /// an exponent with variables by `pow`.
    ///
    /// # Errors
    /// If the text isn't a formula, or nests more than [`parser::DEPTH`] levels deep.
    pub(crate) fn parse(text: &str) -> Result<Self, ParseError> {
        parser::parse(text)
    }

    /// The names of the variables, in the order in which they first appear.
    pub(crate) fn variables(&self) -> &[String] {
        &self.variables
    }

    /// The value, given those of [`variables`](Self::variables) in their order.
    ///
    /// # Panics
    /// If there are more or fewer values than variables.
    #[track_caller]
    pub(crate) fn evaluate<T: Scalar>(&self, values: &[T]) -> T {
        assert!(
            values.len() == self.variables.len(),
            "evaluate: {} values for the variables {:?}",
            values.len(),
            self.variables
        );
        run(&self.steps, values)
    }
}

impl Function for Expression {
    fn eval<T: Number>(&self, x: &[T]) -> T {
        self.evaluate(x)
    }
}

/// The number that is left when the steps have been taken.
fn run<T: Scalar>(steps: &[Step], values: &[T]) -> T {
    let mut stack = Vec::new();
    for step in steps {
        let result = match step {
            Step::Constant(c) => T::constant(*c),
            Step::Variable(index) => values[*index],
            Step::Unary { rule, parameters } => functions::unary(rule, parameters, pop(&mut stack)),
            Step::Binary { rule } => {
                let b = pop(&mut stack);
                functions::binary(rule, pop(&mut stack), b)
            }
        };
        stack.push(result);
    }
    pop(&mut stack)
}

fn pop<T>(stack: &mut Vec<T>) -> T {
    stack.pop().expect("the parser puts every operand before its operator")
}

#[cfg(test)]
mod tests;
