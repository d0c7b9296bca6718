//! Jets as elements of arrays: their matrix products, and blocks of them.

use super::jet::Jet;
use super::planes::{Planes, planar_affine, planar_derivatives, planar_product};
use crate::element::{Blocks, Element};
use crate::number::{Numeric, Scalar};
use crate::rules::Elementary;
use wengert_kernels::{Matrix, MatrixProduct};

/// The components are the coefficients of the Taylor series, `x^(k) / k!`, whose product is a convolution.
impl<const N: usize, T: Scalar> Planes for Jet<N, T> {
    type Component = T;
    const PLANES: usize = N;

    #[inline(always)]
    fn component(self, i: usize) -> T {
        if i < 2 { self.derivatives()[i] } else { self.derivatives()[i].divide(factorial(i)) }
    }
    #[inline(always)]
    fn from_components(component: impl Fn(usize) -> T) -> Self {
        let mut derivatives = [component(0); N];
        for (i, derivative) in derivatives.iter_mut().enumerate().skip(1) {
            *derivative = if i < 2 { component(i) } else { component(i).scale(factorial(i)) };
        }
        Self::new(derivatives)
    }
    fn terms(i: usize) -> impl Iterator<Item = [usize; 2]> {
        (0..=i).map(move |j| [j, i - j])
    }
}

#[inline(always)]
fn factorial(k: usize) -> f64 {
    match k {
        0 | 1 => 1.0,
        2 => 2.0,
        3 => 6.0,
        4 => 24.0,
        _ => (1..=k).map(|i| i as f64).product(),
    }
}

impl<const N: usize, T: Element> MatrixProduct for Jet<N, T> {
    fn gemm(a: Matrix<'_, Self>, b: Matrix<'_, Self>, c: &mut [Self], overwrite: bool) {
        planar_product(a, b, c, overwrite);
    }
    fn gemm_without_first(a: Matrix<'_, Self>, b: Matrix<'_, Self>, c: &mut [Self], overwrite: bool) {
        planar_derivatives(a, b, c, overwrite);
    }
    fn affine(x: Matrix<'_, Self>, w: Matrix<'_, Self>, b: &[Self], y: &mut [Self]) {
        planar_affine(x, w, b, y);
    }
}

impl<const N: usize, T: Blocks> Blocks for Jet<N, T> {
    type Block = Jet<N, T::Block>;
    const SEPARATE: bool = true;

    #[inline(always)]
    fn gathered(x: impl Fn(usize) -> Self) -> Self::Block {
        let mut planes = [T::Block::constant(0.0); N];
        for (k, plane) in planes.iter_mut().enumerate() {
            *plane = T::gathered(
                #[inline(always)]
                |j| x(j).derivatives()[k],
            );
        }
        Jet::new(planes)
    }
    #[inline(always)]
    fn lane(block: &Self::Block, j: usize) -> Self {
        let mut derivatives = [T::constant(0.0); N];
        for (derivative, plane) in derivatives.iter_mut().zip(block.derivatives()) {
            *derivative = T::lane(&plane, j);
        }
        Self::new(derivatives)
    }
}
