//! Dual numbers with several directions: a primal with several tangents.

use super::planar_affine::PlanarAffine;
use super::planes::{Planes, planar_affine, planar_highest, planar_product};
use crate::element::{Chunks, Element};
use crate::euclidean::norm;
use crate::number::{Binary, Numeric, Operand, Scalar, Unary, value_of, value_of_both};
use crate::rules::{Elementary, infix_operators, scalar_sum};
use wengert_kernels::{Matrix, MatrixProduct};

/// A primal with its derivatives along `W` directions.
///
/// Equivalent to `W` [`Dual`](crate::Dual) numbers that share a primal: values and partials are computed
/// once, and the `W` multiply-adds of an operation can be vectorised (the chunks of Revels, Lubin and
/// Papamarkou 2016, section 2.3).
///
/// ```
/// use wengert_ad::Directions;
///
/// let [x, y] = [Directions::new(2.0, [1.0, 0.0]), Directions::new(3.0, [0.0, 1.0])];
/// assert_eq!((x * x * x * (x + 3.0 * y)).tangents, [140.0, 24.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Directions<const W: usize, T = f64> {
    /// The primal.
    pub primal: T,
    /// The tangents: the derivative of the primal along each direction.
    pub tangents: [T; W],
}

impl<const W: usize, T: Scalar> Directions<W, T> {
    /// A number with these tangents.
    pub fn new(primal: T, tangents: [T; W]) -> Self {
        Self { primal, tangents }
    }

    /// Input number `input` of a function, where the directions are the inputs `first, ..., first + W - 1`.
    #[inline(always)]
    pub fn unit(primal: T, input: usize, first: usize) -> Self {
        let mut tangents = [T::constant(0.0); W];
        if let Some(tangent) = input.checked_sub(first).and_then(|w| tangents.get_mut(w)) {
            *tangent = T::constant(1.0);
        }
        Self { primal, tangents }
    }
}

impl<const W: usize, T: Scalar> Directions<W, T> {
    /// Whether there are so many directions that a test of a partial costs less than one in each product.
    const MANY: bool = W > 4;

    /// The tangents `f(0), ..., f(W - 1)`.
    // A loop, since `array::map` and `array::from_fn` are not inlined if `f` is long or `W` large.
    #[inline(always)]
    fn each(mut f: impl FnMut(usize) -> T) -> [T; W] {
        let mut tangents = [T::constant(0.0); W];
        for (w, tangent) in tangents.iter_mut().enumerate() {
            *tangent = f(w);
        }
        tangents
    }

    /// The chain rule's product of a partial with each tangent.
    #[inline(always)]
    fn scale(tangents: &mut [T; W], partial: T) {
        if Self::MANY && partial.is_ordinary() {
            for tangent in tangents {
                *tangent = partial * *tangent;
            }
        } else {
            for tangent in tangents {
                *tangent = partial.chain(*tangent);
            }
        }
    }

    /// The chain rule's product of a constant partial with each tangent.
    #[inline(always)]
    fn scale_by_constant(tangents: &mut [T; W], c: f64) {
        for tangent in tangents {
            *tangent = tangent.chain_constant(c);
        }
    }
}

impl<const W: usize, T: Scalar> Operand for Directions<W, T> {
    type Base = T::Base;

    #[inline(always)]
    fn unary<R: Unary>(self, rule: R) -> Self {
        let y = value_of(rule, self.primal);
        if T::RECORDS && self.tangents.iter().all(|x_dot| x_dot.is_zero()) {
            return Self { primal: y, ..self };
        }
        let mut tangents = self.tangents;
        if R::LINEAR {
            Self::scale_by_constant(&mut tangents, rule.partial(0.0, 0.0));
        } else {
            Self::scale(&mut tangents, rule.partial(self.primal, y));
        }
        Self { primal: y, tangents }
    }
    #[inline(always)]
    fn binary<R: Binary>(self, rhs: Self, rule: R) -> Self {
        let y = value_of_both(rule, self.primal, rhs.primal);
        let mut tangents = self.tangents;
        if R::LINEAR {
            let (da, db) = rule.partials(0.0, 0.0, 0.0);
            Self::scale_by_constant(&mut tangents, da);
            for (tangent, b_dot) in tangents.iter_mut().zip(rhs.tangents) {
                *tangent = tangent.accumulate(b_dot.chain_constant(db));
            }
            return Self { primal: y, tangents };
        }
        let (da, db) = rule.partials(self.primal, rhs.primal, y);
        if Self::MANY && da.is_ordinary() && db.is_ordinary() {
            for (tangent, b_dot) in tangents.iter_mut().zip(rhs.tangents) {
                *tangent = da * *tangent + db * b_dot;
            }
        } else if !Self::MANY {
            for (tangent, b_dot) in tangents.iter_mut().zip(rhs.tangents) {
                *tangent = da.chain(*tangent).accumulate(db.chain(b_dot));
            }
        } else {
            Self::scale(&mut tangents, da);
            let mut from_b = rhs.tangents;
            Self::scale(&mut from_b, db);
            for (tangent, term) in tangents.iter_mut().zip(from_b) {
                *tangent = tangent.accumulate(term);
            }
        }
        Self { primal: y, tangents }
    }
}

