//! The fused pass over the parameters that makes a step.

use std::array;
use std::mem::take;

use wengert_kernels::partition::{is_shared, middle};
use wengert_kernels::{Float, flush_subnormal, vectorised_wide};

/// Neighbouring parameters that have taken the same number of steps, with their gradient and their buffers.
///
/// A [`Rule`](crate::Rule) describes the step of one parameter by a formula, which [`each`](Segment::each)
/// applies to all parameters. Weight decay is applied here, so that a formula need not contain it.
#[derive(Debug)]
pub struct Segment<'a, F> {
    pub(super) parameters: &'a mut [F],
    pub(super) gradient: &'a [F],
    /// Whole buffers; the segment begins at `start`.
    pub(super) buffers: &'a mut [Vec<F>],
    pub(super) start: usize,
    pub(super) decay: Coefficients<F>,
}

/// The formula gets `g + l2 w` as the gradient, and changes `shrink w`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coefficients<F> {
    pub(super) l2: F,
    pub(super) shrink: F,
    /// The strength of decoupled weight decay, which `shrink` contains times the rate.
    pub(super) decoupled: F,
}

impl<F: Float> Segment<'_, F> {
    /// Moves each parameter: `w <- w - change`. `formula` maps the gradient and the numbers in the buffers
    /// to the change and the new numbers in the buffers.
    ///
    /// The formula must be arithmetic on its arguments alone: it is compiled into a loop over several
    /// parameters at once, on several threads. A subnormal number for a buffer is stored as 0.
    ///
    /// # Panics
    /// If the rule does not have `K` buffers.
    #[inline]
    #[track_caller]
    pub fn each<const K: usize>(self, formula: impl Fn(F, [F; K]) -> (F, [F; K]) + Sync) {
        let shrink = self.decay.shrink;
        self.each_at(
            #[inline(always)]
            |w, g, numbers| {
                let (change, numbers) = formula(g, numbers);
                (shrink * w - change, numbers)
            },
        );
    }

    /// The strength of decoupled weight decay, for [`each_at`](Segment::each_at).
    #[must_use]
    pub fn decoupled_weight_decay(&self) -> F {
        self.decay.decoupled
    }

    /// Moves each parameter to a place that depends on where it is: `formula` maps the parameter, the
    /// gradient and the numbers in the buffers to the new parameter and the new numbers. L2 regularisation
    /// is in the gradient; [decoupled weight decay](Segment::decoupled_weight_decay) is left to the formula.
    ///
    /// The formula must be arithmetic on its arguments alone, as for [`each`](Segment::each).
    ///
    /// # Panics
    /// If the rule does not have `K` buffers.
    #[inline]
    #[track_caller]
    pub fn each_at<const K: usize>(self, formula: impl Fn(F, F, [F; K]) -> (F, [F; K]) + Sync) {
        let Self { parameters, gradient, buffers, start, decay } = self;
        let end = start + parameters.len();
        let buffers: &mut [Vec<F>; K] = buffers.try_into().expect("a formula takes the buffers of its rule");
        let buffers = buffers.each_mut().map(|buffer| &mut buffer[start..end]);
        share(parameters, gradient, buffers, &|w, g, buffers| {
            if cfg!(target_family = "wasm") {
                small_pass(w, g, buffers, decay, &formula);
            } else {
                pass(w, g, buffers, decay, &formula);
            }
        });
    }
}

/// A step of the parameters in a slice, with their gradient and their buffers.
type Pass<'a, F, const K: usize> = &'a (dyn Fn(&mut [F], &[F], [&mut [F]; K]) + Sync);

/// Halves the slices for the threads, as long as that is worthwhile.
///
/// Compiled once for every number of buffers, not for every formula.
fn share<F: Float, const K: usize>(w: &mut [F], g: &[F], buffers: [&mut [F]; K], pass: Pass<'_, F, K>) {
    if !is_shared(w.len()) {
        return pass(w, g, buffers);
    }
    let cut = middle(w.len());
    let ((w, w_rest), (g, g_rest)) = (w.split_at_mut(cut), g.split_at(cut));
    let mut halves = buffers.map(|buffer| buffer.split_at_mut(cut));
    let buffers = halves.each_mut().map(|(front, _)| take(front));
    let buffers_rest = halves.map(|(_, rest)| rest);
    rayon::join(|| share(w, g, buffers, pass), || share(w_rest, g_rest, buffers_rest, pass));
}

/// The number of parameters that are loaded before any is stored, so that the compiler need not check
/// whether slices overlap. In WebAssembly, whose programs should be small, they fill one vector register.
const BLOCK: usize = if cfg!(target_family = "wasm") { 4 } else { 16 };

