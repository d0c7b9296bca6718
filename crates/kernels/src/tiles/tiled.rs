//! The numbers whose matrix products are computed in vector registers.

use super::parts::{Product, Window};

/// A kind of vector register.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Registers {
    /// Of 512 bits: AVX-512.
    Wide,
    /// Of 256 bits: AVX2 with FMA.
    Narrow,
}

/// A number whose matrix products can be computed in vector registers.
pub(crate) trait Tiled: Copy {
    /// Computes the product, whose shapes the caller has checked, and returns true; returns false and
    /// does nothing if the processor does not have these registers.
    fn product_in(registers: Registers, product: Product<'_, Self>, c: &mut Window<'_, Self>) -> bool;

    /// Same as [`product_in`](Self::product_in), in the widest registers of the processor.
    fn tiled_product(product: Product<'_, Self>, mut c: Window<'_, Self>) -> bool {
        [Registers::Wide, Registers::Narrow]
            .into_iter()
            .any(|widest| Self::product_in(widest, product, &mut c))
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl<T: Copy> Tiled for T {
    fn product_in(_: Registers, _: Product<'_, T>, _: &mut Window<'_, T>) -> bool {
        false
    }
}
