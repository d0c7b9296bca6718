//! Text to tokens: numbers, names, and symbols of one character.

use crate::error::{ParseError, Problem};

/// A token of a formula.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Token<'a> {
    /// A number without a sign: `1`, `2.5`, `.5`, `1e-3`.
    Number(f64),
    /// A letter or underscore, followed by letters, digits and underscores.
    Name(&'a str),
    /// One of `+ - * / ^ ( ) ,`.
    Symbol(&'a str),
    /// The end of the text.
    End,
}

/// The tokens of a text, each with its first byte. The last token is [`Token::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<(usize, Token<'_>)>, ParseError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = if first.is_whitespace() {
            first.len_utf8()
        } else {
            let (token, length) = token(rest, first).map_err(|problem| ParseError::at(text, at, problem))?;
            tokens.push((at, token));
            length
        };
        at += length;
    }
    tokens.push((text.len(), Token::End));
    Ok(tokens)
}

/// The token at the start of `rest`, and its length in bytes.
fn token(rest: &str, first: char) -> Result<(Token<'_>, usize), Problem> {
    let length = number_length(rest);
    if length > 0 {
        return Ok((Token::Number(number(&rest[..length])?), length));
    }
    if let length @ 1.. = name_length(rest) {
        return Ok((Token::Name(&rest[..length]), length));
    }
    if "+-*/^(),".contains(first) {
        return Ok((Token::Symbol(&rest[..1]), 1));
    }
    Err(Problem::UnexpectedCharacter(first))
}

fn number(text: &str) -> Result<f64, Problem> {
    let value: f64 =
        text.parse().expect("the text consists of digits, at most one point and at most one exponent");
    if value.is_finite() { Ok(value) } else { Err(Problem::NumberTooLarge(text.to_owned())) }
}

/// The length of the number at the start of `text`; 0 if there is none.
fn number_length(text: &str) -> usize {
    let integer = digits(text);
    let fraction = text[integer..].strip_prefix('.').map(digits);
    if integer + fraction.unwrap_or(0) == 0 {
        return 0;
    }
    let mantissa = integer + fraction.map_or(0, |digits| 1 + digits);
    let Some(exponent) = text[mantissa..].strip_prefix(['e', 'E']) else { return mantissa };
    let sign = usize::from(exponent.starts_with(['+', '-']));
    // Without digits, the letter is not an exponent: `2e` is 2 followed by the constant e.
    match digits(&exponent[sign..]) {
        0 => mantissa,
        digits => mantissa + 1 + sign + digits,
    }
}

fn digits(text: &str) -> usize {
    text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len()
}

/// The length of the name at the start of `text`; 0 if there is none.
pub(crate) fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_numeric()) {
        return 0;
    }
    text.len() - text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len()
}
