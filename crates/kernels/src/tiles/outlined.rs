//! Functions that are compiled separately for each kind of register instead of inlined into one large
//! function, in which the compiler would keep sums in memory.

use super::parts::Onto;
use super::places::{At, Base, Part, Rows, Target};
use super::register::Register;

/// The functions that must not be inlined into each other; each calls the generic function of the same
/// purpose in the other files of this folder.
pub(super) trait Outlined<T: Copy>: Register<T> {
    /// The product for a `B` with contiguous rows, without a buffer for copies.
    unsafe fn product_in_place(ab: [At<T>; 2], c: Target<T>, shape: [usize; 3], onto: Onto<'_, T>);
    /// The product for a `B` that is the transpose of a row-major matrix.
    unsafe fn product_by_panels(ab: [At<T>; 2], c: Target<T>, shape: [usize; 3], onto: Onto<'_, T>);
    /// The product with both operands copied.
    unsafe fn product_of_copies(
        ab: [At<T>; 2],
        c: Target<T>,
        shape: [usize; 3],
        onto: Onto<'_, T>,
        copies: (&mut [T], usize),
    );
    /// The product with an output narrower than a register.
    unsafe fn narrow_product(ab: [At<T>; 2], c: Target<T>, shape: [usize; 3]);
    /// A part of a product whose panel is at most `C` registers wide.
    unsafe fn by_tiles<B: Base<T>, const C: usize>(part: &Part<T>, base: B);
    /// Copies rows of `A`.
    unsafe fn rows(a: At<T>, to: *mut T, rows: usize, depth: usize) -> Rows<T>;
    /// Copies a panel of `B`.
    unsafe fn panel(b: At<T>, to: *mut T, width: usize, shape: [usize; 2]) -> At<T>;
}
