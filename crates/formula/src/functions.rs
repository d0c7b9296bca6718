//! The rule table by name: which functions exist, and their application.
//!
//! No function is listed here: everything walks the table, so that a new rule can be called by its
//! name at once.

use strsim::levenshtein;
use wengert_ad::rules::{BinaryVisitor, Interval, UnaryVisitor, each_binary, each_unary};
use wengert_ad::{Binary, Scalar, Unary};

/// A function that can be called by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// The number of operands of the rule: one or two.
    pub(crate) operands: usize,
    /// The number of constant arguments after the operands, such as `n` in `powi(x, n)`.
    pub(crate) parameters: usize,
}

/// Every rule of the table whose name is a word.
pub(crate) fn functions() -> Vec<Function> {
    let mut all = Functions(Vec::new());
    each_unary(&mut all);
    each_binary(&mut all);
    all.0
}

struct Functions(Vec<Function>);

impl UnaryVisitor for Functions {
    fn visit<R: Unary>(&mut self, rule: R, _: &'static [Interval]) {
        self.0.push(Function { name: R::NAME, operands: 1, parameters: rule.parameters().len() });
    }
}

impl BinaryVisitor for Functions {
    fn visit<R: Binary>(&mut self, _: R, _: [Interval; 2]) {
        if R::NAME.starts_with(char::is_alphabetic) {
            self.0.push(Function { name: R::NAME, operands: 2, parameters: 0 });
        }
    }
}

/// The unary rule of this name with these parameters, applied to `x`.
///
/// # Panics
/// If there is no such rule, or it does not accept these parameters.
pub(crate) fn unary<T: Scalar>(name: &str, parameters: &[f64], x: T) -> T {
    let mut application = ApplyUnary { name, parameters, x, y: None };
    each_unary(&mut application);
    application.y.expect("the parser uses rules of the table, with parameters that they accept")
}

/// Whether the unary rule of this name accepts these parameters.
pub(crate) fn accepts(name: &str, parameters: &[f64]) -> bool {
    let mut application = ApplyUnary { name, parameters, x: 1.0, y: None };
    each_unary(&mut application);
    application.y.is_some()
}

struct ApplyUnary<'a, T> {
    name: &'a str,
    parameters: &'a [f64],
    x: T,
    y: Option<T>,
}

impl<T: Scalar> UnaryVisitor for ApplyUnary<'_, T> {
    fn visit<R: Unary>(&mut self, _: R, _: &'static [Interval]) {
        if R::NAME == self.name {
            self.y = R::with_parameters(self.parameters).map(|rule| self.x.unary(rule));
        }
    }
}

/// The binary rule of this name, applied to `a` and `b`.
///
/// # Panics
/// If there is no such rule.
pub(crate) fn binary<T: Scalar>(name: &str, a: T, b: T) -> T {
    let mut application = ApplyBinary { name, a, b, y: None };
    each_binary(&mut application);
    application.y.expect("the parser uses rules of the table")
}

struct ApplyBinary<'a, T> {
    name: &'a str,
    a: T,
    b: T,
    y: Option<T>,
}

impl<T: Scalar> BinaryVisitor for ApplyBinary<'_, T> {
    fn visit<R: Binary>(&mut self, rule: R, _: [Interval; 2]) {
        if R::NAME == self.name {
            self.y = Some(self.a.binary(self.b, rule));
        }
    }
}

/// The functions whose names are most similar to `name`, the most similar first; all functions if
/// none is similar.
pub(crate) fn similar(name: &str) -> Vec<&'static str> {
    let contain = |a: &str, b: &str| a.contains(b) || b.contains(a);
    let names: Vec<&str> = functions().into_iter().map(|function| function.name).collect();
    // The time to compare a name grows with its length, and a file may have names of any length.
    let longest = names.iter().map(|known| known.len()).max().unwrap_or(0);
    if name.len() > 2 * longest {
        return names;
    }
    let mut near: Vec<(usize, &str)> = names
        .iter()
        .map(|&other| (levenshtein(name, other), other))
        .filter(|&(distance, other)| distance <= 2 && distance < name.len() || contain(name, other))
        .collect();
    near.sort_by_key(|&(distance, other)| (distance, other.chars().next() != name.chars().next()));
    if near.is_empty() { names } else { near.into_iter().take(4).map(|(_, name)| name).collect() }
}
