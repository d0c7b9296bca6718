//! Formulas applied elementwise, or to every window of a vector, in one pass over memory.

use super::adjoint::Adjoint;
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::modes::{Dual, Lanes};
use crate::number::{Numeric, Scalar};
use crate::rules::Elementary;
use std::fmt::Debug;
use wengert_kernels::{Pairwise, vectorised};

/// The number of points that are computed together. They fill the vector registers.
const BLOCK: usize = 8;

/// The number of windows whose values are added in order; the sums of such blocks are added pairwise.
const SUMMED: usize = 64 * BLOCK;

/// A function of `K` numbers, applied to the elements of `K` arrays.
///
/// It is generic over the [`Scalar`] and has no branches other than [`select`](Numeric::select), so
/// that its loop vectorises. Its derivatives are computed by forward mode inside the loop: only the
/// result of the formula is written to memory. Mark `at` with `#[inline(always)]`: a function that
/// is not inlined is compiled for the baseline of the architecture and passes its lanes in memory.
pub trait Pointwise<const K: usize>: Copy + Debug + Send + Sync + 'static {
    /// The value at one point.
    fn at<T: Scalar>(self, x: [T; K]) -> T;
}

/// `y_i = f(x^1_i, ..., x^K_i)`; all operands have one shape.
///
/// Pullback: `x^k_bar_i += y_bar_i df/dx^k`, with each partial by forward mode. Cost: one
/// evaluation of `f` per element, and one on dual numbers per element and operand that needs a
/// gradient.
#[derive(Clone, Copy, Debug)]
pub struct Fused<P, const K: usize>(pub P);

impl<T: Element, P: Pointwise<K>, const K: usize> Primitive<T> for Fused<P, K> {
    fn name(&self) -> &'static str {
        "pointwise"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        if operands.len() == K && operands.iter().all(|shape| shape == &operands[0]) {
            Ok(operands[0].into())
        } else {
            Err("one operand per argument of the function, all of one shape")
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let y = Adjoint::new(y, true);
        let (whole, y) = y.add_blocks(
            #[inline(always)]
            |i| self.0.at(Operands::beside(xs, i).block()).0,
        );
        y.add((whole..xs[0].data.len()).map(|i| self.0.at(Operands::beside(xs, i).point())));
    }
    #[inline(never)]
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let y_bar = at.y_bar;
        let (whole, x_bar) = x_bar.add_blocks(
            #[inline(always)]
            |i| {
                let [y_bar] = Operands([&y_bar[i..]]).block();
                slope(self.0, Operands::beside(at.xs, i).block(), wrt).chain(y_bar).0
            },
        );
        let rest = whole..y_bar.len();
        x_bar.add(rest.map(|i| slope(self.0, Operands::beside(at.xs, i).point(), wrt).chain(y_bar[i])));
    }
}

/// `y = sum_i f(x_i, ..., x_(i+K-1))`: a formula summed over all windows of `K` neighbours; shapes
/// `(n) -> ()`.
///
/// Many objectives are such sums (partially separable functions; Griewank and Toint 1982).
/// Pullback: `x_bar_(i+k) += y_bar df/dx^k (x_i, ...)`, with each partial by forward mode. Cost:
/// one evaluation of `f` per window, and `K` on dual numbers for the pullback; no memory. The sum
/// consists of eight partial sums, in a fixed order.
#[derive(Clone, Copy, Debug)]
pub struct WindowSum<P, const K: usize>(pub P);

