//! A whole formula applied elementwise, or to every window of a vector, in one pass over memory.

use super::{Adjoint, Primitive, Recorded, Requirement, Shape, View};
use crate::element::Element;
use crate::modes::Dual;
use crate::modes::Lanes;
use crate::number::{Numeric, Scalar};
use std::fmt::Debug;
use wengert_kernels::vectorised;

/// The number of points that are computed together: as many as fill the vector registers.
const BLOCK: usize = 8;

/// A function of `K` numbers, to be applied to the elements of `K` arrays.
///
/// It is written over any [`Scalar`], and without branches other than [`select`](Numeric::select), so that its loop
/// vectorises. Its derivatives come from forward mode inside the loop: nothing of the formula is written to memory but its
/// result. Mark `at` with `#[inline(always)]`: a function that is called, not inlined, keeps the architecture's baseline and
/// hands its lanes over in memory.
pub trait Pointwise<const K: usize>: Copy + Debug + Send + Sync + 'static {
    /// The value at one point.
    fn at<T: Scalar>(self, x: [T; K]) -> T;
}

/// `y_i = f(x^1_i, ..., x^K_i)`; all operands of one shape.
///
/// Pullback: `x^k_bar_i += y_bar_i df/dx^k`, each partial by forward mode. Cost: one evaluation of `f` for each element, and
/// of its dual for each operand that needs a gradient.
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
            Err("as many operands as the function has arguments, all of one shape")
        }
    }
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let y = Adjoint::new(y, true);
        let (whole, y) = y.add_blocks(
            #[inline(always)]
            |i| self.0.at(Operands::beside(xs, i).block()).0,
        );
        y.add((whole..xs[0].data.len()).map(|i| self.0.at(Operands::beside(xs, i).point())));
    }
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let y_bar = at.y_bar;
        let (whole, x_bar) = x_bar.add_blocks(
            #[inline(always)]
            |i| {
                let [y_bar] = Operands([&y_bar[i..]]).block();
                (slope(self.0, Operands::beside(at.xs, i).block(), wrt) * y_bar).0
            },
        );
        let rest = whole..y_bar.len();
        x_bar.add(rest.map(|i| slope(self.0, Operands::beside(at.xs, i).point(), wrt) * y_bar[i]));
    }
}

/// `y = sum_i f(x_i, ..., x_(i+K-1))`: a formula summed over all windows of `K` neighbours; shapes `(n) -> ()`.
///
/// Many objectives are such sums (partially separable functions; Griewank and Toint 1982). Pullback: `x_bar_(i+k) += y_bar
/// df/dx^k (x_i, ...)`, each partial by forward mode. Cost: one evaluation of `f` for each window, and `K` of its dual; no
/// memory. The sum runs over eight partial sums, in a fixed order.
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
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let (x, windows) = (xs[0].data, xs[0].data.len() + 1 - K);
        y[0] = vectorised(
            #[inline(always)]
            || {
                let whole = windows - windows % BLOCK;
                let mut sums = Lanes::constant(0.0);
                for i in (0..whole).step_by(BLOCK) {
                    sums += self.0.at(Operands::window(x, i).block());
                }
                (whole..windows).fold(sums.total(), |sum, i| sum + self.0.at(Operands::window(x, i).point()))
            },
        );
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (x, y_bar) = (at.xs[0].data, at.y_bar[0]);
        let windows = x.len() + 1 - K;
        // Element `i` is number `k` in window `i - k`: between the first and the last `K - 1` elements, for all `k`. Gathered
        // like this, each derivative is written once; scattered, the next window would wait for the stores of this one.
        let at_one = |i: usize| {
            let within = (0..K).filter(|&k| i >= k && i - k < windows);
            within.fold(T::constant(0.0), |sum, k| sum + slope(self.0, Operands::window(x, i - k).point(), k))
                * y_bar
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
                (sum * Lanes([y_bar; BLOCK])).0
            },
        );
        rest.add((first + whole..windows).map(at_one));
        back.add((windows..x.len()).map(at_one));
    }
}

/// The operands of a formula from some place on.
#[derive(Clone, Copy)]
struct Operands<'a, T, const K: usize>([&'a [T]; K]);

impl<'a, T: Scalar, const K: usize> Operands<'a, T, K> {
    /// The window of a vector that begins at `i`.
    #[inline(always)]
    fn window(x: &'a [T], i: usize) -> Self {
        let mut operands = [x; K];
        for (k, operand) in operands.iter_mut().enumerate() {
            *operand = &x[i + k..];
        }
        Self(operands)
    }

    /// The elements of several arrays from number `i` on.
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

    /// The first block of each, side by side.
    #[inline(always)]
    fn block(self) -> [Lanes<BLOCK, T>; K] {
        let mut blocks = [Lanes::constant(0.0); K];
        for (block, x) in blocks.iter_mut().zip(self.0) {
            *block = Lanes(*x.first_chunk().expect("the blocks are inside"));
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
