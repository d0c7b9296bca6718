//! Parse errors: the problem, its place in the formula, and the remedy.

use crate::functions::Function;
use std::fmt;
use wengert_files::excerpt;

/// A text that is not a formula.
///
/// Displayed as the problem, the text with a caret below the place, and the remedy:
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
pub struct ParseError {
    pub(crate) problem: Problem,
    /// The place of the problem, in characters counted from 1.
    pub(crate) column: usize,
    text: String,
}

/// The kinds of parse errors.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Problem {
    /// No token starts with this character.
    UnexpectedCharacter(char),
    /// The number is larger than the largest `f64`.
    NumberTooLarge(String),
    /// An operand is missing before this token, or before the end of the text if `None`.
    ExpectedOperand(Option<String>),
    /// An operand follows another without an operator between them.
    ExpectedOperator(String),
    /// The name of a function is followed by an operand instead of a parenthesis.
    BareFunction { name: &'static str },
    /// The parenthesis at this column is never closed.
    MissingParenthesis { opened: usize },
    /// This closing parenthesis was never opened.
    UnmatchedParenthesis,
    /// No rule has this name.
    UnknownFunction { name: String, similar: Vec<&'static str> },
    /// A call has too many or too few arguments.
    WrongArguments { function: Function, given: usize },
    /// The argument for a parameter of a rule depends on a variable, or is a NaN.
    VariableParameter { name: &'static str },
    /// The rule does not accept these parameters.
    InvalidParameter { name: &'static str, given: Vec<f64> },
    /// The formula is nested too deeply.
    TooDeep { limit: usize },
}

impl ParseError {
    /// The problem at a byte of the text.
    pub(crate) fn at(text: &str, byte: usize, problem: Problem) -> Self {
        Self { problem, column: Self::column_of(text, byte), text: text.to_owned() }
    }

    /// The 1-based column, in characters, of a byte of the text.
    pub(crate) fn column_of(text: &str, byte: usize) -> usize {
        text[..byte].chars().count() + 1
    }

    /// An excerpt of the text around the place, and the number of characters in it before the place.
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
            Self::NumberTooLarge(number) => write!(f, "number too large: `{}`", excerpt(number)),
            Self::ExpectedOperand(Some(found)) => {
                write!(f, "expected an operand, found `{}`", excerpt(found))
            }
            Self::ExpectedOperand(None) => write!(f, "expected an operand, found the end"),
            Self::ExpectedOperator(found) => write!(f, "expected an operator, found `{}`", excerpt(found)),
            Self::BareFunction { name } => write!(f, "expected a parenthesis after `{name}`"),
            Self::MissingParenthesis { .. } => write!(f, "missing `)`"),
            Self::UnmatchedParenthesis => write!(f, "unmatched `)`"),
            Self::UnknownFunction { name, .. } => write!(f, "unknown function `{}`", excerpt(name)),
            Self::WrongArguments { function, given } => {
                write!(f, "`{}` was called with {}", function.name, arguments(*given))
            }
            Self::VariableParameter { name } => {
                write!(f, "this argument of `{name}` is not a constant number")
            }
            Self::InvalidParameter { name, given } => {
                write!(f, "`{name}` does not accept the constants {given:?}")
            }
            Self::TooDeep { limit } => write!(f, "nested more than {limit} levels deep"),
        }
    }
}

impl Problem {
    /// The remedy, as shown below the problem.
    fn remedy(&self) -> String {
        match self {
            Self::UnexpectedCharacter(_) => {
                "a formula consists of numbers, names, the operators + - * / ^, parentheses and commas".into()
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
            Self::UnmatchedParenthesis => "remove it, or add the opening `(`".into(),
            Self::UnknownFunction { similar, .. } => format!("similar functions: {}", similar.join(", ")),
            Self::WrongArguments { function: Function { operands, parameters: 0, .. }, .. } => {
                format!("it takes {}", arguments(*operands))
            }
            Self::WrongArguments { function: Function { operands, parameters, .. }, .. } => {
                format!(
                    "it takes {}; the last {parameters} must be constant",
                    arguments(operands + parameters)
                )
            }
            Self::VariableParameter { .. } => "use a number or a formula without variables".into(),
            Self::InvalidParameter { .. } => "use an integer, such as 2".into(),
            Self::TooDeep { .. } => "use variables for the inner parts, and compute those first".into(),
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
