//! The input: a model of a hand, a pose and measured points.

use serde::Deserialize;

/// The number of pose parameters.
pub(super) const POSE: usize = 26;

/// The input of the objective and of the Jacobian.
#[derive(Deserialize)]
pub(super) struct Input {
    pub(super) theta: Vec<f64>,
    pub(super) us: Vec<[f64; 2]>,
    pub(super) data: Data,
}

#[derive(Deserialize)]
pub(super) struct Data {
    pub(super) model: Model,
    pub(super) correspondences: Vec<usize>,
    pub(super) points: Vec<[f64; 3]>,
}

/// The hand at rest: bones, vertices, the weights of bones on vertices, and triangles of vertices.
#[derive(Deserialize)]
pub(super) struct Model {
    pub(super) parents: Vec<i64>,
    pub(super) base_relatives: Vec<[[f64; 4]; 4]>,
    pub(super) inverse_base_absolutes: Vec<[[f64; 4]; 4]>,
    pub(super) base_positions: Vec<[f64; 4]>,
    pub(super) weights: Vec<Vec<f64>>,
    pub(super) triangles: Vec<[usize; 3]>,
    pub(super) is_mirrored: bool,
}
