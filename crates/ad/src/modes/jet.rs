//! Jets: a value with its derivatives along a curve, up to some order.
//!
//! All derivatives are computed from the rule table, whose partials are evaluated at jets.

use super::follow::Follow;
use super::leibniz::{leibniz, leibniz_sum};
use super::truncated::Truncated;
use crate::euclidean::norm;
use crate::number::{Binary, Numeric, Operand, Scalar, Unary, value_of, value_of_both};
use crate::rules::{Elementary, infix_operators, scalar_sum};

/// The value `x(t)` and its derivatives `x'(t), ..., x^(N-1)(t)`, of which `N - 1` is the order.
///
/// A rule with the partial `p(x, y)` says `y' = p(x, y) x'`. That equation, differentiated `k` times
/// (Leibniz), gives `y^(k+1) = sum_j C(k, j) p^(j) x^(k+1-j)`, in which the derivatives of `p` up to
/// order `k` are those of the partial evaluated at the jets of `x` and `y` up to order `k`: the table
/// gives all orders term by term (the idea of Griewank and Walther 2008, section 13.2, without their
/// second table).
///
/// ```
/// use wengert_ad::{Elementary, Jet};
///
/// let x = Jet::<5>::variable(1.0);
/// assert_eq!(x.powi(3).derivatives(), [1.0, 3.0, 6.0, 6.0, 0.0]);
/// ```
///
/// # Cost
/// `N^2` multiply-adds per product, more for rules whose partials call other rules: one evaluation of the
/// partial at the jet of one order less, and if it reads the output, those of all lower orders. Nested duals
/// take `3^(N-1)` multiplications per product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jet<const N: usize, T = f64> {
    derivatives: [T; N],
}

impl<const N: usize, T: Scalar> Jet<N, T> {
    /// The jet with these derivatives: the value, the first derivative, the second, and so on.
    #[inline(always)]
    pub fn new(derivatives: [T; N]) -> Self {
        const { assert!(N > 0, "a jet holds at least the value") };
        Self { derivatives }
    }

    /// The independent variable at `x`: the derivatives `x, 1, 0, 0, ...`.
    #[inline(always)]
    pub fn variable(x: T) -> Self {
        Self::line(x, T::constant(1.0))
    }

    /// A point on a straight line, at `x` with velocity `x_dot`: the derivatives `x, x_dot, 0, 0, ...`.
    #[inline(always)]
    pub fn line(x: T, x_dot: T) -> Self {
        let mut jet = Self::constant_of(x);
        if N > 1 {
            jet.derivatives[1] = x_dot;
        }
        jet
    }

    /// The value and its derivatives, in the order of differentiation.
    #[inline(always)]
    pub fn derivatives(self) -> [T; N] {
        self.derivatives
    }

    /// The constant `x`, all derivatives of which are known.
    #[inline(always)]
    fn constant_of(x: T) -> Self {
        let mut derivatives = [T::constant(0.0); N];
        derivatives[0] = x;
        Self::new(derivatives)
    }

    /// The jet that starts at `y` and continues with these derivatives.
    // Loops, since `array::map` and `array::from_fn` are not inlined if the function is long.
    #[inline(always)]
    fn continued(y: T, mut derivative: impl FnMut(usize) -> T) -> Self {
        let mut jet = Self::constant_of(y);
        for k in 1..N {
            jet.derivatives[k] = derivative(k);
        }
        jet
    }

    /// The jet that begins with these derivatives; those after them are 0.
    #[inline(always)]
    fn begun<const M: usize>(first: [T; M]) -> Self {
        let mut jet = Self::constant_of(first[0]);
        for (slot, derivative) in jet.derivatives.iter_mut().zip(first) {
            *slot = derivative;
        }
        jet
    }

    /// Whether all derivatives are zero.
    #[inline(always)]
    fn is_still(self) -> bool {
        self.derivatives[1..].iter().all(|x| x.is_zero())
    }