impl<const W: usize, T: Scalar> Numeric for Directions<W, T> {
    #[inline(always)]
    fn constant(c: f64) -> Self {
        Self { primal: T::constant(c), tangents: [T::constant(0.0); W] }
    }
    #[inline(always)]
    #[track_caller]
    fn value(self) -> f64 {
        self.primal.value()
    }
    #[inline(always)]
    fn select(self, rhs: Self, test: fn(f64, f64) -> bool, yes: Self, no: Self) -> Self {
        let pick = |yes, no| self.primal.select(rhs.primal, test, yes, no);
        let tangent = |w: usize| pick(yes.tangents[w], no.tangents[w]);
        Self { primal: pick(yes.primal, no.primal), tangents: Self::each(tangent) }
    }
}

impl<const W: usize, T: Scalar> Scalar for Directions<W, T> {
    const RECORDS: bool = T::RECORDS;

    #[inline(always)]
    fn is_constant(self, c: f64) -> bool {
        self.primal.is_constant(c) && self.tangents.iter().all(|x_dot| x_dot.is_zero())
    }
    #[inline(always)]
    fn is_finite(self) -> bool {
        self.primal.is_finite() && self.tangents.iter().all(|x_dot| x_dot.is_finite())
    }
    #[inline(always)]
    fn chain(self, dot: Self) -> Self {
        let tangent =
            |w: usize| self.primal.chain(dot.tangents[w]).accumulate(self.tangents[w].chain(dot.primal));
        Self { primal: self.primal.chain(dot.primal), tangents: Self::each(tangent) }
    }
    #[inline(always)]
    fn chain_constant(self, c: f64) -> Self {
        let Self { mut primal, mut tangents } = self;
        primal = primal.chain_constant(c);
        Self::scale_by_constant(&mut tangents, c);
        Self { primal, tangents }
    }
    #[inline(always)]
    fn accumulate(self, term: Self) -> Self {
        let tangent = |w: usize| self.tangents[w].accumulate(term.tangents[w]);
        Self { primal: self.primal.accumulate(term.primal), tangents: Self::each(tangent) }
    }
    fn norm_at_zero(x: impl Iterator<Item = Self> + Clone) -> Self {
        let primal = norm(x.clone().map(|x| x.primal));
        let tangent = |w: usize| {
            let x = x.clone();
            if primal.is_zero() {
                norm(x.map(|x| x.tangents[w]))
            } else {
                x.fold(T::constant(0.0), |sum, x| sum + x.primal.pull_back_norm(primal, x.tangents[w]))
            }
        };
        Self { primal, tangents: Self::each(tangent) }
    }
    #[inline(always)]
    fn pull_back_norm(self, y: Self, y_bar: Self) -> Self {
        let tangent = |w: usize| {
            let [x, norm] =
                if y.primal.is_zero() { [self.tangents[w], y.tangents[w]] } else { [self.primal, y.primal] };
            x.pull_back_norm(norm, y_bar.tangents[w])
        };
        let primal = self.primal.pull_back_norm(y.primal, y_bar.primal);
        let at_zero = Self { primal, tangents: Self::each(tangent) };
        y.select(Self::constant(0.0), |y, zero| y == zero, at_zero, (self / y).chain(y_bar))
    }
    #[inline(always)]
    fn stop_gradient(self) -> Self {
        Self { primal: self.primal.stop_gradient(), tangents: [T::constant(0.0); W] }
    }
}

infix_operators!([const W: usize, T: Scalar] Directions<W, T>);
scalar_sum!([const W: usize, T: Scalar] Directions<W, T>);

impl<const W: usize, T: Element> Planes for Directions<W, T> {
    type Component = T;
    const PLANES: usize = 1 + W;
    const HIGHEST: usize = 1;

    #[inline(always)]
    fn component(self, i: usize) -> T {
        i.checked_sub(1).map_or(self.primal, |w| self.tangents[w])
    }
    #[inline(always)]
    fn from_components(component: impl Fn(usize) -> T) -> Self {
        Self { primal: component(0), tangents: Self::each(|w| component(1 + w)) }
    }
    #[inline(always)]
    fn plane(chunk: &Self::Chunk, i: usize) -> &T::Chunk {
        i.checked_sub(1).map_or(&chunk.primal, |w| &chunk.tangents[w])
    }
    #[inline(always)]
    fn plane_mut(chunk: &mut Self::Chunk, i: usize) -> &mut T::Chunk {
        let Directions { primal, tangents } = chunk;
        i.checked_sub(1).map_or(primal, |w| &mut tangents[w])
    }
    fn terms(i: usize) -> impl Iterator<Item = [usize; 2]> {
        [[i, 0], [0, i]].into_iter().take(if i == 0 { 1 } else { 2 })
    }
}

impl<const W: usize, T: Element> MatrixProduct for Directions<W, T> {
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

impl<const W: usize, T: Element> Chunks for Directions<W, T> {
    type Chunk = Directions<W, T::Chunk>;
    type Affine = PlanarAffine<T>;
    const SEPARATE: bool = true;

    #[inline(always)]
    fn zeros() -> Self::Chunk {
        Directions { primal: T::zeros(), tangents: [T::zeros(); W] }
    }
    #[inline(always)]
    fn joined(chunk: &Self::Chunk, i: usize) -> Self {
        let tangent = |w: usize| T::joined(&chunk.tangents[w], i);
        Self { primal: T::joined(&chunk.primal, i), tangents: Self::each(tangent) }
    }
    #[inline(always)]
    fn set(self, chunk: &mut Self::Chunk, i: usize) {
        self.primal.set(&mut chunk.primal, i);
        for (tangent, chunk) in self.tangents.into_iter().zip(&mut chunk.tangents) {
            tangent.set(chunk, i);
        }
    }
}
