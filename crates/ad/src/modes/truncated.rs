//! Derivatives of rules to high order, one order after the other.

use super::follow::Follow;
use super::leibniz::{leibniz, leibniz_sum};
use crate::number::{Binary, Numeric, Operand, Scalar, Unary, value_of, value_of_both};
use crate::rules::{Elementary, infix_operators};

/// The value and the derivatives of a curve, of which only the first `known` are determined.
///
/// A rule with the partial `p(x, y)` says `y' = p(x, y) x'`. To evaluate `p` up to order `k`, its operands
/// are cut to that order: the number of levels is determined at run time, where straight-line code would grow
/// with a power of the order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Truncated<const N: usize, T> {
    derivatives: [T; N],
    known: usize,
}

impl<const N: usize, T: Scalar> Truncated<N, T> {
    pub(super) fn all(derivatives: [T; N]) -> Self {
        Self { derivatives, known: N }
    }

    pub(super) fn derivatives(self) -> [T; N] {
        self.derivatives
    }

    fn constant_of(x: T) -> Self {
        let mut derivatives = [T::constant(0.0); N];
        derivatives[0] = x;
        Self::all(derivatives)
    }

    /// The numbers of as many derivatives that start at `y` and continue with these.
    fn mapped(self, y: T, derivative: impl Fn(usize) -> T) -> Self {
        let mut mapped = Self { known: self.known, ..Self::constant_of(y) };
        for (k, slot) in mapped.derivatives.iter_mut().enumerate().skip(1) {
            *slot = derivative(k);
        }
        mapped
    }

    fn truncated(self, known: usize) -> Self {
        Self { known: known.min(self.known), ..self }
    }

    /// The derivatives of `y = rule(x)`, given `y`.
    pub(super) fn solved<R: Unary>(self, rule: R, y: T) -> Self {
        let x = Follow::input(self.derivatives[0]);
        let read = self.known > 2 && rule.partial(x, Follow::output(y)).output;
        Self::integrated(y, [self], read, |[x], y| [rule.partial(x, y)])
    }

    /// The derivatives of `y = rule(a, b)`, given `y`.
    #[track_caller]
    pub(super) fn solved_both<R: Binary>(self, rhs: Self, rule: R, y: T) -> Self {
        let read = self.known.min(rhs.known) > 2 && {
            let [a, b] = [self, rhs].map(|x| Follow::input(x.derivatives[0]));
            let (da, db) = rule.partials(a, b, Follow::output(y));
            da.output || db.output
        };
        Self::integrated(y, [self, rhs], read, |[a, b], y| rule.partials(a, b, y).into())
    }

    /// The solution of `y' = sum_i p_i x_i'` that starts at `y`, where `partials` gives the `p_i` at the
    /// derivatives of `y`.
    ///
    /// If `reads_output` is false, one evaluation of the partials gives all orders; otherwise each order
    /// takes one.
    fn integrated<const A: usize>(
        y: T,
        xs: [Self; A],
        reads_output: bool,
        partials: impl Fn([Self; A], Self) -> [Self; A],
    ) -> Self {
        let wanted = xs.iter().map(|x| x.known).min().expect("a rule has operands");
        let mut y = Self { known: 1, derivatives: [y; N] };
        while y.known < wanted {
            let terms = if reads_output { y.known } else { wanted - 1 };
            let ps = partials(xs.map(|x| x.truncated(terms)), Self { known: terms, ..y });
            for k in y.known - 1..terms {
                let terms_of = ps.iter().zip(&xs).map(|(p, x)| leibniz(&p.derivatives, &x.derivatives, k));
                y.derivatives[k + 1] = terms_of.fold(T::constant(0.0), Scalar::accumulate);
            }
            y.known = terms + 1;
        }
        y
    }
}

impl<const N: usize, T: Scalar> Operand for Truncated<N, T> {
    type Base = T::Base;

    fn unary<R: Unary>(self, rule: R) -> Self {
        let y = value_of(rule, self.derivatives[0]);
        if R::LINEAR {
            let c = rule.partial(0.0, 0.0);
            return self.mapped(y, |k| self.derivatives[k].chain_constant(c));
        }
        let lifted = self.known > 2;
        let y = if lifted { rule.lifted(self, Self::constant_of(y)).derivatives[0] } else { y };
        self.solved(rule, y)
    }
    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let (a, b) = (self.derivatives, rhs.derivatives);
        let y = value_of_both(rule, a[0], b[0]);
        if R::LINEAR {
            let (da, db) = rule.partials(0.0, 0.0, 0.0);
            let term = |k: usize| a[k].chain_constant(da).accumulate(b[k].chain_constant(db));
            return self.truncated(rhs.known).mapped(y, term);
        }
        let lifted = self.known.min(rhs.known) > 2;
        let y = if lifted { rule.lifted(self, rhs, Self::constant_of(y)).derivatives[0] } else { y };
        self.solved_both(rhs, rule, y)
    }
}

impl<const N: usize, T: Scalar> Numeric for Truncated<N, T> {
    fn constant(c: f64) -> Self {
        Self::constant_of(T::constant(c))
    }
    #[track_caller]
    fn value(self) -> f64 {
        self.derivatives[0].value()
    }
    fn select(self, rhs: Self, test: fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        let (a, b) = (self.derivatives[0], rhs.derivatives[0]);
        let pick = |k: usize| a.select(b, test, yes.derivatives[k], no.derivatives[k]);
        Self { derivatives: std::array::from_fn(pick), known: yes.known.min(no.known) }
    }
}

impl<const N: usize, T: Scalar> Scalar for Truncated<N, T> {
    const RECORDS: bool = T::RECORDS;

    fn is_constant(self, c: f64) -> bool {
        self.derivatives[0].is_constant(c) && self.derivatives[1..].iter().all(|x| x.is_zero())
    }
    fn is_finite(self) -> bool {
        self.derivatives.iter().all(|x| x.is_finite())
    }
    fn is_differentiated(self) -> bool {
        self.known > 1
    }
    #[track_caller]
    fn chain(self, dot: Self) -> Self {
        let known = self.known.min(dot.known);
        let mut product = Self { known, ..Self::constant_of(self.derivatives[0].chain(dot.derivatives[0])) };
        for order in 1..known {
            let terms = (0..=order).map(|j| [self.derivatives[j], dot.derivatives[order - j]]);
            product.derivatives[order] = leibniz_sum(terms, order);
        }
        product
    }
}

infix_operators!([const N: usize, T: Scalar] Truncated<N, T>);