    /// The jet of lower order `M - 1`.
    #[inline(always)]
    fn lower<const M: usize>(self) -> Jet<M, T> {
        let mut lower = Jet::constant_of(self.derivatives[0]);
        for (k, slot) in lower.derivatives.iter_mut().enumerate() {
            *slot = self.derivatives[k];
        }
        lower
    }

    /// This jet of lower order, extended by the next derivative.
    #[inline(always)]
    fn extended<const H: usize>(self, next: T) -> Jet<H, T> {
        Jet::continued(self.derivatives[0], |k| if k < N { self.derivatives[k] } else { next })
    }

    /// The jet of `y = rule(x)` that starts at `y`.
    #[inline(always)]
    fn solved<R: Unary>(self, rule: R, y: T) -> Self {
        let x = self.derivatives;
        match N {
            1 => Self::constant_of(y),
            2 => Self::begun([y, rule.partial(x[0], y).chain(x[1])]),
            3 if !T::RECORDS => {
                let first = rule.partial(x[0], y).chain(x[1]);
                let p = rule.partial(Jet::begun([x[0], x[1]]), Jet::<2, T>::begun([y, first])).derivatives;
                // At a kink, the partial of a jet may be that of one side.
                let reads = rule.partial(Follow::input(x[0]), Follow::output(y)).output;
                let first = if reads { first } else { p[0].chain(x[1]) };
                Self::begun([y, first, p[0].chain(x[2]).accumulate(p[1].chain(x[1]))])
            }
            3 => self.integrated::<2, R>(rule, y),
            4 => outlined(|| self.integrated::<3, R>(rule, y)),
            5 => outlined(|| self.integrated::<4, R>(rule, y)),
            6 => outlined(|| self.integrated::<5, R>(rule, y)),
            _ => outlined(|| Self::new(Truncated::all(x).solved(rule, y).derivatives())),
        }
    }

    /// The same for `M = N - 1 >= 2`.
    #[inline(always)]
    fn integrated<const M: usize, R: Unary>(self, rule: R, y: T) -> Self {
        let x = self.lower::<M>();
        if rule.partial(Follow::input(self.derivatives[0]), Follow::output(y)).output {
            let lower = x.solved(rule, y);
            let p = rule.partial(x, lower);
            lower.extended(leibniz(&p.derivatives, &self.derivatives, M - 1))
        } else {
            let p = rule.partial(x, Jet::constant_of(y));
            Self::continued(y, |k| leibniz(&p.derivatives, &self.derivatives, k - 1))
        }
    }

    /// The jet of `y = rule(a, b)` that starts at `y`.
    #[inline(always)]
    #[track_caller]
    fn solved_both<R: Binary>(self, rhs: Self, rule: R, y: T) -> Self {
        let (a, b) = (self.derivatives, rhs.derivatives);
        match N {
            1 => Self::constant_of(y),
            2 => {
                let (da, db) = rule.partials(a[0], b[0], y);
                Self::begun([y, da.chain(a[1]).accumulate(db.chain(b[1]))])
            }
            3 if !T::RECORDS => {
                let (da, db) = rule.partials(a[0], b[0], y);
                let first = da.chain(a[1]).accumulate(db.chain(b[1]));
                let [lower_a, lower_b] = [Jet::begun([a[0], a[1]]), Jet::begun([b[0], b[1]])];
                let (p, q) = rule.partials(lower_a, lower_b, Jet::<2, T>::begun([y, first]));
                let (p, q) = (p.derivatives, q.derivatives);
                let [follow_a, follow_b] = [a[0], b[0]].map(Follow::input);
                let (of_a, of_b) = rule.partials(follow_a, follow_b, Follow::output(y));
                let reads = of_a.output || of_b.output;
                let first = if reads { first } else { p[0].chain(a[1]).accumulate(q[0].chain(b[1])) };
                let of_a = p[0].chain(a[2]).accumulate(p[1].chain(a[1]));
                let of_b = q[0].chain(b[2]).accumulate(q[1].chain(b[1]));
                Self::begun([y, first, of_a.accumulate(of_b)])
            }
            3 => self.integrated_both::<2, R>(rhs, rule, y),
            4 => outlined(|| self.integrated_both::<3, R>(rhs, rule, y)),
            5 => outlined(|| self.integrated_both::<4, R>(rhs, rule, y)),
            6 => outlined(|| self.integrated_both::<5, R>(rhs, rule, y)),
            _ => outlined(|| {
                Self::new(Truncated::all(a).solved_both(Truncated::all(b), rule, y).derivatives())
            }),
        }
    }

