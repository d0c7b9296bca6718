//! The numbers whose matrix products are computed in vector registers.

use super::parts::{Product, Window};
use crate::instruction_set::InstructionSet;

/// A number whose matrix products can be computed in vector registers.
pub(crate) trait Tiled: Copy {
    /// Computes the product, whose shapes the caller has checked, and returns true; returns false and
    /// does nothing if there are no registers of this set.
    fn product_in(set: InstructionSet, product: Product<'_, Self>, c: &mut Window<'_, Self>) -> bool;

    /// Same as [`product_in`](Self::product_in), in the registers of the current set.
    fn tiled_product(product: Product<'_, Self>, mut c: Window<'_, Self>) -> bool {
        Self::product_in(InstructionSet::current(), product, &mut c)
    }
}

#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    all(target_arch = "wasm32", target_feature = "simd128")
)))]
impl<T: Copy> Tiled for T {
    fn product_in(_: InstructionSet, _: Product<'_, T>, _: &mut Window<'_, T>) -> bool {
        false
    }
}
