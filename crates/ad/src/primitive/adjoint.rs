//! The accumulation of cotangents.

use crate::element::{Element, Output, write_each};
use wengert_kernels::{Matrix, accumulate, fill, vectorised};

/// Whether all elements are zero, with all derivatives: a cotangent that contributes nothing.
pub(crate) fn is_zero<T: Element>(y_bar: &[T]) -> bool {
    y_bar.iter().all(|y_bar| y_bar.is_zero())
}

/// The slot that accumulates the cotangents of one operand during a reverse sweep.
///
/// The first contribution overwrites what an earlier sweep left there, later ones are added. The
/// methods take care of the difference.
#[derive(Debug)]
pub struct Adjoint<'a, T> {
    slot: &'a mut [T],
    first: bool,
    /// Whether only the derivatives of the highest order that the numbers carry are needed, so that their
    /// other components may be arbitrary.
    only_highest: bool,
}

impl<'a, T: Element> Adjoint<'a, T> {
    /// The slot of an operand. `first` says that nothing was added to it in this sweep yet, and its
    /// contents are arbitrary.
    pub fn new(slot: &'a mut [T], first: bool) -> Self {
        Self { slot, first, only_highest: false }
    }

    /// The same slot, of which only the derivatives of the highest order are needed, if that `is` so.
    pub(crate) fn of_highest(self, is: bool) -> Self {
        Self { only_highest: is, ..self }
    }

    /// Whether only the derivatives of the highest order are needed.
    pub(crate) fn is_of_highest(&self) -> bool {
        self.only_highest
    }

    /// Adds one contribution per element, in row-major order.
    #[inline(always)]
    pub fn add(self, contributions: impl Iterator<Item = T>) {
        if self.first {
            fill(self.slot, contributions);
        } else {
            accumulate(self.slot, contributions);
        }
    }

    /// Adds `f` of the elements of `xs`, which have the length of the slot. `f` must be marked
    /// `#[inline(always)]`: one that is long would be called for each element by an iterator.
    #[inline(always)]
    pub(crate) fn add_each<const K: usize>(self, xs: [&[T]; K], f: impl Fn([T; K]) -> T) {
        let Self { slot, first, .. } = self;
        if T::SEPARATE {
            return write_each(slot, first, xs, f);
        }
        let xs = xs.map(|x| &x[..slot.len()]);
        vectorised(
            // Captured by reference, the operands would be looked up for each element.
            #[inline(always)]
            move || {
                for (i, x_bar) in slot.iter_mut().enumerate() {
                    let value = f(xs.map(|x| x[i]));
                    *x_bar = if first { value } else { *x_bar + value };
                }
            },
        );
    }

    /// Adds the contributions row by row: `row(i)` yields those of the `length` elements of row
    /// `i`, in order.
    #[inline(always)]
    pub fn add_rows<I: Iterator<Item = T>>(self, length: usize, row: impl Fn(usize) -> I) {
        let (first, rows) = (self.first, self.slot.chunks_exact_mut(length.max(1)).enumerate());
        vectorised(
            #[inline(always)]
            || {
                for (i, slot) in rows {
                    if first {
                        slot.iter_mut().zip(row(i)).for_each(|(x_bar, value)| *x_bar = value);
                    } else {
                        slot.iter_mut().zip(row(i)).for_each(|(x_bar, value)| *x_bar = *x_bar + value);
                    }
                }
            },
        );
    }

    /// Adds the contributions block by block: `block(i)` returns those of the `N` elements from `i`
    /// on. Returns the number of elements in whole blocks, and the slot of the elements after them.
    #[inline(always)]
    pub(crate) fn add_blocks<const N: usize>(self, block: impl Fn(usize) -> [T; N]) -> (usize, Self) {
        let Self { slot, first, only_highest } = self;
        let (blocks, rest) = slot.as_chunks_mut::<N>();
        let whole = blocks.len() * N;
        vectorised(
            #[inline(always)]
            || {
                for (i, slot) in blocks.iter_mut().enumerate() {
                    let contributions = block(i * N);
                    if first {
                        *slot = contributions;
                    } else {
                        slot.iter_mut().zip(contributions).for_each(|(x_bar, value)| *x_bar = *x_bar + value);
                    }
                }
            },
        );
        (whole, Self { slot: rest, first, only_highest })
    }

    /// The slot as the output of a product.
    pub(crate) fn into_output(self) -> Output<'a, T> {
        let Self { slot: elements, first: overwrite, only_highest } = self;
        Output { elements, overwrite, only_highest }
    }

    /// The slots of the elements before `index`, and of the others.
    pub(crate) fn split_at(self, index: usize) -> [Self; 2] {
        let (front, back) = self.slot.split_at_mut(index);
        let Self { first, only_highest, .. } = self;
        [front, back].map(|slot| Self { slot, first, only_highest })
    }

    /// Adds the matrix product `A B`, which has the shape of the operand.
    pub fn add_product(self, a: Matrix<'_, T>, b: Matrix<'_, T>) {
        self.into_output().add_product([a, b]);
    }

    /// Same as [`add_product`](Self::add_product), for each matrix of a batch with `length`
    /// elements per matrix; `None` adds nothing.
    pub fn add_products<'m>(self, length: usize, factors: impl Fn(usize) -> Option<[Matrix<'m, T>; 2]>) {
        for (i, slot) in self.slot.chunks_exact_mut(length.max(1)).enumerate() {
            match factors(i) {
                Some([a, b]) => T::gemm(a, b, slot, self.first),
                None if self.first => slot.fill(T::constant(0.0)),
                None => {}
            }
        }
    }

    /// Adds nothing.
    pub(crate) fn add_nothing(self) {
        self.slot();
    }

    /// The memory of the slot, which holds the sum so far, for pullbacks that add to single elements.
    pub fn slot(self) -> &'a mut [T] {
        if self.first {
            self.slot.fill(T::constant(0.0));
        }
        self.slot
    }
}