impl<T: Element, P: Pointwise<K>, const K: usize> Primitive<T> for WindowSum<P, K> {
    fn name(&self) -> &'static str {
        "window_sum"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        match *operands[0] {
            [n] if K > 0 && n >= K => Ok(Shape::new()),
            _ => Err("a vector with at least one window"),
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let (x, windows) = (xs[0].data, xs[0].data.len() + 1 - K);
        y[0] = vectorised(
            #[inline(always)]
            || {
                let whole = windows - windows % BLOCK;
                let mut sums = Pairwise::new();
                for start in (0..whole).step_by(SUMMED) {
                    let mut sum = Lanes::constant(0.0);
                    for i in (start..whole.min(start + SUMMED)).step_by(BLOCK) {
                        sum += self.0.at(Operands::window(x, i).block());
                    }
                    sums.add(sum.0);
                }
                let sum = Lanes(sums.total()).total();
                (whole..windows).fold(sum, |sum, i| sum + self.0.at(Operands::window(x, i).point()))
            },
        );
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (x, y_bar) = (at.xs[0].data, at.y_bar[0]);
        let windows = x.len() + 1 - K;
        // Element `i` is argument `k` of window `i - k`; between the first and the last `K - 1`
        // elements, this holds for all `k`. Gathered in this way, each derivative is written once.
        // If the windows scattered their contributions, each would have to wait for the stores of
        // the previous one.
        let at_one = |i: usize| {
            let within = (0..K).filter(|&k| i >= k && i - k < windows);
            let slope_of = |k| slope(self.0, Operands::window(x, i - k).point(), k);
            within.fold(T::constant(0.0), |sum, k| sum + slope_of(k)).chain(y_bar)
        };
        let first = (K - 1).min(windows);
        let [front, back] = x_bar.split_at(first);
        let [middle, back] = back.split_at(windows - first);
        front.add((0..first).map(at_one));
        let (whole, rest) = middle.add_blocks(
            #[inline(always)]
            |i| {
                let mut sum = Lanes::constant(0.0);
                for k in 0..K {
                    sum += slope(self.0, Operands::window(x, first + i - k).block(), k);
                }
                sum.chain(Lanes([y_bar; BLOCK])).0
            },
        );
        rest.add((first + whole..windows).map(at_one));
        back.add((windows..x.len()).map(at_one));
    }
}

/// A formula with curvature, as a sample of formulas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample;

impl Pointwise<2> for Sample {
    #[inline(always)]
    fn at<T: Scalar>(self, [a, b]: [T; 2]) -> T {
        a.sin() * b + (a * b).square()
    }
}

/// The arguments of a formula, from some position on.
#[derive(Clone, Copy)]
struct Operands<'a, T, const K: usize>([&'a [T]; K]);

impl<'a, T: Scalar, const K: usize> Operands<'a, T, K> {
    /// The window of a vector that starts at `i`.
    #[inline(always)]
    fn window(x: &'a [T], i: usize) -> Self {
        let mut operands = [x; K];
        for (k, operand) in operands.iter_mut().enumerate() {
            *operand = &x[i + k..];
        }
        Self(operands)
    }

    /// The elements of several arrays from position `i` on.
    #[inline(always)]
    fn beside(xs: &[View<'a, T>], i: usize) -> Self {
        let mut operands = [xs[0].data; K];
        for (operand, x) in operands.iter_mut().zip(xs) {
            *operand = &x.data[i..];
        }
        Self(operands)
    }

    /// The first element of each.
    #[inline(always)]
    fn point(self) -> [T; K] {
        self.0.map(|x| x[0])
    }

    /// The first block of each, in lanes.
    #[inline(always)]
    fn block(self) -> [Lanes<BLOCK, T>; K] {
        let mut blocks = [Lanes::constant(0.0); K];
        for (block, x) in blocks.iter_mut().zip(self.0) {
            *block = Lanes(*x.first_chunk().expect("only whole blocks are read"));
        }
        blocks
    }
}

/// `df/dx^wrt` at `x`, by forward mode.
#[inline(always)]
fn slope<S: Scalar, P: Pointwise<K>, const K: usize>(f: P, x: [S; K], wrt: usize) -> S {
    let mut inputs = x.map(|x| Dual::new(x, S::constant(0.0)));
    inputs[wrt].tangent = S::constant(1.0);
    f.at(inputs).tangent
}
