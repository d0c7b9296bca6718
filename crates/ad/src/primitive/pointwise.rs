//! A whole formula applied elementwise, or to every window of a vector, in one pass over memory.

use super::{Adjoint, Primitive, Recorded, Requirement, Shape, View};
use crate::dual::Dual;
use crate::kernels::{Element, vectorised};
use crate::number::Scalar;
use std::fmt::Debug;

/// The number of points that are computed together: as many as fill the vector registers.
const BLOCK: usize = 8;

/// A function of `K` numbers, to be applied to the elements of `K` arrays.
///
/// It is written over any [`Scalar`], and without branches other than [`select`](Scalar::select), so that its loop
/// vectorises. Its derivatives come from forward mode inside the loop: nothing of the formula is written to memory but its
/// result.
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
        each_block(xs, y, |x, y, _| *y = self.0.at(x));
    }
    fn vjp(&self, wrt: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let y_bar = at.y_bar;
        each_block(at.xs, x_bar.slot(), |x, bar, i| *bar = *bar + partial(self.0, x, wrt) * y_bar[i]);
    }
}

/// Calls `f` with the operands' elements at `i`, the output's and `i`, block by block, so that the loops vectorise.
#[inline(always)]
fn each_block<T: Element, const K: usize>(
    xs: &[View<'_, T>],
    y: &mut [T],
    f: impl Fn([T; K], &mut T, usize),
) {
    vectorised(
        #[inline(always)]
        || {
            let whole = y.len() - y.len() % BLOCK;
            let (blocks, rest) = y.split_at_mut(whole);
            for (b, y) in blocks.chunks_exact_mut(BLOCK).enumerate() {
                let near: [[T; BLOCK]; K] = std::array::from_fn(|k| block(&xs[k].data[b * BLOCK..]));
                for (lane, y) in y.iter_mut().enumerate() {
                    f(near.map(|x| x[lane]), y, b * BLOCK + lane);
                }
            }
            for (i, y) in (whole..).zip(rest) {
                f(std::array::from_fn(|k| xs[k].data[i]), y, i);
            }
        },
    );
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
                let mut sums = [T::constant(0.0); BLOCK];
                let whole = windows - windows % BLOCK;
                for start in (0..whole).step_by(BLOCK) {
                    let near = &x[start..start + BLOCK + K - 1];
                    for (lane, sum) in sums.iter_mut().enumerate() {
                        *sum = *sum + self.0.at(std::array::from_fn(|k| near[lane + k]));
                    }
                }
                let rest = (whole..windows).map(|i| self.0.at(std::array::from_fn(|k| x[i + k])));
                sums.into_iter().chain(rest).fold(T::constant(0.0), |sum, term| sum + term)
            },
        );
    }
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (x, y_bar) = (at.xs[0].data, at.y_bar[0]);
        let (windows, x_bar) = (x.len() + 1 - K, x_bar.slot());
        vectorised(
            #[inline(always)]
            || {
                let whole = windows - windows % BLOCK;
                for start in (0..whole).step_by(BLOCK) {
                    let near: [[T; BLOCK]; K] = std::array::from_fn(|k| block(&x[start + k..]));
                    for wrt in 0..K {
                        let mut slopes = [T::constant(0.0); BLOCK];
                        for lane in 0..BLOCK {
                            slopes[lane] = partial(self.0, near.map(|x| x[lane]), wrt) * y_bar;
                        }
                        for (bar, slope) in x_bar[start + wrt..][..BLOCK].iter_mut().zip(slopes) {
                            *bar = *bar + slope;
                        }
                    }
                }
                for i in whole..windows {
                    for wrt in 0..K {
                        let point = std::array::from_fn(|k| x[i + k]);
                        x_bar[i + wrt] = x_bar[i + wrt] + partial(self.0, point, wrt) * y_bar;
                    }
                }
            },
        );
    }
}

#[inline(always)]
fn block<T: Copy>(x: &[T]) -> [T; BLOCK] {
    *x.first_chunk().expect("the blocks are inside")
}

/// `df/dx^wrt` at `x`, by forward mode.
#[inline(always)]
fn partial<T: Element, P: Pointwise<K>, const K: usize>(f: P, x: [T; K], wrt: usize) -> T {
    let seed = |k| T::constant(if k == wrt { 1.0 } else { 0.0 });
    f.at(std::array::from_fn(|k| Dual::new(x[k], seed(k)))).tangent
}
