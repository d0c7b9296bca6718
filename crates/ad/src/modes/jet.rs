//! Jets: a value with its derivatives along a curve, up to some order.
//!
//! All derivatives are computed from the rule table, whose partials are evaluated at jets.

use super::planes::{Planes, planar_product};
use crate::element::Element;
use crate::euclidean::norm;
use crate::number::{Binary, Numeric, Operand, Scalar, Unary, value_of, value_of_both};
use crate::rules::{ChainProduct, Elementary, infix_operators, scalar_sum};
use wengert_kernels::{Matrix, MatrixProduct};

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
/// `N^2` multiply-adds per product, more for rules whose partials call other rules. Nested duals take
/// `2^(N-1)`. So does one rule here: `a^b` with a variable exponent, whose partial needs the power of one
/// order less.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jet<const N: usize, T = f64> {
    derivatives: [T; N],
    /// The number of derivatives computed so far; `N`, except inside this module.
    known: usize,
}

impl<const N: usize, T: Scalar> Jet<N, T> {
    /// The jet with these derivatives: the value, the first derivative, the second, and so on.
    pub fn new(derivatives: [T; N]) -> Self {
        const { assert!(N > 0, "a jet holds at least the value") };
        Self { derivatives, known: N }
    }

    /// The independent variable at `x`: the derivatives `x, 1, 0, 0, ...`.
    pub fn variable(x: T) -> Self {
        Self::line(x, T::constant(1.0))
    }

    /// A point on a straight line, at `x` with velocity `x_dot`: the derivatives `x, x_dot, 0, 0, ...`.
    pub fn line(x: T, x_dot: T) -> Self {
        Self::new(std::array::from_fn(|order| match order {
            0 => x,
            1 => x_dot,
            _ => T::constant(0.0),
        }))
    }

    /// The value and its derivatives, in the order of differentiation.
    pub fn derivatives(self) -> [T; N] {
        self.derivatives
    }

    /// The constant `x`, all derivatives of which are known.
    fn constant_of(x: T) -> Self {
        Self::line(x, T::constant(0.0))
    }

    /// The jet of as many derivatives that starts at `y` and continues with these.
    #[inline(always)]
    fn mapped(self, y: T, derivative: impl Fn(usize) -> T) -> Self {
        let mut jet = Self { known: self.known, ..Self::constant_of(y) };
        for (k, slot) in jet.derivatives.iter_mut().enumerate().skip(1) {
            *slot = derivative(k);
        }
        jet
    }

    fn truncated(self, known: usize) -> Self {
        Self { known: known.min(self.known), ..self }
    }

    /// The solution of `y' = sum_i p_i x_i'` that starts at `y`, where `partials` gives the `p_i` at a
    /// jet of `y`.
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
        let mut y = Self { known: 1, ..Self::new(std::array::from_fn(|_| y)) };
        while y.known < wanted {
            let terms = if reads_output { y.known } else { wanted - 1 };
            let ps = partials(xs.map(|x| x.truncated(terms)), Self { known: terms, ..y });
            for k in y.known - 1..terms {
                let terms_of = ps.iter().zip(&xs).map(|(p, x)| leibniz(p, x, k));
                y.derivatives[k + 1] = terms_of.fold(T::constant(0.0), |sum, term| sum + term);
            }
            y.known = terms + 1;
        }
        y
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
        Self { derivatives: std::array::from_fn(derivative), known: self.known }
    }

    /// `t x(t)`: the derivative of order `k` is `k x^(k-1)`.
    fn times_t(self) -> Self {
        let derivative = |k: usize| match k.checked_sub(1) {
            Some(before) => self.derivatives[before].scale(k as f64),
            None => T::constant(0.0),
        };
        Self { derivatives: std::array::from_fn(derivative), known: self.known }
    }
}

/// The derivative of order `k` of `p x'`: `sum_j C(k, j) p^(j) x^(k+1-j)`.
fn leibniz<const N: usize, T: Scalar>(p: &Jet<N, T>, x: &Jet<N, T>, k: usize) -> T {
    leibniz_sum((0..=k).map(|j| [p.derivatives[j], x.derivatives[k + 1 - j]]), k)
}

/// `sum_j C(k, j) p_j x_j` over `k + 1` terms.
#[inline(always)]
fn leibniz_sum<T: Scalar>(terms: impl Iterator<Item = [T; 2]>, k: usize) -> T {
    let (mut sum, mut binomial) = (T::constant(0.0), 1.0);
    for (j, [p, x]) in terms.enumerate() {
        if !x.is_zero() && !p.is_zero() {
            sum = sum + p.chain(x).scale(binomial);
        }
        binomial = binomial * (k - j) as f64 / (j + 1) as f64;
    }
    sum
}

