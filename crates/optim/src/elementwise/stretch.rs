//! The one fused pass of a step.

use std::array;
use std::mem::take;

use crate::Float;
use wengert_kernels::partition::{is_shared, middle};
use wengert_kernels::vectorised_wide;

/// Neighbouring parameters that take the same step, with their gradient and what is kept for each.
///
/// A [`Rule`](crate::Rule) says what the step is by a formula for one parameter, which [`each`](Stretch::each)
/// applies to all of them. Weight decay is applied here, so that a formula need not know of it.
#[derive(Debug)]
pub struct Stretch<'a, F> {
    pub(super) parameters: &'a mut [F],
    pub(super) gradient: &'a [F],
    /// Whole buffers; those of the stretch begin at `start`.
    pub(super) kept: &'a mut [Vec<F>],
    pub(super) start: usize,
    pub(super) decay: Coefficients<F>,
}

/// `g + l2 w` is the gradient that a formula sees, `keep w` the parameter that it changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coefficients<F> {
    pub(super) l2: F,
    pub(super) keep: F,
}

impl<F: Float> Stretch<'_, F> {
    /// Moves each parameter: `w <- w - change`, where `formula` gives the change and what to keep from the gradient
    /// and what was kept.
    ///
    /// It must be arithmetic on its arguments alone: it is compiled into a loop over several parameters at once, on
    /// several threads.
    ///
    /// # Panics
    /// If the rule does not keep `K` numbers for each parameter.
    #[inline]
    pub fn each<const K: usize>(self, formula: impl Fn(F, [F; K]) -> (F, [F; K]) + Sync) {
        let Self { parameters, gradient, kept, start, decay } = self;
        let end = start + parameters.len();
        let kept: &mut [Vec<F>; K] = kept.try_into().expect("a formula takes what its rule keeps");
        let kept = kept.each_mut().map(|buffer| &mut buffer[start..end]);
        share(parameters, gradient, kept, decay, &formula);
    }
}

/// Halves the slices, for the threads, as long as it is worth it.
fn share<F: Float, const K: usize>(
    w: &mut [F],
    g: &[F],
    kept: [&mut [F]; K],
    decay: Coefficients<F>,
    formula: &(impl Fn(F, [F; K]) -> (F, [F; K]) + Sync),
) {
    if !is_shared(w.len()) {
        return pass(w, g, kept, decay, formula);
    }
    let cut = middle(w.len());
    let ((w, w_behind), (g, g_behind)) = (w.split_at_mut(cut), g.split_at(cut));
    let mut halves = kept.map(|buffer| buffer.split_at_mut(cut));
    let kept = halves.each_mut().map(|(front, _)| take(front));
    let kept_behind = halves.map(|(_, behind)| behind);
    rayon::join(
        || share(w, g, kept, decay, formula),
        || share(w_behind, g_behind, kept_behind, decay, formula),
    );
}

/// How many parameters are loaded before any is stored, so that the compiler need not ask whether slices overlap.
const BLOCK: usize = 16;

fn pass<F: Float, const K: usize>(
    w: &mut [F],
    g: &[F],
    kept: [&mut [F]; K],
    decay: Coefficients<F>,
    formula: &impl Fn(F, [F; K]) -> (F, [F; K]),
) {
    let ((w, w_rest), (g, g_rest)) = (w.as_chunks_mut::<BLOCK>(), g.as_chunks::<BLOCK>());
    let mut kept = kept.map(|buffer| buffer.as_chunks_mut::<BLOCK>());
    vectorised_wide(
        #[inline(always)]
        || {
            for (i, (w, g)) in w.iter_mut().zip(g).enumerate() {
                move_block(w, g, kept.each_mut().map(|(blocks, _)| &mut blocks[i]), decay, formula);
            }
        },
    );
    for (i, (w, g)) in w_rest.iter_mut().zip(g_rest).enumerate() {
        let kept = kept.each_mut().map(|(_, rest)| array::from_mut(&mut rest[i]));
        move_block(array::from_mut(w), array::from_ref(g), kept, decay, formula);
    }
}

/// Moves `N` neighbours: everything is loaded, then computed, then stored.
#[inline(always)]
fn move_block<F: Float, const N: usize, const K: usize>(
    w: &mut [F; N],
    g: &[F; N],
    kept: [&mut [F; N]; K],
    decay: Coefficients<F>,
    formula: &impl Fn(F, [F; K]) -> (F, [F; K]),
) {
    let (mut next_w, mut next) = (*w, kept.each_ref().map(|block| **block));
    for i in 0..N {
        let gradient = g[i] + decay.l2 * next_w[i];
        let (change, keep) = formula(gradient, array::from_fn(|k| next[k][i]));
        next_w[i] = decay.keep * next_w[i] - change;
        for k in 0..K {
            next[k][i] = keep[k];
        }
    }
    *w = next_w;
    for (block, next) in kept.into_iter().zip(next) {
        *block = next;
    }
}
