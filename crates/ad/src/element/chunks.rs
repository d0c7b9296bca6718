//! Elementwise loops over numbers that carry derivatives.

use super::affine_kernel::AffineKernel;
use crate::number::Scalar;
use std::ops::Range;
use wengert_kernels::{vectorised, vectorised_wide};

/// The number of elements in a chunk: the components of several operands fit the first-level cache.
pub const CHUNK: usize = 64;

/// A number of which elementwise loops separate the components.
///
/// A number that carries derivatives is several machine numbers, and a loop over such numbers does not fill
/// the vector registers. In a chunk, each component of [`CHUNK`] numbers lies in an array of its own. One
/// loop separates the components, the next one computes, and the last one joins the components of the
/// results: the compiler vectorises each of them.
pub trait Chunks: Scalar {
    /// [`CHUNK`] numbers.
    type Chunk: Copy;
    /// How affine maps of such numbers are computed.
    type Affine: AffineKernel<Self>;
    /// Whether loops should separate components: if those of neighbours do not lie side by side.
    const SEPARATE: bool;
    /// A chunk of zeros.
    fn zeros() -> Self::Chunk;
    /// Writes the components of the numbers `of(x)`, at most as many as there are in a chunk, to its
    /// beginning.
    #[inline(always)]
    fn separate(x: &[Self], of: impl Fn(Self) -> Self, chunk: &mut Self::Chunk) {
        // No number is looked up beyond the end of the chunk, which the compiler can tell.
        for (i, &x) in x[..x.len().min(CHUNK)].iter().enumerate() {
            of(x).set(chunk, i);
        }
    }
    /// Replaces each `y` by `put(y, x)` with the number `x` at the same place of the chunk, at most as many
    /// as there are in it.
    #[inline(always)]
    fn join(chunk: &Self::Chunk, y: &mut [Self], put: impl Fn(Self, Self) -> Self) {
        let count = y.len().min(CHUNK);
        for (i, y) in y[..count].iter_mut().enumerate() {
            *y = put(*y, Self::joined(chunk, i));
        }
    }
    /// Number `i` of a chunk.
    fn joined(chunk: &Self::Chunk, i: usize) -> Self;
    /// Replaces number `i` of a chunk.
    fn set(self, chunk: &mut Self::Chunk, i: usize);
}

/// A loop over chunks for the processor at hand. There is a version for AVX-512 if the numbers carry
/// derivatives: it is compiled only where these are used.
#[inline(always)]
pub(crate) fn vectorised_for<T: Chunks, Y>(work: impl FnOnce() -> Y) -> Y {
    if T::SEPARATE { vectorised_wide(work) } else { vectorised(work) }
}

/// Sets each element of `y` to `f` of the elements of `xs`, which have its length; adds it if not
/// `overwrite`. `f` must be marked `#[inline(always)]`.
pub(crate) fn write_each<T: Chunks, const K: usize>(
    y: &mut [T],
    overwrite: bool,
    xs: [&[T]; K],
    f: impl Fn([T; K]) -> T,
) {
    vectorised_for::<T, _>(
        #[inline(always)]
        || {
            let mut chunks = [T::zeros(); K];
            for start in (0..y.len()).step_by(CHUNK) {
                let range = start..y.len().min(start + CHUNK);
                separate_each(&xs, &range, &mut chunks);
                compute(&mut chunks, range.len(), &f);
                join(&chunks[0], &mut y[range], overwrite);
            }
        },
    );
}

/// Replaces each element `y` by `f(y, others)`, where `K - 1` others have the length of `y`. `f` must be
/// marked `#[inline(always)]`.
pub(crate) fn update_each<T: Chunks, const K: usize>(y: &mut [T], others: &[&[T]], f: impl Fn([T; K]) -> T) {
    vectorised_for::<T, _>(
        #[inline(always)]
        || {
            let mut chunks = [T::zeros(); K];
            for start in (0..y.len()).step_by(CHUNK) {
                let range = start..y.len().min(start + CHUNK);
                separate(&y[range.clone()], &mut chunks[0]);
                separate_each(others, &range, &mut chunks[1..]);
                compute(&mut chunks, range.len(), &f);
                join(&chunks[0], &mut y[range], true);
            }
        },
    );
}

/// Writes the components of a range of each list to the beginning of a chunk.
#[inline(always)]
fn separate_each<T: Chunks>(xs: &[&[T]], range: &Range<usize>, chunks: &mut [T::Chunk]) {
    for (chunk, x) in chunks.iter_mut().zip(xs) {
        separate(&x[range.clone()], chunk);
    }
}

/// Writes the components of at most [`CHUNK`] numbers to the beginning of a chunk.
#[inline(always)]
pub(crate) fn separate<T: Chunks>(x: &[T], chunk: &mut T::Chunk) {
    T::separate(
        x,
        #[inline(always)]
        |x| x,
        chunk,
    );
}

/// Replaces the first `count` numbers of the first chunk by `f` of those of all chunks.
#[inline(always)]
pub(crate) fn compute<T: Chunks, const K: usize>(
    chunks: &mut [T::Chunk; K],
    count: usize,
    f: impl Fn([T; K]) -> T,
) {
    for i in 0..count.min(CHUNK) {
        let mut xs = [T::constant(0.0); K];
        for (x, chunk) in xs.iter_mut().zip(&*chunks) {
            *x = T::joined(chunk, i);
        }
        f(xs).set(&mut chunks[0], i);
    }
}

/// Writes the numbers of a chunk to `y`; adds them if not `overwrite`.
#[inline(always)]
pub(crate) fn join<T: Chunks>(chunk: &T::Chunk, y: &mut [T], overwrite: bool) {
    if overwrite {
        T::join(
            chunk,
            y,
            #[inline(always)]
            |_, x| x,
        );
    } else {
        T::join(
            chunk,
            y,
            #[inline(always)]
            |y, x| y + x,
        );
    }
}
