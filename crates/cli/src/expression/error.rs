//! What is wrong with a formula, where, and what would be right.

use super::functions::Function;
use std::fmt;

/// Why a text isn't a formula.
///
/// Displayed as the problem, the text with a caret below the place, and what would be right:
///
/// ```text
/// unknown function `sine` at column 5
///
///     x + sine(y)
///         ^
///
/// similar functions: sin, sinh
/// ```
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ParseError {
    /// What is wrong.
    pub(super) problem: Problem,
    /// Where, in characters from 1.
    pub(super) column: usize,
    text: String,
}

/// What can be wrong with a formula.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Problem {
    /// No token starts with this.
    UnexpectedCharacter(char),
    /// More than the largest number there is.
    NumberTooLarge(String),
    /// An operand is missing before this; before the end if `None`.
    ExpectedOperand(Option<String>),
    /// An operand stands here right after another.
    ExpectedOperator(String),
    /// A function's name isn't followed by a parenthesis, but by an operand.
    BareFunction { name: &'static str },
    /// The parenthesis opened at this column is never closed.
    MissingParenthesis { opened: usize },
    /// This closing parenthesis was never opened.
    UnmatchedParenthesis,
    /// No rule has this name.
    UnknownFunction { name: String, similar: Vec<&'static str> },
    /// A call with too many or too few arguments.
    WrongArguments { function: Function, given: usize },
    /// A rule's parameter depends on a variable, or is a NaN.
    VariableParameter { name: &'static str },
    /// A rule doesn't take these constants.
    RefusedParameter { name: &'static str, given: Vec<f64> },
    /// Nested too deep.
    TooDeep { limit: usize },
}

impl ParseError {
    /// The problem, at a byte of the text.
    pub(super) fn at(text: &str, byte: usize, problem: Problem) -> Self {
        Self { problem, column: Self::column_of(text, byte), text: text.to_owned() }
    }

    /// The 1-based column, in characters, of a byte of the text.
    pub(super) fn column_of(text: &str, byte: usize) -> usize {
        text[..byte].chars().count() + 1
    }

    /// The surroundings of the place, and how many characters stand before the place in them.
    fn excerpt(&self) -> (String, usize) {
        const BEFORE: usize = 50;
        const AFTER: usize = 30;
        let skipped = (self.column - 1).saturating_sub(BEFORE);
        let shown = self.text.chars().skip(skipped).take(BEFORE + AFTER);
        let shown: String = shown.map(|c| if c.is_control() { ' ' } else { c }).collect();
        let left = if skipped > 0 { "..." } else { "" };
        let right = if self.text.chars().nth(skipped + BEFORE + AFTER).is_some() { "..." } else { "" };
        (format!("{left}{shown}{right}"), left.len() + self.column - 1 - skipped)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (excerpt, before) = self.excerpt();
        writeln!(f, "{} at column {}", self.problem, self.column)?;
        writeln!(f, "\n    {excerpt}\n    {:before$}^\n", "")?;
        f.write_str(&self.problem.remedy())
    }
}

impl std::error::Error for ParseError {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnexpectedCharacter(c) => write!(f, "unexpected character `{c}`"),
            Self::NumberTooLarge(number) => write!(f, "number too large: `{number}`"),
            Self::ExpectedOperand(Some(found)) => write!(f, "expected an operand, found `{found}`"),
            Self::ExpectedOperand(None) => write!(f, "expected an operand, found the end"),
            Self::ExpectedOperator(found) => write!(f, "expected an operator, found `{found}`"),
            Self::BareFunction { name } => write!(f, "expected a parenthesis after `{name}`"),
            Self::MissingParenthesis { .. } => write!(f, "missing `)`"),
            Self::UnmatchedParenthesis => write!(f, "unmatched `)`"),
            Self::UnknownFunction { name, .. } => write!(f, "unknown function `{name}`"),
            Self::WrongArguments { function, given } => {
                write!(f, "`{}` is given {}", function.name, arguments(*given))
            }
            Self::VariableParameter { name } => {
                write!(f, "this argument of `{name}` isn't a constant number")
            }
            Self::RefusedParameter { name, given } => {
                write!(f, "`{name}` doesn't take the constants {given:?}")
            }
            Self::TooDeep { limit } => write!(f, "nested more than {limit} levels deep"),
        }
    }
}

impl Problem {
    /// What would be right.
    fn remedy(&self) -> String {
        match self {
            Self::UnexpectedCharacter(_) => {
                "a formula has numbers, names, the operators + - * / ^, parentheses and commas".into()
            }
            Self::NumberTooLarge(_) => format!("the largest number is {:e}", f64::MAX),
            Self::ExpectedOperand(Some(found)) if found == "*" => {
                "a product is written x*y, a power x^2".into()
            }
            Self::ExpectedOperand(_) => {
                "an operand is a number, a variable, a call such as sin(x), or a formula in parentheses"
                    .into()
            }
            Self::ExpectedOperator(_) => "operands are joined by + - * / ^; a product is written 2*x".into(),
            Self::BareFunction { name } => format!("a call is written {name}(x)"),
            Self::MissingParenthesis { opened } => format!("the `(` at column {opened} needs a `)`"),
            Self::UnmatchedParenthesis => "remove it, or open it before".into(),
            Self::UnknownFunction { similar, .. } => format!("similar functions: {}", similar.join(", ")),
            Self::WrongArguments { function: Function { operands, parameters: 0, .. }, .. } => {
                format!("it takes {}", arguments(*operands))
            }
            Self::WrongArguments { function: Function { operands, parameters, .. }, .. } => {
                format!("it takes {}, the last {parameters} constant", arguments(operands + parameters))
            }
            Self::VariableParameter { .. } => "only a number without variables can stand here".into(),
            Self::RefusedParameter { .. } => "a whole number such as 2 can stand here".into(),
            Self::TooDeep { .. } => "name the inner parts and compute them first".into(),
        }
    }
}

fn arguments(count: usize) -> String {
    match count {
        0 => "no arguments".into(),
        1 => "1 argument".into(),
        _ => format!("{count} arguments"),
    }
}
