//! The sparse Jacobian of bundle adjustment, compressed by rows.

use super::{CAMERA, INPUTS};
use serde::Serialize;
use std::ops::Range;

/// The non-zero entries, row after row: two rows of 15 for each observation, then one row of 1 for each weight.
///
/// The columns are those of all cameras, all points and all weights, in this order.
#[derive(Default)]
pub(super) struct Jacobian {
    cameras: usize,
    points: usize,
    /// Where each row begins in the arrays below, and where the last one ends.
    rows: Vec<u32>,
    columns: Vec<u32>,
    values: Vec<f64>,
}

/// The first 30 entries of each array, and the last.
#[derive(Serialize)]
pub(super) struct Summary {
    rows: Vec<u32>,
    cols: Vec<u32>,
    vals: Vec<f64>,
}

/// Where the entries of the two long rows of an observation stand.
fn block(observation: usize) -> Range<usize> {
    2 * INPUTS * observation..2 * INPUTS * (observation + 1)
}

impl Jacobian {
    /// Makes room for the rows of this many observations, and sets where they begin.
    pub(super) fn reset(&mut self, cameras: usize, points: usize, observations: usize) {
        (self.cameras, self.points) = (cameras, points);
        let entries = observations * (2 * INPUTS + 1);
        self.columns.resize(entries, 0);
        self.values.resize(entries, 0.0);
        self.rows.clear();
        self.rows.extend((0..=2 * observations).map(|row| (row * INPUTS) as u32));
        let weights = 2 * observations * INPUTS;
        self.rows.extend((1..=observations).map(|row| (weights + row) as u32));
    }

    /// Sets the columns of the three rows of an observation.
    #[inline(always)]
    pub(super) fn set_columns(&mut self, observation: usize, camera: usize, point: usize) {
        let first_point = CAMERA * self.cameras;
        let weight = (first_point + 3 * self.points + observation) as u32;
        let (camera, point) = ((CAMERA * camera) as u32, (first_point + 3 * point) as u32);
        for row in self.columns[block(observation)].chunks_exact_mut(INPUTS) {
            let columns = (camera..).take(CAMERA).chain((point..).take(3)).chain([weight]);
            row.iter_mut().zip(columns).for_each(|(slot, column)| *slot = column);
        }
        let last = self.weight_row(observation);
        self.columns[last] = weight;
    }

    /// Sets the two rows of derivatives of an observation's reprojection errors.
    #[inline(always)]
    pub(super) fn set_values(&mut self, observation: usize, values: impl Iterator<Item = f64>) {
        self.values[block(observation)].iter_mut().zip(values).for_each(|(slot, value)| *slot = value);
    }

    /// The columns and the values of a row.
    #[cfg(test)]
    pub(super) fn row(&self, row: usize) -> (&[u32], &[f64]) {
        let entries = self.rows[row] as usize..self.rows[row + 1] as usize;
        (&self.columns[entries.clone()], &self.values[entries])
    }

    /// Sets the derivative of an observation's weight error.
    #[inline(always)]
    pub(super) fn set_weight(&mut self, observation: usize, by_weight: f64) {
        let last = self.weight_row(observation);
        self.values[last] = by_weight;
    }

    /// Where the entry of a weight's row stands.
    fn weight_row(&self, observation: usize) -> usize {
        let observations = (self.rows.len() - 1) / 3;
        block(observations).start + observation
    }

    /// As GradBench wants it.
    pub(super) fn summary(&self) -> Summary {
        fn ends<T: Copy>(entries: &[T]) -> Vec<T> {
            entries.iter().take(30).chain(entries.last()).copied().collect()
        }
        Summary { rows: ends(&self.rows), cols: ends(&self.columns), vals: ends(&self.values) }
    }
}
