//! Dual numbers: a primal with its tangent.

use super::planar_affine::PlanarAffine;
use super::planes::{Planes, planar_affine, planar_highest, planar_product};
use crate::element::{Chunks, Element};
use crate::euclidean::norm;
use crate::number::{Binary, Numeric, Operand, Scalar, Unary, value_of, value_of_both};
use crate::rules::{Elementary, infix_operators, scalar_sum};
use wengert_kernels::{Matrix, MatrixProduct};

/// A dual number `x + x_dot e`, `e^2 = 0`: the primal and the derivative along one direction.
///
/// Nested duals, `Dual<Dual<f64>>`, carry higher derivatives; since the nesting is in the type,
/// perturbations of different levels cannot be confused.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Dual<T = f64> {
    /// The primal: the value, or for nested duals the number one level inside.
    pub primal: T,
    /// The tangent: the derivative of the primal along the chosen direction.
    pub tangent: T,
}

impl<T> Dual<T> {
    /// The number `primal + tangent e`.
    pub fn new(primal: T, tangent: T) -> Self {
        Self { primal, tangent }
    }
}

impl<T: Scalar> Operand for Dual<T> {
    type Base = T::Base;

    #[inline(always)]
    fn unary<R: Unary>(self, rule: R) -> Self {
        let y = value_of(rule, self.primal);
        if T::RECORDS && self.tangent.is_zero() {
            return Self { primal: y, tangent: self.tangent };
        }
        let tangent = if R::LINEAR {
            self.tangent.chain_constant(rule.partial(0.0, 0.0))
        } else {
            rule.partial(self.primal, y).chain(self.tangent)
        };
        Self { primal: y, tangent }
    }
    #[inline(always)]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let y = value_of_both(rule, self.primal, rhs.primal);
        let tangent = if R::LINEAR {
            let (da, db) = rule.partials(0.0, 0.0, 0.0);
            self.tangent.chain_constant(da).accumulate(rhs.tangent.chain_constant(db))
        } else {
            let (da, db) = rule.partials(self.primal, rhs.primal, y);
            da.chain(self.tangent).accumulate(db.chain(rhs.tangent))
        };
        Self { primal: y, tangent }
    }
}

impl<T: Scalar> Numeric for Dual<T> {
    #[inline(always)]
    fn constant(c: f64) -> Self {
        Self { primal: T::constant(c), tangent: T::constant(0.0) }
    }
    #[inline(always)]
    fn value(self) -> f64 {
        self.primal.value()
    }
    #[inline(always)]
    fn select(self, rhs: Self, test: fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        let pick = |yes, no| self.primal.select(rhs.primal, test, yes, no);
        Self { primal: pick(yes.primal, no.primal), tangent: pick(yes.tangent, no.tangent) }
    }
}

impl<T: Scalar> Scalar for Dual<T> {
    const RECORDS: bool = T::RECORDS;

    #[inline(always)]
    fn is_constant(self, c: f64) -> bool {
        self.primal.is_constant(c) && self.tangent.is_zero()
    }
    #[inline(always)]
    fn is_finite(self) -> bool {
        self.primal.is_finite() && self.tangent.is_finite()
    }
    #[inline(always)]
    fn chain(self, dot: Self) -> Self {
        let tangent = self.primal.chain(dot.tangent).accumulate(self.tangent.chain(dot.primal));
        Self { primal: self.primal.chain(dot.primal), tangent }
    }
    #[inline(always)]
    fn chain_constant(self, c: f64) -> Self {
        Self { primal: self.primal.chain_constant(c), tangent: self.tangent.chain_constant(c) }
    }
    #[inline(always)]
    fn accumulate(self, term: Self) -> Self {
        let Self { primal, tangent } = term;
        Self { primal: self.primal.accumulate(primal), tangent: self.tangent.accumulate(tangent) }
    }
    fn norm_at_zero(x: impl Iterator<Item = Self> + Clone) -> Self {
        let primal = norm(x.clone().map(|x| x.primal));
        let tangent = if primal.is_zero() {
            norm(x.map(|x| x.tangent))
        } else {
            x.fold(T::constant(0.0), |sum, x| sum + x.primal.pull_back_norm(primal, x.tangent))
        };
        Self { primal, tangent }
    }
    #[inline(always)]
    fn pull_back_norm(self, y: Self, y_bar: Self) -> Self {
        let [x, norm] = if y.primal.is_zero() { [self.tangent, y.tangent] } else { [self.primal, y.primal] };
        let primal = self.primal.pull_back_norm(y.primal, y_bar.primal);
        let at_zero = Self { primal, tangent: x.pull_back_norm(norm, y_bar.tangent) };
        y.select(Self::constant(0.0), |y, zero| y == zero, at_zero, (self / y).chain(y_bar))
    }
    #[inline(always)]
    fn stop_gradient(self) -> Self {
        Self { primal: self.primal.stop_gradient(), tangent: T::constant(0.0) }
    }
}

infix_operators!([T: Scalar] Dual<T>);
scalar_sum!([T: Scalar] Dual<T>);

impl<T: Element> Planes for Dual<T> {
    type Component = T;
    const PLANES: usize = 2;
    const HIGHEST: usize = 1;

    #[inline(always)]
    fn component(self, i: usize) -> T {
        if i == 0 { self.primal } else { self.tangent }
    }
    #[inline(always)]
    fn from_components(component: impl Fn(usize) -> T) -> Self {
        Self { primal: component(0), tangent: component(1) }
    }
    #[inline(always)]
    fn plane(chunk: &Self::Chunk, i: usize) -> &T::Chunk {
        if i == 0 { &chunk.primal } else { &chunk.tangent }
    }
    #[inline(always)]
    fn plane_mut(chunk: &mut Self::Chunk, i: usize) -> &mut T::Chunk {
        if i == 0 { &mut chunk.primal } else { &mut chunk.tangent }
    }
    fn terms(i: usize) -> impl Iterator<Item = [usize; 2]> {
        (0..=i).map(move |j| [j, i - j])
    }
}

impl<T: Element> MatrixProduct for Dual<T> {
    fn gemm(a: Matrix<'_, Self>, b: Matrix<'_, Self>, c: &mut [Self], overwrite: bool) {
        planar_product(a, b, c, overwrite);
    }
    fn gemm_of_highest(a: Matrix<'_, Self>, b: Matrix<'_, Self>, c: &mut [Self], overwrite: bool) {
        planar_highest(a, b, c, overwrite);
    }
    fn affine(x: Matrix<'_, Self>, w: Matrix<'_, Self>, b: &[Self], y: &mut [Self]) {
        planar_affine(x, w, b, y);
    }
}

impl<T: Element> Chunks for Dual<T> {
    type Chunk = Dual<T::Chunk>;
    type Affine = PlanarAffine<T>;
    const SEPARATE: bool = true;

    #[inline(always)]
    fn zeros() -> Self::Chunk {
        Dual { primal: T::zeros(), tangent: T::zeros() }
    }
    #[inline(always)]
    fn joined(chunk: &Self::Chunk, i: usize) -> Self {
        Self { primal: T::joined(&chunk.primal, i), tangent: T::joined(&chunk.tangent, i) }
    }
    #[inline(always)]
    fn set(self, chunk: &mut Self::Chunk, i: usize) {
        self.primal.set(&mut chunk.primal, i);
        self.tangent.set(&mut chunk.tangent, i);
    }
}
