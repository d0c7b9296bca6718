//! Exponentials along an axis, without overflow, and their sums without cancellation.

use super::axis::AxisExtents;
use crate::element::Element;
use crate::number::Scalar;
use crate::rules::{Elementary, one, zero};
use wengert_kernels::{
    Columns, add_column_sums_of, fill, row_maxima, row_sums_of, shifted, subtract_from_rows, sum_in_blocks,
    vectorised_wide,
};

/// For each fibre the shift `m`, which is the largest `x`, and by how much the sum of the exponentials
/// `w_i = e^(x_i - m)` exceeds 1.
///
/// None of the exponentials overflows, and one of them is 1. If it dominates, the sum rounds to 1: its
/// logarithm and `1 - w_i / sum`, which are tiny then, need the sum of the others.
#[derive(Clone, Debug)]
pub(super) struct Exponentials<T> {
    shifts: Vec<T>,
    excesses: Vec<T>,
    /// `1 / sum_i w_i`; NaN if several elements are plus infinity, since which is the larger is not known.
    normalisers: Vec<T>,
    /// `ln sum_i w_i`; NaN in the same case.
    logarithms: Vec<T>,
}

impl<T> Default for Exponentials<T> {
    fn default() -> Self {
        Self { shifts: Vec::new(), excesses: Vec::new(), normalisers: Vec::new(), logarithms: Vec::new() }
    }
}

impl<T: Element> Exponentials<T> {
    /// Writes the exponentials of `x` into `w`, and sums them.
    pub(super) fn compute(&mut self, at: AxisExtents, x: &[T], w: &mut [T]) {
        self.write(at, x, w);
        let Self { shifts, excesses, normalisers, .. } = self;
        // The sum of the exponentials that are less than 1, and the number of the others, which the
        // normalisers hold for now. One loop for both is compiled once.
        for (sums, factor, at_one) in [(&mut *excesses, 1.0, -1.0), (&mut *normalisers, 0.0, 1.0)] {
            sums.clear();
            sums.resize(at.fibres(), zero());
            sum_fibres(
                at,
                w,
                sums,
                #[inline(always)]
                |w| w.select(w, |w, _| w == 1.0, w.scale(factor).shift(at_one), w.scale(factor)),
            );
        }
        for ((excess, normaliser), &shift) in excesses.iter_mut().zip(normalisers).zip(&*shifts) {
            *excess = *excess + (*normaliser - one());
            *normaliser = unless_several_infinite(shift, *excess, excess.shift(1.0).recip());
        }
    }

    /// Same as [`compute`](Self::compute), with the logarithms of the sums.
    pub(super) fn compute_with_logarithms(&mut self, at: AxisExtents, x: &[T], w: &mut [T]) {
        self.compute(at, x, w);
        let fibres = self.shifts.iter().zip(&self.excesses);
        self.logarithms.clear();
        self.logarithms
            .extend(fibres.map(|(&shift, &excess)| unless_several_infinite(shift, excess, excess.ln_1p())));
    }

    /// Writes the exponentials of `x` into `w`.
    pub(super) fn write(&mut self, at: AxisExtents, x: &[T], w: &mut [T]) {
        self.shifts.resize(at.fibres(), zero());
        if at.inner == 1 {
            return self.write_rows(at.axis, x, w);
        }
        let size = (at.axis * at.inner).max(1);
        for (block, (x, w)) in x.chunks_exact(size).zip(w.chunks_exact_mut(size)).enumerate() {
            let shifts = &mut self.shifts[block * at.inner..(block + 1) * at.inner];
            largest_of_rows(x, shifts);
            for (row, w) in x.chunks_exact(at.inner).zip(w.chunks_exact_mut(at.inner)) {
                fill(
                    w,
                    row.iter().zip(&*shifts).map(
                        #[inline(always)]
                        |(&x, &shift)| shifted(x, shift).exp(),
                    ),
                );
            }
        }
    }

    fn write_rows(&mut self, length: usize, x: &[T], w: &mut [T]) {
        row_maxima(x, length, &mut self.shifts);
        self.shifts.iter_mut().for_each(|shift| *shift = usable(*shift));
        subtract_from_rows(x, length, &self.shifts, w);
        // A row is often too short to fill the vector registers; all rows together are not.
        vectorised_wide(
            #[inline(always)]
            || {
                w.iter_mut().for_each(
                    #[inline(always)]
                    |w| *w = w.exp(),
                );
            },
        );
    }

    /// The largest element and `sum_i w_i - 1` of each fibre.
    pub(super) fn shifts_and_excesses(&self) -> impl Iterator<Item = (T, T)> {
        self.shifts.iter().copied().zip(self.excesses.iter().copied())
    }

    /// The shift of each fibre.
    pub(super) fn shifts(&self) -> &[T] {
        &self.shifts
    }