impl<const N: usize, T: Scalar> Operand for Jet<N, T> {
    type Base = T::Base;

    fn unary<R: Unary>(self, rule: R) -> Self {
        let x = self.derivatives[0];
        let mut y = value_of(rule, x);
        if R::LINEAR {
            let c = rule.partial(0.0, 0.0);
            return self.mapped(y, |k| self.derivatives[k].chain_constant(c));
        }
        if self.known > 2 {
            y = rule.lifted(self, Self::constant_of(y)).derivatives[0];
        }
        let read = self.known > 2 && rule.partial(Follow::input(x), Follow::output(y)).output;
        Self::integrated(y, [self], read, |[x], y| [rule.partial(x, y)])
    }
    #[track_caller]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let (a, b) = (self.derivatives[0], rhs.derivatives[0]);
        let mut y = value_of_both(rule, a, b);
        if R::LINEAR {
            let (da, db) = rule.partials(0.0, 0.0, 0.0);
            return self.truncated(rhs.known).mapped(y, |k| {
                self.derivatives[k].chain_constant(da).accumulate(rhs.derivatives[k].chain_constant(db))
            });
        }
        if self.known.min(rhs.known) > 2 {
            y = rule.lifted(self, rhs, Self::constant_of(y)).derivatives[0];
        }
        let read = self.known.min(rhs.known) > 2 && {
            let (da, db) = rule.partials(Follow::input(a), Follow::input(b), Follow::output(y));
            da.output || db.output
        };
        Self::integrated(y, [self, rhs], read, |[a, b], y| rule.partials(a, b, y).into())
    }
}

impl<const N: usize, T: Scalar> Numeric for Jet<N, T> {
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

impl<const N: usize, T: Scalar> Scalar for Jet<N, T> {
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

/// The components are the coefficients of the Taylor series, `x^(k) / k!`, whose product is a convolution.
impl<const N: usize, T: Element> Planes for Jet<N, T> {
    type Component = T;
    const PLANES: usize = N;

    fn component(self, i: usize) -> T {
        self.derivatives[i].divide(factorial(i))
    }
    fn from_components(component: impl Fn(usize) -> T) -> Self {
        Self::new(std::array::from_fn(|i| component(i).scale(factorial(i))))
    }
    fn terms(i: usize) -> impl Iterator<Item = [usize; 2]> {
        (0..=i).map(move |j| [j, i - j])
    }
}

#[inline(always)]
fn factorial(k: usize) -> f64 {
    match k {
        0 | 1 => 1.0,
        2 => 2.0,
        3 => 6.0,
        4 => 24.0,
        _ => (1..=k).map(|i| i as f64).product(),
    }
}

impl<const N: usize, T: Element> MatrixProduct for Jet<N, T> {
    fn gemm(a: Matrix<'_, Self>, b: Matrix<'_, Self>, c: &mut [Self], overwrite: bool) {
        planar_product(a, b, c, overwrite);
    }
}

/// A number that remembers whether it depends on the output of a rule: used to find out whether a partial
/// reads `y`.
#[derive(Clone, Copy, Debug)]
struct Follow<T> {
    value: T,
    output: bool,
}

impl<T> Follow<T> {
    fn input(value: T) -> Self {
        Self { value, output: false }
    }
    fn output(value: T) -> Self {
        Self { value, output: true }
    }
}

impl<T: Scalar> Operand for Follow<T> {
    type Base = T::Base;

    fn unary<R: Unary>(self, rule: R) -> Self {
        Self { value: self.value.unary(rule), ..self }
    }
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        Self { value: self.value.binary(rhs.value, rule), output: self.output || rhs.output }
    }
}

impl<T: Scalar> Numeric for Follow<T> {
    fn constant(c: f64) -> Self {
        Self::input(T::constant(c))
    }
    fn value(self) -> f64 {
        self.value.value()
    }
    fn select(self, rhs: Self, test: fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        let value = self.value.select(rhs.value, test, yes.value, no.value);
        Self { value, output: self.output || rhs.output || yes.output || no.output }
    }
}

impl<T: Scalar> Scalar for Follow<T> {
    fn is_constant(self, c: f64) -> bool {
        self.value.is_constant(c)
    }
    fn is_finite(self) -> bool {
        self.value.is_finite()
    }
    fn chain(self, dot: Self) -> Self {
        self.binary(dot, ChainProduct)
    }
}

infix_operators!([T: Scalar] Follow<T>);
