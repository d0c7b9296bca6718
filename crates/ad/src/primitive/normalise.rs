//! Normalisation to mean 0 and variance 1 along an axis.

use super::adjoint::Adjoint;
use super::axis::AxisExtents;
use super::definition::{Primitive, Requirement};
use super::reduce::largest_magnitude;
use super::view::{Recorded, Shape, View};
use crate::element::{Element, rounding};
use crate::number::Scalar;
use crate::rules::{Elementary, one, zero};
use std::cell::RefCell;
use wengert_kernels::{
    Columns, add_column_sums, add_column_sums_of, fill, sum, sum_in_blocks, sum_of, sum_of_pairs,
};

/// `y = (x - m) / sqrt(v + epsilon)` along an axis, where `m` is the mean and `v` the population
/// variance of the fibre; same shape.
///
/// Squares that overflow or underflow, such as those of 1e20 in single precision, do no harm: such fibres
/// are divided by their largest element first. Equal elements become 0; without an epsilon, where there is
/// no derivative, with a derivative of 0.
///
/// Pullback, with `r = 1 / sqrt(v + epsilon)` and means over the fibre:
/// `x_bar += r (y_bar - mean(y_bar) - y mean(y_bar y))` (Ioffe and Szegedy 2015, section 3).
#[derive(Clone, Debug)]
pub struct Normalise<T> {
    /// The axis along which the mean becomes 0 and the variance 1.
    pub axis: usize,
    /// The constant added to the variance, at least 0.
    pub epsilon: f64,
    means: Vec<T>,
    /// `1 / sqrt(v + epsilon)` of each fibre.
    scales: Vec<T>,
    /// `mean(y_bar)` and `mean(y_bar y)` of each fibre.
    pulled: RefCell<[Vec<T>; 2]>,
}

impl<T> Default for Normalise<T> {
    fn default() -> Self {
        let (means, scales) = (Vec::new(), Vec::new());
        Self { axis: 0, epsilon: 0.0, means, scales, pulled: RefCell::default() }
    }
}

impl<T: Element> Normalise<T> {
    fn rows(&mut self, at: AxisExtents, x: &[T], y: &mut [T]) {
        let (n, length) = (at.axis as f64, at.axis.max(1));
        for (i, (x, y)) in x.chunks_exact(length).zip(y.chunks_exact_mut(length)).enumerate() {
            let mean = sum(x).divide(n);
            let variance = sum_of(x, |x| (x - mean).square()).divide(n);
            let scale = variance.shift(self.epsilon).sqrt().recip();
            fill(y, x.iter().map(|&x| (x - mean) * scale));
            (self.means[i], self.scales[i]) = (mean, scale);
        }
    }

    fn columns(&mut self, at: AxisExtents, x: &[T], y: &mut [T]) {
        let (n, size) = (at.axis as f64, (at.axis * at.inner).max(1));
        self.means.fill(zero());
        self.scales.fill(zero());
        for (block, (x, y)) in x.chunks_exact(size).zip(y.chunks_exact_mut(size)).enumerate() {
            let fibres = block * at.inner..(block + 1) * at.inner;
            let means = &mut self.means[fibres.clone()];
            add_column_sums(x, means);
            means.iter_mut().for_each(|mean| *mean = mean.divide(n));
            for (x, y) in x.chunks_exact(at.inner).zip(y.chunks_exact_mut(at.inner)) {
                fill(y, x.iter().zip(&*means).map(|(&x, &mean)| x - mean));
            }
            let (variances, deviations) = (&mut self.scales[fibres], Columns::new(y, at.inner));
            add_column_sums_of(at.axis, deviations, deviations, variances, |d, _| d.square());
            let epsilon = self.epsilon;
            variances.iter_mut().for_each(|v| *v = v.divide(n).shift(epsilon).sqrt().recip());
            for y in y.chunks_exact_mut(at.inner) {
                y.iter_mut().zip(&*variances).for_each(|(y, &scale)| *y = *y * scale);
            }
        }
    }

    /// Writes the fibres again whose mean or variance overflowed, underflowed or is rounding noise.
    fn repair(&mut self, at: AxisExtents, x: &[T], y: &mut [T]) {
        for j in 0..at.fibres() {
            if is_unreliable(self.means[j], self.scales[j].recip()) {
                self.scales[j] = self.scaled(at.fibre(j), x, y);
            }
        }
    }