    /// `1 / sum_i w_i` of a fibre.
    #[inline(always)]
    pub(super) fn normaliser(&self, fibre: usize) -> T {
        self.normalisers[fibre]
    }

    /// `x - ln sum_j e^(x_j)` for an element of a fibre, the logarithm of its share in the sum.
    // Subtract the shift first: for logits of 1e4, `x - (1e4 + ln total)` would lose the digits of the
    // logarithm.
    #[inline(always)]
    pub(super) fn log_share(&self, fibre: usize, x: T) -> T {
        shifted(x, self.shifts[fibre]) - self.logarithms[fibre]
    }

    /// `x_bar_i = y_bar_i - p_i sum_j y_bar_j` with the shares `p_i = w_i / sum_j w_j`: the pullback of the
    /// logarithms of the shares, given the sums of the cotangents of the fibre.
    ///
    /// Where `w_i` is 1, the difference may cancel. It is computed as `y_bar_i (1 - p_i)` less `p_i` times
    /// the other cotangents.
    #[inline(always)]
    pub(super) fn pull_back_log_share(&self, fibre: usize, w: T, y_bar: T, sums: CotangentSums<T>) -> T {
        let (normaliser, excess) = (self.normalisers[fibre], self.excesses[fibre]);
        let below = y_bar - share(w, normaliser).chain(sums.below + sums.largest);
        let others = sums.below + (sums.largest - y_bar);
        let largest = (excess * normaliser).chain(y_bar) - normaliser.chain(others);
        w.select(w, |w, _| w == 1.0, largest, below)
    }
}

/// Sums of the cotangents of a fibre.
#[derive(Clone, Copy, Debug)]
pub(super) struct CotangentSums<T> {
    /// Over the elements whose exponential is less than 1.
    below: T,
    /// Over the elements whose exponential is 1.
    largest: T,
}

impl<T: Scalar> CotangentSums<T> {
    /// The sums of pairs of an exponential and a cotangent.
    pub(super) fn of(pairs: impl Iterator<Item = (T, T)> + Clone) -> Self {
        let below = pairs.clone().map(|(w, y_bar)| w.select(w, |w, _| w == 1.0, zero(), y_bar));
        let largest = pairs.map(|(w, y_bar)| w.select(w, |w, _| w == 1.0, y_bar, zero()));
        Self { below: sum_in_blocks(below), largest: sum_in_blocks(largest) }
    }
}

/// The share `w / sum`, given `1 / sum`; 0 for an exponential that is 0, also if all are.
#[inline(always)]
pub(super) fn share<T: Scalar>(w: T, normaliser: T) -> T {
    w.select(zero(), |w, zero| w == zero, zero(), w * normaliser)
}

/// Adds the sum of `f(w)` over the elements of each fibre to `sums`.
#[inline(always)]
fn sum_fibres<T: Element>(at: AxisExtents, w: &[T], sums: &mut [T], f: impl Fn(T) -> T) {
    if at.inner == 1 {
        return row_sums_of(w, at.axis, sums, f);
    }
    for (w, sums) in w.chunks_exact((at.axis * at.inner).max(1)).zip(sums.chunks_exact_mut(at.inner.max(1))) {
        let columns = Columns::new(w, at.inner);
        add_column_sums_of(at.axis, columns, columns, sums, |w, _| f(w));
    }
}

/// `x`, but NaN if several elements are plus infinity: which of them is the larger one is not known.
#[inline(always)]
pub(super) fn unless_several_infinite<T: Scalar>(shift: T, excess: T, x: T) -> T {
    if_several_infinite(shift, excess, T::constant(f64::NAN), x)
}

/// `yes` if several elements are plus infinity, else `no`.
#[inline(always)]
pub(super) fn if_several_infinite<T: Scalar>(shift: T, excess: T, yes: T, no: T) -> T {
    let several: fn(f64, f64) -> bool = |shift, excess| shift == f64::INFINITY && excess > 0.0;
    shift.select(excess, several, yes, no)
}

/// The largest element of each column; 0 if one is NaN, or all are minus infinity.
fn largest_of_rows<T: Element>(x: &[T], y: &mut [T]) {
    y.fill(T::constant(f64::NEG_INFINITY));
    for row in x.chunks_exact(y.len().max(1)) {
        y.iter_mut().zip(row).for_each(|(y, &x)| *y = x.select(*y, |x, y| x >= y || x.is_nan(), x, *y));
    }
    y.iter_mut().for_each(|y| *y = usable(*y));
}

/// The shift, or 0 if it is minus infinity or NaN: a shift by minus infinity would give `inf - inf`, and
/// the sum without a shift is right.
fn usable<T: Scalar>(shift: T) -> T {
    shift.select(zero(), |shift, _| shift > f64::NEG_INFINITY, shift, zero())
}
