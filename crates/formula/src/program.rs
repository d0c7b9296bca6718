//! A formula as the program of a stack machine.

use crate::functions;
use wengert_ad::{Function, Number, Scalar};

/// A formula of named variables.
///
/// It is stored as the steps of a stack machine, not as a tree, so that evaluating and dropping it
/// are loops: a sum of a million terms cannot overflow the stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expression {
    pub(crate) steps: Vec<Step>,
    pub(crate) variables: Vec<String>,
}

/// A step of the stack machine. It pops its operands from the stack and pushes its result.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// Pushes a number.
    Constant(f64),
    /// Pushes the value of the variable with this index.
    Variable(usize),
    /// Applies the unary rule of this name with these parameters.
    Unary { rule: &'static str, parameters: Vec<f64> },
    /// Applies the binary rule of this name.
    Binary { rule: &'static str },
}

impl Expression {
    /// The names of the variables, in the order in which they first appear.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// The number of operations, constants and variables.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// The value of the formula, given the values of [`variables`](Self::variables) in the same order.
    ///
    /// # Panics
    /// If the number of values differs from the number of variables.
    #[track_caller]
    pub fn evaluate<T: Scalar>(&self, values: &[T]) -> T {
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

/// Runs the steps and returns the one number that remains on the stack.
pub(crate) fn run<T: Scalar>(steps: &[Step], values: &[T]) -> T {
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
