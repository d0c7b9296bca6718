//! Elements in another order than in memory: broadcasting, transposes, diagonals.

use crate::element::Element;
use smallvec::SmallVec;
use wengert_kernels::{Columns, Pairwise, add_column_sums_of, sum, vectorised};

/// The positions in a buffer of an array with strides, `(i, j, ...) -> i s_0 + j s_1 + ...`, in
/// row-major order.
///
/// The last axes are merged into one run if their positions are evenly spaced.
#[derive(Clone, Debug)]
pub(super) struct Strided {
    /// Extent and stride of the axes before the run.
    outer: SmallVec<[(usize, usize); 4]>,
    run: usize,
    step: usize,
}

impl Strided {
    /// The positions for the extent and the stride of each axis.
    pub(super) fn new(axes: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut outer: SmallVec<[(usize, usize); 4]> = axes.into_iter().filter(|axis| axis.0 != 1).collect();
        let (mut run, step) = outer.pop().unwrap_or((1, 1));
        while outer.last().is_some_and(|&(_, stride)| stride == run * step) {
            run *= outer.pop().map_or(1, |(extent, _)| extent);
        }
        Self { outer, run, step }
    }

    /// The start of each run, in order.
    fn starts(&self) -> impl Iterator<Item = usize> {
        let count: usize = self.outer.iter().map(|axis| axis.0).product();
        let (mut place, mut start) = (SmallVec::<[usize; 4]>::from_elem(0, self.outer.len()), 0);
        (0..count).map(move |_| {
            let here = start;
            for (place, &(extent, stride)) in place.iter_mut().zip(&self.outer).rev() {
                *place += 1;
                start += stride;
                if *place < extent {
                    break;
                }
                start -= stride * extent;
                *place = 0;
            }
            here
        })
    }

    /// `y = ` the elements of `x` at the positions, in order.
    pub(super) fn read<T: Element>(&self, x: &[T], y: &mut [T]) {
        for (run, start) in y.chunks_exact_mut(self.run.max(1)).zip(self.starts()) {
            match self.step {
                0 => run.fill(x[start]),
                1 => run.copy_from_slice(&x[start..][..run.len()]),
                step => run.iter_mut().zip(x[start..].iter().step_by(step)).for_each(|(y, &x)| *y = x),
            }
        }
    }

    /// Adds `y_bar` to the elements of `x_bar` at the positions: the pullback of [`read`](Self::read).
    ///
    /// The contributions of a repeated axis are added pairwise, so that a long sum keeps its digits.
    pub(super) fn add<T: Element>(&self, y_bar: &[T], x_bar: &mut [T]) {
        let repeated = (0..self.outer.len()).filter(|&axis| self.outer[axis].1 == 0);
        match repeated.max_by_key(|&axis| self.outer[axis].0) {
            Some(axis) if !y_bar.is_empty() => self.add_repeated(axis, y_bar, x_bar),
            _ => self.add_runs(y_bar, x_bar),
        }
    }

    fn add_runs<T: Element>(&self, y_bar: &[T], x_bar: &mut [T]) {
        vectorised(
            #[inline(always)]
            || {
                for (run, start) in y_bar.chunks_exact(self.run.max(1)).zip(self.starts()) {
                    if self.step == 0 {
                        x_bar[start] = x_bar[start] + sum(run);
                    } else {
                        add_run(run, &mut x_bar[start..], self.step);
                    }
                }
            },
        );
    }

    /// Same as [`add`](Self::add), where `axis` repeats the elements.
    fn add_repeated<T: Element>(&self, axis: usize, y_bar: &[T], x_bar: &mut [T]) {
        let count = self.outer[axis].0;
        // The number of elements of `y_bar` per position along the axis.
        let distance = self.outer[axis + 1..].iter().map(|axis| axis.0).product::<usize>() * self.run;
        let others = Self {
            outer: self.outer.iter().enumerate().filter(|&(i, _)| i != axis).map(|(_, &axis)| axis).collect(),
            ..*self
        };
        for (i, start) in others.starts().enumerate() {
            let (before, within) = (i * self.run / distance, i * self.run % distance);
            let rows = &y_bar[before * distance * count + within..];
            match self.step {
                0 => {
                    let mut sums = Pairwise::new();
                    (0..count).for_each(|row| sums.add([sum(&rows[row * distance..][..self.run])]));
                    x_bar[start] = x_bar[start] + sums.total()[0];
                }
                1 => {
                    let columns = Columns::new(rows, distance);
                    add_column_sums_of(count, columns, columns, &mut x_bar[start..][..self.run], |x, _| x);
                }
                step => (0..count)
                    .for_each(|row| add_run(&rows[row * distance..][..self.run], &mut x_bar[start..], step)),
            }
        }
    }
}

#[inline(always)]
fn add_run<T: Element>(run: &[T], x_bar: &mut [T], step: usize) {
    if step == 1 {
        x_bar.iter_mut().zip(run).for_each(|(x_bar, &y_bar)| *x_bar = *x_bar + y_bar);
    } else {
        x_bar.iter_mut().step_by(step).zip(run).for_each(|(x_bar, &y_bar)| *x_bar = *x_bar + y_bar);
    }
}
