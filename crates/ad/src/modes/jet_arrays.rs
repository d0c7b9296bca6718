//! Jets as elements of arrays: their matrix products, and chunks of them.

use super::jet::Jet;
use super::planar_affine::PlanarAffine;
use super::planes::{Planes, planar_affine, planar_highest, planar_product};
use crate::element::{Chunks, Element};
use crate::rules::Elementary;
use wengert_kernels::{Matrix, MatrixProduct};

/// The components are the coefficients of the Taylor series, `x^(k) / k!`, whose product is a convolution.
impl<const N: usize, T: Element> Planes for Jet<N, T> {
    type Component = T;
    const PLANES: usize = N;
    const HIGHEST: usize = N - 1;

    #[inline(always)]
    fn component(self, i: usize) -> T {
        Self::unscaled(i, self.derivatives()[i])
    }
    #[inline(always)]
    fn from_components(component: impl Fn(usize) -> T) -> Self {
        let mut derivatives = [component(0); N];
        for (i, derivative) in derivatives.iter_mut().enumerate().skip(1) {
            *derivative = Self::scaled(i, component(i));
        }
        Self::new(derivatives)
    }
    #[inline(always)]
    fn plane(chunk: &Self::Chunk, i: usize) -> &T::Chunk {
        &chunk[i]
    }
    #[inline(always)]
    fn plane_mut(chunk: &mut Self::Chunk, i: usize) -> &mut T::Chunk {
        &mut chunk[i]
    }
    #[inline(always)]
    fn unscaled(i: usize, component: T) -> T {
        if i < 2 { component } else { component.divide(factorial(i)) }
    }
    #[inline(always)]
    fn scaled(i: usize, component: T) -> T {
        if i < 2 { component } else { component.scale(factorial(i)) }
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
    fn gemm_of_highest(a: Matrix<'_, Self>, b: Matrix<'_, Self>, c: &mut [Self], overwrite: bool) {
        planar_highest(a, b, c, overwrite);
    }
    fn affine(x: Matrix<'_, Self>, w: Matrix<'_, Self>, b: &[Self], y: &mut [Self]) {
        planar_affine(x, w, b, y);
    }
}

impl<const N: usize, T: Element> Chunks for Jet<N, T> {
    type Chunk = [T::Chunk; N];
    type Affine = PlanarAffine<T>;
    const SEPARATE: bool = true;

    #[inline(always)]
    fn zeros() -> Self::Chunk {
        [T::zeros(); N]
    }
    #[inline(always)]
    fn joined(chunk: &Self::Chunk, i: usize) -> Self {
        let mut derivatives = [T::constant(0.0); N];
        for (derivative, plane) in derivatives.iter_mut().zip(chunk) {
            *derivative = T::joined(plane, i);
        }
        Self::new(derivatives)
    }
    #[inline(always)]
    fn set(self, chunk: &mut Self::Chunk, i: usize) {
        for (derivative, plane) in self.derivatives().into_iter().zip(chunk) {
            derivative.set(plane, i);
        }
    }
}
