//! The rule table by name: which functions there are, and their application.
//!
//! No function is listed here. Both directions walk the table, so a rule added there can be called at once.

use wengert::ad::rules::{BinaryVisitor, Interval, UnaryVisitor, each_binary, each_unary};
use wengert::ad::{Binary, Scalar, Unary};

/// Something that can be called by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Function {
    /// The name of the rule.
    pub(super) name: &'static str,
    /// How many operands the rule has: one or two.
    pub(super) operands: usize,
    /// How many constant arguments follow the operands, such as `n` of `powi(x, n)`.
    pub(super) parameters: usize,
}

/// Every rule of the table that is named by a word.
pub(super) fn functions() -> Vec<Function> {
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
/// If there is no such rule, or it doesn't take these parameters.
pub(super) fn unary<T: Scalar>(name: &str, parameters: &[f64], x: T) -> T {
    let mut application = ApplyUnary { name, parameters, x, y: None };
    each_unary(&mut application);
    application.y.expect("the parser writes down rules of the table, with parameters that they take")
}

/// Whether the unary rule of this name takes these parameters.
pub(super) fn takes(name: &str, parameters: &[f64]) -> bool {
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
pub(super) fn binary<T: Scalar>(name: &str, a: T, b: T) -> T {
    let mut application = ApplyBinary { name, a, b, y: None };
    each_binary(&mut application);
    application.y.expect("the parser writes down rules of the table")
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

/// The functions whose names are most like `name`, the nearest first; all of them if none is near.
pub(super) fn similar(name: &str) -> Vec<&'static str> {
    let contain = |a: &str, b: &str| a.contains(b) || b.contains(a);
    let names: Vec<&str> = functions().into_iter().map(|function| function.name).collect();
    let mut near: Vec<(usize, &str)> = names
        .iter()
        .map(|&other| (edit_distance(name, other), other))
        .filter(|&(distance, other)| distance <= 2 && distance < name.len() || contain(name, other))
        .collect();
    near.sort_by_key(|&(distance, other)| (distance, other.chars().next() != name.chars().next()));
    if near.is_empty() { names } else { near.into_iter().take(4).map(|(_, name)| name).collect() }
}

/// Levenshtein's distance: how many letters to insert, drop or replace.
fn edit_distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.chars().count()]
}
