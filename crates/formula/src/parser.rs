//! Tokens to an [`Expression`], by recursive descent: one function for each level of precedence.
//!
//! ```text
//! sum    = term   { ("+" | "-") term }
//! term   = factor { ("*" | "/") factor }
//! factor = "-" factor | power
//! power  = atom [ "^" factor ]
//! atom   = number | name | name "(" [ sum { "," sum } ] ")" | "(" sum ")"
//! ```

use crate::error::{ParseError, Problem};
use crate::functions::{self, Function, functions};
use crate::lexer::{Token, tokens};
use crate::program::{Expression, Step, run};
use std::collections::HashMap;
use wengert_ad::rules::{Difference, Negation, PowF, PowI, Power, Product, Quotient, Sum};
use wengert_ad::{Binary, Unary};

/// The maximum nesting depth of parentheses, calls, minus signs and exponents.
///
/// The parser recurses, and a level takes up to 2.5 kB of stack in an unoptimised build. The main
/// thread has at least 1 MB on every platform.
pub(crate) const DEPTH: usize = 250;

impl Expression {
    /// Parses a formula.
    ///
    /// A power is the rule `powi` if its exponent is a constant integer, `powf` for any other
    /// constant exponent, and `pow` if the exponent contains variables.
    ///
    /// # Errors
    /// If the text is not a formula, or is nested more than 250 levels deep.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let (tokens, expression) = (tokens(text)?, Self::default());
        let mut parser = Parser { text, tokens, next: 0, depth: 0, expression, indices: HashMap::new() };
        parser.whole().map_err(|error| *error)?;
        Ok(parser.expression)
    }
}

