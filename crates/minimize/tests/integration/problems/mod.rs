//! Standard test functions for minimisation, with hand-written derivatives.
//!
//! Source: More, Garbow and Hillstrom 1981, "Testing unconstrained optimization software"; M with a number
//! is the problem's number there. Sums of squares are given by their residuals and Jacobian; the value is
//! the plain sum, without a half, as in the source.

mod extended;
mod fitted;
mod plain;
mod small;

use wengert_minimize::{Jacobian, Objective, Residuals};

/// A function to minimise, its standard start, and the known values of its minima.
pub(crate) struct Problem {
    pub(crate) name: &'static str,
    pub(crate) start: Vec<f64>,
    pub(crate) minima: &'static [f64],
    pub(crate) kind: Kind,
}

/// The form in which a function is given.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Adds the gradient and returns the value.
    Plain(fn(&[f64], &mut [f64]) -> f64),
    /// A sum of squares.
    Squares(Squares),
}

/// Residuals: their number in `n` dimensions, their values, and their Jacobian row by row, which is zero on
/// entry.
#[derive(Clone, Copy)]
pub(crate) struct Squares {
    pub(crate) count: fn(usize) -> usize,
    pub(crate) residuals: fn(&[f64], &mut [f64]),
    pub(crate) jacobian: fn(&[f64], &mut [f64]),
}

impl Objective for Problem {
    fn value_and_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        match self.kind {
            Kind::Plain(function) => function(x, gradient),
            Kind::Squares(squares) => squares.value_and_gradient(x, gradient),
        }
    }
}

impl Squares {
    fn value_and_gradient(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let m = (self.count)(x.len());
        let (mut r, mut rows) = (vec![0.0; m], vec![0.0; m * x.len()]);
        (self.residuals)(x, &mut r);
        (self.jacobian)(x, &mut rows);
        for (r, row) in r.iter().zip(rows.chunks(x.len())) {
            for (g, partial) in gradient.iter_mut().zip(row) {
                *g += 2.0 * r * partial;
            }
        }
        r.iter().map(|r| r * r).sum()
    }
}

/// The residuals of a problem in `n` dimensions, for methods for sums of squares.
pub(crate) struct ResidualsOf {
    pub(crate) squares: Squares,
    pub(crate) n: usize,
}

impl Residuals for ResidualsOf {
    fn count(&self) -> usize {
        (self.squares.count)(self.n)
    }

    fn residuals(&mut self, x: &[f64], residuals: &mut [f64]) {
        (self.squares.residuals)(x, residuals);
    }
}

impl Jacobian for ResidualsOf {
    fn jacobian(&mut self, x: &[f64], jacobian: &mut [f64]) {
        (self.squares.jacobian)(x, jacobian);
    }
}

impl Problem {
    fn plain(
        name: &'static str,
        start: Vec<f64>,
        minima: &'static [f64],
        f: fn(&[f64], &mut [f64]) -> f64,
    ) -> Self {
        Self { name, start, minima, kind: Kind::Plain(f) }
    }

    fn squares(name: &'static str, start: Vec<f64>, minima: &'static [f64], squares: Squares) -> Self {
        Self { name, start, minima, kind: Kind::Squares(squares) }
    }

    /// The residuals, of a problem that has them.
    pub(crate) fn residuals(&self) -> Option<ResidualsOf> {
        match self.kind {
            Kind::Plain(_) => None,
            Kind::Squares(squares) => Some(ResidualsOf { squares, n: self.start.len() }),
        }
    }
}

/// The problem of this name.
pub(crate) fn problem(name: &str) -> Problem {
    all().into_iter().find(|problem| problem.name == name).expect("the name is that of a problem")
}

/// All problems at their standard starting points.
pub(crate) fn all() -> Vec<Problem> {
    let mut problems = plain::problems();
    problems.extend(small::problems());
    problems.extend(fitted::problems());
    problems.extend(extended::problems());
    problems
}

/// `n` numbers that repeat the pattern.
fn repeated(pattern: &[f64], n: usize) -> Vec<f64> {
    pattern.iter().copied().cycle().take(n).collect()
}