fn pass<F: Float, const K: usize>(
    w: &mut [F],
    g: &[F],
    buffers: [&mut [F]; K],
    decay: Coefficients<F>,
    formula: &impl Fn(F, F, [F; K]) -> (F, [F; K]),
) {
    let ((w, w_rest), (g, g_rest)) = (w.as_chunks_mut::<BLOCK>(), g.as_chunks::<BLOCK>());
    let mut buffers = buffers.map(|buffer| buffer.as_chunks_mut::<BLOCK>());
    vectorised_wide(
        #[inline(always)]
        || {
            for (i, (w, g)) in w.iter_mut().zip(g).enumerate() {
                move_block(w, g, buffers.each_mut().map(|(blocks, _)| &mut blocks[i]), decay, formula);
            }
        },
    );
    for (i, (w, g)) in w_rest.iter_mut().zip(g_rest).enumerate() {
        let buffers = buffers.each_mut().map(|(_, rest)| array::from_mut(&mut rest[i]));
        move_block(array::from_mut(w), array::from_ref(g), buffers, decay, formula);
    }
}

/// Same as [`pass`], with the formula compiled once: what remains after the last block is moved in a block
/// of its own, whose other parameters are 0.
fn small_pass<F: Float, const K: usize>(
    w: &mut [F],
    g: &[F],
    buffers: [&mut [F]; K],
    decay: Coefficients<F>,
    formula: &impl Fn(F, F, [F; K]) -> (F, [F; K]),
) {
    let ((w, w_rest), (g, g_rest)) = (w.as_chunks_mut::<BLOCK>(), g.as_chunks::<BLOCK>());
    let mut buffers = buffers.map(|buffer| buffer.as_chunks_mut::<BLOCK>());
    let (mut last_w, last_g) = (padded(w_rest), padded(g_rest));
    let mut last = buffers.each_ref().map(|(_, rest)| padded(rest));
    for i in 0..=w.len() {
        let (w, g, buffers) = match w.get_mut(i) {
            Some(w) => (w, &g[i], buffers.each_mut().map(|(blocks, _)| &mut blocks[i])),
            None => (&mut last_w, &last_g, last.each_mut()),
        };
        move_block(w, g, buffers, decay, formula);
    }
    w_rest.copy_from_slice(&last_w[..w_rest.len()]);
    for ((_, rest), last) in buffers.iter_mut().zip(&last) {
        rest.copy_from_slice(&last[..rest.len()]);
    }
}

/// The numbers, and 0 after them.
fn padded<F: Float>(numbers: &[F]) -> [F; BLOCK] {
    array::from_fn(|i| numbers.get(i).copied().unwrap_or(F::zero()))
}

/// Moves `N` neighbouring parameters: loads everything, then computes, then stores.
#[inline(always)]
fn move_block<F: Float, const N: usize, const K: usize>(
    w: &mut [F; N],
    g: &[F; N],
    buffers: [&mut [F; N]; K],
    decay: Coefficients<F>,
    formula: &impl Fn(F, F, [F; K]) -> (F, [F; K]),
) {
    let (mut next_w, mut next) = (*w, buffers.each_ref().map(|block| **block));
    for i in 0..N {
        let gradient = g[i] + decay.l2 * next_w[i];
        let numbers;
        (next_w[i], numbers) = formula(next_w[i], gradient, array::from_fn(|k| next[k][i]));
        for k in 0..K {
            next[k][i] = flush_subnormal(numbers[k]);
        }
    }
    *w = next_w;
    for (block, next) in buffers.into_iter().zip(next) {
        *block = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_small_pass_gives_the_bits_of_the_other_one() {
        for length in 0..3 * BLOCK + 2 {
            let numbers = |seed: f32| (0..length).map(|i| (i as f32 * 0.7 + seed).sin()).collect::<Vec<_>>();
            let (w, g, m) = (numbers(0.0), numbers(1.0), numbers(2.0));
            let decay = Coefficients { l2: 0.1, shrink: 0.9, decoupled: 0.0 };
            let formula = |w: f32, g: f32, [m]: [f32; 1]| (w - 0.3 * (g + m), [0.5 * m + g / w]);
            let [mut one, mut other] = [(w.clone(), m.clone()), (w, m)];
            pass(&mut one.0, &g, [&mut one.1], decay, &formula);
            small_pass(&mut other.0, &g, [&mut other.1], decay, &formula);
            assert_eq!(one, other, "{length}");
        }
    }
}