    /// The same for `M = N - 1 >= 2`.
    #[inline(always)]
    #[track_caller]
    fn integrated_both<const M: usize, R: Binary>(self, rhs: Self, rule: R, y: T) -> Self {
        let (a, b) = (self.lower::<M>(), rhs.lower::<M>());
        let sum = |pa: Jet<M, T>, pb: Jet<M, T>, k: usize| {
            let term = leibniz(&pa.derivatives, &self.derivatives, k);
            term.accumulate(leibniz(&pb.derivatives, &rhs.derivatives, k))
        };
        let (of_a, of_b) = {
            let [a, b] = [self, rhs].map(|x| Follow::input(x.derivatives[0]));
            rule.partials(a, b, Follow::output(y))
        };
        if of_a.output || of_b.output {
            let lower = a.solved_both(b, rule, y);
            let (pa, pb) = rule.partials(a, b, lower);
            lower.extended(sum(pa, pb, M - 1))
        } else {
            let (pa, pb) = rule.partials(a, b, Jet::constant_of(y));
            Self::continued(y, |k| sum(pa, pb, k - 1))
        }
    }
}

impl<const N: usize, T: Scalar> Jet<N, T> {
    /// `x(t) / t`, for `x(0) = 0`: the derivative of order `k` is `x^(k+1) / (k + 1)`. The last one, which is
    /// not known, is set to 0.
    fn divided_by_t(self) -> Self {
        let derivative = |k: usize| match self.derivatives.get(k + 1) {
            Some(x) => x.divide((k + 1) as f64),
            None => T::constant(0.0),
        };
        Self { derivatives: std::array::from_fn(derivative) }
    }

    /// `t x(t)`: the derivative of order `k` is `k x^(k-1)`.
    fn times_t(self) -> Self {
        let derivative = |k: usize| match k.checked_sub(1) {
            Some(before) => self.derivatives[before].scale(k as f64),
            None => T::constant(0.0),
        };
        Self { derivatives: std::array::from_fn(derivative) }
    }
}

impl<const N: usize, T: Scalar> Operand for Jet<N, T> {
    type Base = T::Base;

    #[inline(always)]
    fn unary<R: Unary>(self, rule: R) -> Self {
        let y = value_of(rule, self.derivatives[0]);
        if T::RECORDS && self.is_still() {
            return Self::continued(y, |k| self.derivatives[k]);
        }
        if R::LINEAR {
            let c = rule.partial(0.0, 0.0);
            return Self::continued(
                y,
                #[inline(always)]
                |k| self.derivatives[k].chain_constant(c),
            );
        }
        // Second derivatives begin with order 2.
        let y = if N > 2 { rule.lifted(self, Self::constant_of(y)).derivatives[0] } else { y };
        self.solved(rule, y)
    }
    #[inline(always)]
    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let (a, b) = (self.derivatives, rhs.derivatives);
        let y = value_of_both(rule, a[0], b[0]);
        if R::LINEAR {
            let (da, db) = rule.partials(0.0, 0.0, 0.0);
            return Self::continued(
                y,
                #[inline(always)]
                |k| a[k].chain_constant(da).accumulate(b[k].chain_constant(db)),
            );
        }
        let y = if N > 2 { rule.lifted(self, rhs, Self::constant_of(y)).derivatives[0] } else { y };
        self.solved_both(rhs, rule, y)
    }
}