/// The value of a named constant; `None` for any other name.
fn named_constant(name: &str) -> Option<f64> {
    match name {
        "pi" => Some(std::f64::consts::PI),
        "e" => Some(std::f64::consts::E),
        _ => None,
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(usize, Token<'a>)>,
    next: usize,
    depth: usize,
    expression: Expression,
    /// The index of each variable.
    indices: HashMap<&'a str, usize>,
}

/// The result of parsing a part of the formula, which appends the steps of the part to the expression.
///
/// The error is boxed because every level of the recursion reserves stack space for one.
type Parsed = Result<(), Box<ParseError>>;

impl<'a> Parser<'a> {
    fn whole(&mut self) -> Parsed {
        self.sum()?;
        match self.peek() {
            Token::End => Ok(()),
            Token::Symbol(")") => Err(self.error(Problem::UnmatchedParenthesis)),
            _ => Err(self.expected_operator()),
        }
    }

    fn sum(&mut self) -> Parsed {
        self.chain([Sum::NAME, Difference::NAME], Self::term)
    }

    fn term(&mut self) -> Parsed {
        self.chain([Product::NAME, Quotient::NAME], Self::factor)
    }

    /// Operands joined by either of two operators of the same precedence, grouped to the left.
    fn chain(&mut self, operators: [&'static str; 2], operand: fn(&mut Self) -> Parsed) -> Parsed {
        operand(self)?;
        while let Some(rule) = operators.into_iter().find(|symbol| self.accept(symbol)) {
            operand(self)?;
            self.push(Step::Binary { rule });
        }
        Ok(())
    }

    /// Parses a factor. Every kind of nesting passes through here, so the depth is counted here.
    fn factor(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.error(Problem::TooDeep { limit: DEPTH }));
        }
        if self.accept("-") {
            self.factor()?;
            self.push(Step::Unary { rule: Negation::NAME, parameters: Vec::new() });
        } else {
            self.power()?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn power(&mut self) -> Parsed {
        self.atom()?;
        if !self.accept("^") {
            return Ok(());
        }
        let exponent = self.expression.steps.len();
        self.factor()?;
        let step = match self.take_constant(exponent) {
            Some(n) if PowI::with_parameters(&[n]).is_some() => {
                Step::Unary { rule: PowI::NAME, parameters: vec![n] }
            }
            Some(p) => Step::Unary { rule: PowF::NAME, parameters: vec![p] },
            None => Step::Binary { rule: Power::NAME },
        };
        self.push(step);
        Ok(())
    }

    fn atom(&mut self) -> Parsed {
        let (at, token) = self.tokens[self.next];
        let name = match token {
            Token::Number(c) => {
                self.next += 1;
                self.push(Step::Constant(c));
                return Ok(());
            }
            Token::Symbol("(") => {
                self.next += 1;
                self.sum()?;
                return self.close(at);
            }
            Token::Name(name) => name,
            Token::Symbol(_) | Token::End => return Err(self.expected_operand()),
        };
        self.next += 1;
        if self.accept("(") {
            return self.call(name, at);
        }
        let step = named_constant(name).map_or_else(|| Step::Variable(self.variable(name)), Step::Constant);
        self.push(step);
        Ok(())
    }

    /// The index of a variable, which is added if it has not appeared before.
    fn variable(&mut self, name: &'a str) -> usize {
        let variables = &mut self.expression.variables;
        *self.indices.entry(name).or_insert_with(|| {
            variables.push(name.to_owned());
            variables.len() - 1
        })
    }

    /// The arguments and the closing parenthesis of a call.
    fn call(&mut self, name: &str, at: usize) -> Parsed {
        let Some(function) = functions().into_iter().find(|function| function.name == name) else {
            let problem =
                Problem::UnknownFunction { name: name.to_owned(), similar: functions::similar(name) };
            return Err(self.error_at(at, problem));
        };
        let opened = self.tokens[self.next - 1].0;
        let mut arguments = Vec::new();
        if !self.accept(")") {
            loop {
                arguments.push(Argument { at: self.tokens[self.next].0, steps: self.expression.steps.len() });
                self.sum()?;
                if !self.accept(",") {
                    break;
                }
            }
            self.close(opened)?;
        }
        self.apply(function, at, &arguments)
    }

    fn apply(&mut self, function: Function, at: usize, arguments: &[Argument]) -> Parsed {
        let Function { name: rule, operands, parameters } = function;
        if arguments.len() != operands + parameters {
            let problem = Problem::WrongArguments { function, given: arguments.len() };
            return Err(self.error_at(at, problem));
        }
        if operands == 2 {
            self.push(Step::Binary { rule });
            return Ok(());
        }
        let mut constants = Vec::new();
        for argument in arguments[operands..].iter().rev() {
            let problem = Problem::VariableParameter { name: rule };
            let constant = self.take_constant(argument.steps);
            constants.push(constant.ok_or_else(|| self.error_at(argument.at, problem))?);
        }
        constants.reverse();
        if !functions::accepts(rule, &constants) {
            let problem = Problem::InvalidParameter { name: rule, given: constants };
            return Err(self.error_at(arguments[operands].at, problem));
        }
        self.push(Step::Unary { rule, parameters: constants });
        Ok(())
    }

    /// Removes the steps from `start` on and returns their value, if it is a constant and not a NaN.
    fn take_constant(&mut self, start: usize) -> Option<f64> {
        let steps = &self.expression.steps[start..];
        if steps.iter().any(|step| matches!(step, Step::Variable(_))) {
            return None;
        }
        // No rule accepts a NaN as a parameter; `x^(0/0)` is the rule of two operands.
        let value = Some(run(steps, &[])).filter(|value: &f64| !value.is_nan())?;
        self.expression.steps.truncate(start);
        Some(value)
    }

    /// Consumes the parenthesis that closes the one at byte `opened`.
    fn close(&mut self, opened: usize) -> Parsed {
        if self.accept(")") {
            return Ok(());
        }
        match self.peek() {
            Token::End => {
                Err(self
                    .error(Problem::MissingParenthesis { opened: ParseError::column_of(self.text, opened) }))
            }
            _ => Err(self.expected_operator()),
        }
    }

    fn push(&mut self, step: Step) {
        self.expression.steps.push(step);
    }

    fn peek(&self) -> Token<'a> {
        self.tokens[self.next].1
    }

    fn accept(&mut self, symbol: &str) -> bool {
        let accepted = matches!(self.peek(), Token::Symbol(next) if next == symbol);
        self.next += usize::from(accepted);
        accepted
    }

    /// The text of the next token; `None` at the end.
    fn found(&self) -> Option<String> {
        let rest = &self.text[self.tokens[self.next].0..];
        let end = self.tokens.get(self.next + 1)?.0 - self.tokens[self.next].0;
        Some(rest[..end].trim_end().to_owned())
    }

    fn expected_operand(&self) -> Box<ParseError> {
        self.error(Problem::ExpectedOperand(self.found()))
    }

    fn expected_operator(&self) -> Box<ParseError> {
        let before = self.next.checked_sub(1).map(|previous| self.tokens[previous].1);
        let name = functions()
            .into_iter()
            .map(|function| function.name)
            .find(|&name| before == Some(Token::Name(name)));
        let found = self.found().unwrap_or_default();
        self.error(name.map_or(Problem::ExpectedOperator(found), |name| Problem::BareFunction { name }))
    }

    /// An error at the next token.
    fn error(&self, problem: Problem) -> Box<ParseError> {
        self.error_at(self.tokens[self.next].0, problem)
    }

    /// An error at a byte of the text.
    fn error_at(&self, at: usize, problem: Problem) -> Box<ParseError> {
        Box::new(ParseError::at(self.text, at, problem))
    }
}

/// The start of an argument: its byte in the text and its index among the steps.
struct Argument {
    at: usize,
    steps: usize,
}