    /// Normalises a fibre divided by its largest element, and returns the scale. A fibre of equal elements
    /// becomes exactly 1 or -1, so that its variance is exactly 0.
    fn scaled(&self, fibre: impl Iterator<Item = usize> + Clone, x: &[T], y: &mut [T]) -> T {
        let n = fibre.clone().count() as f64;
        let largest = largest_magnitude(fibre.clone().map(|i| x[i]));
        // All elements are zero, or one is not finite: nothing to scale.
        let usable: fn(f64, f64) -> bool = |largest, _| largest > 0.0 && largest < f64::INFINITY;
        let largest = largest.select(largest, usable, largest, one());
        let mean = sum_in_blocks(fibre.clone().map(|i| x[i] / largest)).divide(n);
        let deviation = |i: usize| x[i] / largest - mean;
        let variance = sum_in_blocks(fibre.clone().map(|i| deviation(i).square())).divide(n);
        let epsilon = (T::constant(self.epsilon) / largest) / largest;
        let scale = (variance + epsilon).sqrt().recip();
        // Equal elements without an epsilon have no direction.
        let scale = variance.select(epsilon, |v, epsilon| v == 0.0 && epsilon == 0.0, zero(), scale);
        fibre.for_each(|i| y[i] = deviation(i) * scale);
        scale / largest
    }
}

/// Whether the deviation `sqrt(v + epsilon)` overflowed or underflowed, or may be noise: the rounding error
/// of the mean.
fn is_unreliable<T: Element>(mean: T, deviation: T) -> bool {
    let noise = mean.abs().scale(100.0 * rounding::<T>());
    // The squares of 1e20 and 1e-30 are outside of the range of f32.
    let safe: fn(f64, f64) -> bool = |d, noise| d > noise && d > 1e-15 && d < 1e15;
    !deviation.select(noise, safe, zero::<T>(), one()).is_constant(0.0)
}

impl<T: Element> Primitive<T> for Normalise<T> {
    fn name(&self) -> &'static str {
        "normalise"
    }
    fn shape(&self, operands: &[&[usize]]) -> Result<Shape, Requirement> {
        match operands[0].get(self.axis) {
            Some(&extent) if extent > 0 => Ok(operands[0].into()),
            _ => Err("at least one element along the axis"),
        }
    }
    #[inline(never)]
    fn primal(&mut self, xs: &[View<'_, T>], y: &mut [T]) {
        let at = AxisExtents::new(xs[0].shape, self.axis);
        self.means.resize(at.fibres(), zero());
        self.scales.resize(at.fibres(), zero());
        if at.inner == 1 {
            self.rows(at, xs[0].data, y);
        } else {
            self.columns(at, xs[0].data, y);
        }
        self.repair(at, xs[0].data, y);
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (extents, y, y_bar) = (AxisExtents::new(at.xs[0].shape, self.axis), at.y.data, at.y_bar);
        let n = extents.axis as f64;
        if extents.inner == 1 {
            return x_bar.add_rows(extents.axis, |i| {
                let row = i * extents.axis..(i + 1) * extents.axis;
                let (y, y_bar, scale) = (&y[row.clone()], &y_bar[row], self.scales[i]);
                let along = sum_of_pairs(y, y_bar, Scalar::chain).divide(n);
                let mean = sum(y_bar).divide(n);
                y.iter().zip(y_bar).map(move |(&y, &y_bar)| pull(y, y_bar, mean, along, scale))
            });
        }
        let mut pulled = self.pulled.borrow_mut();
        let [means, alongs] = &mut *pulled;
        for sums in [&mut *means, &mut *alongs] {
            sums.clear();
            sums.resize(extents.fibres(), zero());
        }
        let (size, inner) = ((extents.axis * extents.inner).max(1), extents.inner.max(1));
        let blocks = y.chunks_exact(size).zip(y_bar.chunks_exact(size));
        let fibres = means.chunks_exact_mut(inner).zip(alongs.chunks_exact_mut(inner));
        for ((y, y_bar), (means, alongs)) in blocks.zip(fibres) {
            add_column_sums(y_bar, means);
            let [y, y_bar] = [y, y_bar].map(|data| Columns::new(data, inner));
            add_column_sums_of(extents.axis, y, y_bar, alongs, Scalar::chain);
            means.iter_mut().chain(alongs).for_each(|sum| *sum = sum.divide(n));
        }
        let (means, alongs) = (&*means, &*alongs);
        x_bar.add_rows(extents.inner, |i| {
            let row = i * extents.inner..(i + 1) * extents.inner;
            let fibres = extents.first_fibre(i)..extents.first_fibre(i) + extents.inner;
            let fibres = means[fibres.clone()].iter().zip(&alongs[fibres.clone()]).zip(&self.scales[fibres]);
            let recorded = y[row.clone()].iter().zip(&y_bar[row]);
            recorded
                .zip(fibres)
                .map(|((&y, &y_bar), ((&mean, &along), &scale))| pull(y, y_bar, mean, along, scale))
        });
    }
}

/// `r (y_bar - mean(y_bar) - y mean(y_bar y))`.
#[inline(always)]
fn pull<T: Element>(y: T, y_bar: T, mean: T, along: T, scale: T) -> T {
    scale.chain(y_bar - mean - y.chain(along))
}
