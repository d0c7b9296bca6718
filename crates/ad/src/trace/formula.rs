//! Formulas of operations, in plain text and in LaTeX.

use super::digits;
use std::f64::consts::{PI, SQRT_2};

/// The notation of formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// Plain text, numbers in full.
    Exact,
    /// Plain text, numbers to six digits.
    Short,
    /// LaTeX, numbers to six digits.
    Latex,
}

/// A formula with the precedence of its outermost operator.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    pub(super) text: String,
    precedence: Precedence,
}

/// Precedence of operators, from lowest to highest; the same as in the formulas of the command
/// line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    Sum,
    Product,
    Minus,
    Power,
    Atom,
}
use Precedence::{Atom, Minus, Power, Product, Sum};

/// The functions for which LaTeX has a command of the same name.
const COMMANDS: [&str; 13] =
    ["sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "ln", "exp", "max", "min"];

impl Term {
    fn new(text: String, precedence: Precedence) -> Self {
        Self { text, precedence }
    }
}

impl Notation {
    /// The literal of a constant.
    pub(super) fn number(self, c: f64) -> Term {
        let text = if self == Self::Exact { digits::full(c) } else { digits::short(c) };
        let precedence = if text.starts_with('-') { Minus } else { Atom };
        if self != Self::Latex {
            return Term::new(text, precedence);
        }
        let text = match text.split_once('e') {
            _ if c.is_nan() => r"\mathrm{NaN}".into(),
            _ if c.is_infinite() => text.replace("inf", r"\infty"),
            Some((mantissa, exponent)) => format!(r"{mantissa} \cdot 10^{{{exponent}}}"),
            None => text,
        };
        Term::new(text, precedence)
    }

    /// The name of a node; digits at its end are a subscript in LaTeX.
    pub(super) fn name(self, name: &str) -> Term {
        if self != Self::Latex {
            return Term::new(name.to_owned(), Atom);
        }
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let (letters, index) = (stem.trim_end_matches('_').replace('_', r"\_"), &name[stem.len()..]);
        let letters = if letters.chars().count() == 1 { letters } else { format!(r"\mathit{{{letters}}}") };
        let text = if index.is_empty() { letters } else { format!("{letters}_{{{index}}}") };
        Term::new(text, Atom)
    }

    /// An operator applied to its operands; `parameters` are the constants that it holds.
    pub(super) fn apply(self, operator: &str, parameters: &[f64], operands: &[Term]) -> Term {
        let constant = |c: f64| self.number(c);
        match (operator, operands, parameters) {
            ("+", [a, b], _) => self.sum(a, b),
            ("-", [a, b], _) => self.difference(a, b),
            ("*", [a, b], _) => self.product(a, b),
            ("/", [a, b], _) => self.quotient(a, b),
            ("pow", [a, b], _) => self.power(a, b),
            ("negation", [x], _) => Term::new(format!("-{}", self.wrapped(x, Power)), Minus),
            ("shift", [x], &[c]) => self.sum(x, &constant(c)),
            ("subtract_from", [x], &[c]) => self.difference(&constant(c), x),
            ("scale", [x], &[c]) => self.product(&constant(c), x),
            ("divide", [x], &[c]) => self.quotient(x, &constant(c)),
            ("divide_into", [x], &[c]) => self.quotient(&constant(c), x),
            ("recip", [x], _) => self.quotient(&constant(1.0), x),
            ("square", [x], _) => self.power(x, &constant(2.0)),
            ("powi" | "powf", [x], &[n]) => self.power(x, &constant(n)),
            // What the partials of some rules consist of.
            ("power_one_less", [a, b], _) => self.power(a, &self.difference(b, &constant(1.0))),
            ("power_one_less", [x], &[p]) => self.power(x, &constant(p - 1.0)),
            ("sech_squared", [x], _) => self.quotient(
                &constant(1.0),
                &self.power(&self.call("cosh", std::slice::from_ref(x)), &constant(2.0)),
            ),
            ("gaussian", [x], &[c]) => {
                let exponent = self.product(&constant(-c), &self.power(x, &constant(2.0)));
                self.call("exp", &[exponent])
            }
            ("normal_distribution", [x], _) => {
                let argument = self
                    .quotient(&Term::new(format!("-{}", self.wrapped(x, Power)), Minus), &constant(SQRT_2));
                self.product(&constant(0.5), &self.call("erfc", &[argument]))
            }
            ("cubic_sigmoid", [x], _) => {
                let linear = self.product(&constant(2.0 * (2.0 / PI).sqrt()), x);
                let cubic = constant(0.044715 * 2.0 * (2.0 / PI).sqrt());
                let cubic = self.product(&cubic, &self.power(x, &constant(3.0)));
                self.call("sigmoid", &[self.sum(&linear, &cubic)])
            }
            (name, xs, parameters) => {
                let mut arguments = xs.to_vec();
                arguments.extend(parameters.iter().map(|&c| constant(c)));
                self.call(name, &arguments)
            }
        }
    }

    fn sum(self, a: &Term, b: &Term) -> Term {
        let text = match b.text.strip_prefix('-') {
            Some(positive) => format!("{} - {positive}", a.text),
            None => format!("{} + {}", a.text, b.text),
        };
        Term::new(text, Sum)
    }

    fn difference(self, a: &Term, b: &Term) -> Term {
        let text = match b.text.strip_prefix('-').filter(|_| b.precedence >= Product) {
            Some(positive) => format!("{} + {positive}", a.text),
            None => format!("{} - {}", a.text, self.wrapped(b, Product)),
        };
        Term::new(text, Sum)
    }

    fn product(self, a: &Term, b: &Term) -> Term {
        let (left, right) = (self.wrapped(a, Product), self.wrapped(b, Power));
        let number = a.text.ends_with(|c: char| c.is_ascii_digit()) && a.text.parse::<f64>().is_ok();
        let sign = match self {
            Self::Latex if number && right.starts_with(|c: char| !c.is_ascii_digit()) => r"\,",
            Self::Latex => r"\cdot",
            Self::Exact | Self::Short => "*",
        };
        Term::new(format!("{left} {sign} {right}"), Product)
    }

    fn quotient(self, a: &Term, b: &Term) -> Term {
        if self == Self::Latex {
            return Term::new(format!(r"\frac{{{}}}{{{}}}", a.text, b.text), Power);
        }
        Term::new(format!("{} / {}", self.wrapped(a, Product), self.wrapped(b, Power)), Product)
    }

    fn power(self, a: &Term, b: &Term) -> Term {
        let base = self.wrapped(a, Atom);
        let text = match self {
            Self::Latex => format!("{base}^{{{}}}", b.text),
            // A negative exponent needs no parentheses: `x^-2`.
            _ if b.text.parse::<f64>().is_ok() => format!("{base}^{}", b.text),
            _ => format!("{base}^{}", self.wrapped(b, Atom)),
        };
        Term::new(text, Power)
    }

    fn call(self, name: &str, arguments: &[Term]) -> Term {
        let list = arguments.iter().map(|x| x.text.as_str()).collect::<Vec<_>>().join(", ");
        if self != Self::Latex {
            return Term::new(format!("{name}({list})"), Atom);
        }
        match name {
            "exp" => Term::new(format!("e^{{{list}}}"), Power),
            "exp2" => Term::new(format!("2^{{{list}}}"), Power),
            "sqrt" => Term::new(format!(r"\sqrt{{{list}}}"), Atom),
            "cbrt" => Term::new(format!(r"\sqrt[3]{{{list}}}"), Atom),
            "abs" => Term::new(format!(r"\left|{list}\right|"), Atom),
            _ => {
                let command = if COMMANDS.contains(&name) {
                    format!(r"\{name}")
                } else {
                    format!(r"\operatorname{{{}}}", name.replace('_', r"\_"))
                };
                Term::new(format!(r"{command}\left({list}\right)"), Atom)
            }
        }
    }

    /// The term, in parentheses if its precedence is below `least`.
    fn wrapped(self, term: &Term, least: Precedence) -> String {
        match self {
            _ if term.precedence >= least => term.text.clone(),
            Self::Latex => format!(r"\left({}\right)", term.text),
            Self::Exact | Self::Short => format!("({})", term.text),
        }
    }
}
