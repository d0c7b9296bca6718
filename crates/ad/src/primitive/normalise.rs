//! Normalisation to mean 0 and variance 1 along an axis.

use super::adjoint::Adjoint;
use super::axis::AxisExtents;
use super::definition::{Primitive, Requirement};
use super::view::{Recorded, Shape, View};
use crate::element::Element;
use crate::rules::{Elementary, zero};
use std::cell::RefCell;
use wengert_kernels::{accumulate, add_column_sums, dot, fill, sum, sum_of};

/// `y = (x - m) / sqrt(v + epsilon)` along an axis, where `m` is the mean and `v` the population
/// variance of the fibre; same shape.
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
    fn scale_of(&self, variance: T) -> T {
        variance.shift(self.epsilon).sqrt().recip()
    }

    fn rows(&mut self, at: AxisExtents, x: &[T], y: &mut [T]) {
        let (n, length) = (at.axis as f64, at.axis.max(1));
        for (i, (x, y)) in x.chunks_exact(length).zip(y.chunks_exact_mut(length)).enumerate() {
            let mean = sum(x).divide(n);
            let scale = self.scale_of(sum_of(x, |x| (x - mean).square()).divide(n));
            fill(y, x.iter().map(|&x| (x - mean) * scale));
            (self.means[i], self.scales[i]) = (mean, scale);
        }
    }

    fn columns(&mut self, at: AxisExtents, x: &[T], y: &mut [T]) {
        let (n, size) = (at.axis as f64, (at.axis * at.inner).max(1));
        for (block, (x, y)) in x.chunks_exact(size).zip(y.chunks_exact_mut(size)).enumerate() {
            let fibres = block * at.inner..(block + 1) * at.inner;
            let means = &mut self.means[fibres.clone()];
            means.fill(zero());
            add_column_sums(x, means);
            means.iter_mut().for_each(|mean| *mean = mean.divide(n));
            let variances = &mut self.scales[fibres.clone()];
            variances.fill(zero());
            for (x, y) in x.chunks_exact(at.inner).zip(y.chunks_exact_mut(at.inner)) {
                fill(y, x.iter().zip(&*means).map(|(&x, &mean)| x - mean));
                accumulate(variances, y.iter().map(|y| y.square()));
            }
            let epsilon = self.epsilon;
            variances.iter_mut().for_each(|v| *v = v.divide(n).shift(epsilon).sqrt().recip());
            for y in y.chunks_exact_mut(at.inner) {
                y.iter_mut().zip(&*variances).for_each(|(y, &scale)| *y = *y * scale);
            }
        }
    }
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
        if at.inner == 1 { self.rows(at, xs[0].data, y) } else { self.columns(at, xs[0].data, y) }
    }
    #[inline(never)]
    fn vjp(&self, _: usize, at: Recorded<'_, T>, x_bar: Adjoint<'_, T>) {
        let (extents, y, y_bar) = (AxisExtents::new(at.xs[0].shape, self.axis), at.y.data, at.y_bar);
        let n = extents.axis as f64;
        if extents.inner == 1 {
            return x_bar.add_rows(extents.axis, |i| {
                let row = i * extents.axis..(i + 1) * extents.axis;
                let (y, y_bar, scale) = (&y[row.clone()], &y_bar[row], self.scales[i]);
                let (mean, along) = (sum(y_bar).divide(n), dot(y_bar, y).divide(n));
                y.iter().zip(y_bar).map(move |(&y, &y_bar)| (y_bar - mean - y * along) * scale)
            });
        }
        let mut pulled = self.pulled.borrow_mut();
        let [means, alongs] = &mut *pulled;
        for sums in [&mut *means, &mut *alongs] {
            sums.clear();
            sums.resize(extents.fibres(), zero());
        }
        let rows = y.chunks_exact(extents.inner.max(1)).zip(y_bar.chunks_exact(extents.inner.max(1)));
        for (i, (y, y_bar)) in rows.enumerate() {
            let fibres = extents.first_fibre(i)..extents.first_fibre(i) + extents.inner;
            accumulate(&mut means[fibres.clone()], y_bar.iter().map(|y_bar| y_bar.divide(n)));
            accumulate(&mut alongs[fibres], y.iter().zip(y_bar).map(|(&y, &y_bar)| (y * y_bar).divide(n)));
        }
        let (means, alongs) = (&*means, &*alongs);
        x_bar.add_rows(extents.inner, |i| {
            let row = i * extents.inner..(i + 1) * extents.inner;
            let fibres = extents.first_fibre(i)..extents.first_fibre(i) + extents.inner;
            let fibres = means[fibres.clone()].iter().zip(&alongs[fibres.clone()]).zip(&self.scales[fibres]);
            let recorded = y[row.clone()].iter().zip(&y_bar[row]);
            recorded
                .zip(fibres)
                .map(|((&y, &y_bar), ((&mean, &along), &scale))| (y_bar - mean - y * along) * scale)
        });
    }
}