/// Calls `work`, which is compiled once for each type of jet and rule: inlined in the code of the next order,
/// it would grow with a power of the order.
#[inline(never)]
fn outlined<Y>(work: impl FnOnce() -> Y) -> Y {
    work()
}

impl<const N: usize, T: Scalar> Numeric for Jet<N, T> {
    #[inline(always)]
    fn constant(c: f64) -> Self {
        Self::constant_of(T::constant(c))
    }
    #[inline(always)]
    #[track_caller]
    fn value(self) -> f64 {
        self.derivatives[0].value()
    }
    #[inline(always)]
    fn select(self, rhs: Self, test: fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        let (a, b) = (self.derivatives[0], rhs.derivatives[0]);
        Self::continued(
            a.select(b, test, yes.derivatives[0], no.derivatives[0]),
            #[inline(always)]
            |k| a.select(b, test, yes.derivatives[k], no.derivatives[k]),
        )
    }
}

impl<const N: usize, T: Scalar> Scalar for Jet<N, T> {
    const RECORDS: bool = T::RECORDS;

    #[inline(always)]
    fn is_constant(self, c: f64) -> bool {
        self.derivatives[0].is_constant(c) && self.is_still()
    }
    #[inline(always)]
    fn is_finite(self) -> bool {
        self.derivatives.iter().all(|x| x.is_finite())
    }
    #[inline(always)]
    fn is_differentiated(self) -> bool {
        N > 1
    }
    #[inline(always)]
    #[track_caller]
    fn chain(self, dot: Self) -> Self {
        let (p, x) = (self.derivatives, dot.derivatives);
        let value = p[0].chain(x[0]);
        // Straight-line code for the orders that arrays of jets have.
        match N {
            1 => return Self::constant_of(value),
            2 => return Self::begun([value, p[0].chain(x[1]).accumulate(p[1].chain(x[0]))]),
            3 if !T::RECORDS => {
                let first = p[0].chain(x[1]).accumulate(p[1].chain(x[0]));
                let outer = p[0].chain(x[2]).accumulate(p[2].chain(x[0]));
                return Self::begun([value, first, outer.accumulate(p[1].chain(x[1]).scale(2.0))]);
            }
            _ => {}
        }
        Self::continued(value, |order| leibniz_sum((0..=order).map(|j| [p[j], x[order - j]]), order))
    }
    #[inline(always)]
    fn chain_constant(self, c: f64) -> Self {
        Self::continued(
            self.derivatives[0].chain_constant(c),
            #[inline(always)]
            |k| self.derivatives[k].chain_constant(c),
        )
    }
    #[inline(always)]
    fn accumulate(self, term: Self) -> Self {
        Self::continued(
            self.derivatives[0].accumulate(term.derivatives[0]),
            #[inline(always)]
            |k| self.derivatives[k].accumulate(term.derivatives[k]),
        )
    }
    fn norm_at_zero(x: impl Iterator<Item = Self> + Clone) -> Self {
        if x.clone().all(Self::is_zero) {
            return Self::constant(0.0);
        }
        // Collected, since the type of an iterator over an iterator over ... would have no end.
        let quotients: Vec<Self> = x.map(Self::divided_by_t).collect();
        norm(quotients.iter().copied()).times_t()
    }
    fn pull_back_norm(self, y: Self, y_bar: Self) -> Self {
        let zero = Self::constant(0.0);
        let mut at_zero =
            if y.is_zero() { zero } else { self.divided_by_t() / y.divided_by_t() }.chain(y_bar);
        at_zero.derivatives[0] = T::constant(0.0);
        y.select(zero, |y, zero| y == zero, at_zero, (self / y).chain(y_bar))
    }
    fn stop_gradient(self) -> Self {
        Self::constant_of(self.derivatives[0].stop_gradient())
    }
}

infix_operators!([const N: usize, T: Scalar] Jet<N, T>);
scalar_sum!([const N: usize, T: Scalar] Jet<N, T>);
