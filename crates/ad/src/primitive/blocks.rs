//! Formulas applied elementwise, to numbers that carry derivatives a block at a time.

use super::adjoint::Adjoint;
use super::pointwise::Pointwise;
use crate::element::{BLOCK, Blocks, Element, vectorised_for};
use crate::number::{Numeric, Scalar, Unary, value_of};

/// The value of a rule, as a formula.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<R>(pub(super) R);

impl<R: Unary> Pointwise<1> for Value<R> {
    #[inline(always)]
    fn at<T: Scalar>(self, [x]: [T; 1]) -> T {
        value_of(self.0, x)
    }
}

/// Adds `f` of the elements of `xs`, which have one length.
pub(super) fn add<T: Element, const K: usize>(x_bar: Adjoint<'_, T>, xs: [&[T]; K], f: impl Pointwise<K>) {
    if !T::SEPARATE {
        return x_bar.add_each(
            xs,
            #[inline(always)]
            |x| f.at(x),
        );
    }
    x_bar.add_chunks::<BLOCK>(
        #[inline(always)]
        |i| of_block(f, xs, i),
    );
}

/// Replaces each element `y` by `f(y, others)`, where `K - 1` others have the length of `y`.
pub(super) fn update<T: Element, const K: usize>(y: &mut [T], others: &[&[T]], f: impl Pointwise<K>) {
    vectorised_for::<T, _>(
        #[inline(always)]
        || {
            for i in (0..y.len()).step_by(BLOCK) {
                let values = {
                    let mut xs = [&*y; K];
                    xs[1..].copy_from_slice(others);
                    of_block(f, xs, i)
                };
                match y[i..].first_chunk_mut() {
                    Some(block) => *block = values,
                    None => y[i..].iter_mut().zip(values).for_each(|(y, value)| *y = value),
                }
            }
        },
    );
}

/// `f` of the elements from `i` on, for as many as a block has; those after the last one are arbitrary.
// One evaluation for whole blocks and for the last one: `f` is inlined, and long.
#[inline(always)]
fn of_block<T: Blocks, const K: usize>(f: impl Pointwise<K>, xs: [&[T]; K], i: usize) -> [T; BLOCK] {
    let mut blocks = [T::Block::constant(0.0); K];
    for (block, x) in blocks.iter_mut().zip(xs) {
        *block = match x[i..].first_chunk::<BLOCK>() {
            Some(x) => T::gathered(
                #[inline(always)]
                |j| x[j],
            ),
            None => {
                let x = &x[i..];
                T::gathered(|j| x[j.min(x.len() - 1)])
            }
        };
    }
    let y = f.at(blocks);
    let mut lanes = [T::constant(0.0); BLOCK];
    for (j, lane) in lanes.iter_mut().enumerate() {
        *lane = T::lane(&y, j);
    }
    lanes
}
