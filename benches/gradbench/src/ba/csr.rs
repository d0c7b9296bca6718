//! The sparse Jacobian of bundle adjustment in compressed row format.

use super::problem::{CAMERA, INPUTS};
use serde::Serialize;
use std::ops::Range;

/// The non-zero entries, row after row: two rows of 15 entries per observation, then one row of one
/// entry per weight.
///
/// The columns are the parameters of all cameras, all points and all weights, in this order.
#[derive(Default)]
pub(super) struct Jacobian {
    cameras: usize,
    points: usize,
    /// The first index of each row in the arrays below, and the end of the last row.
    rows: Vec<u32>,
    columns: Vec<u32>,
    values: Vec<f64>,
}

/// The first 30 entries and the last entry of each array.
#[derive(Serialize)]
pub(super) struct Summary {
    rows: Vec<u32>,
    cols: Vec<u32>,
    vals: Vec<f64>,
}

/// The range of the entries of the two long rows of an observation.
fn block(observation: usize) -> Range<usize> {
    2 * INPUTS * observation..2 * INPUTS * (observation + 1)
}

impl Jacobian {
    /// Resizes the arrays for this many observations, and sets the first index of each row.
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
    pub(super) fn set_weight(&mut self, observation: usize, derivative: f64) {
        let last = self.weight_row(observation);
        self.values[last] = derivative;
    }

    /// The index of the entry in the row of a weight.
    fn weight_row(&self, observation: usize) -> usize {
        let observations = (self.rows.len() - 1) / 3;
        block(observations).start + observation
    }

    /// The summary that GradBench compares.
    pub(super) fn summary(&self) -> Summary {
        fn ends<T: Copy>(entries: &[T]) -> Vec<T> {
            entries.iter().take(30).chain(entries.last()).copied().collect()
        }
        Summary { rows: ends(&self.rows), cols: ends(&self.columns), vals: ends(&self.values) }
    }
}
