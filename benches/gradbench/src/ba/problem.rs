//! The cameras, points and observations, and the errors of an observation.

use crate::protocol::{EvalError, check_length};
use serde::Deserialize;
use std::array::from_fn;
use std::ops::Range;
use wengert_ad::kernels::vectorised;
use wengert_ad::{Elementary, Lanes, Number};

/// The number of parameters of a camera: rotation, centre, focal length, principal point, radial distortion.
pub(super) const CAMERA: usize = 11;
/// The number of inputs of an observation: its camera, its point and its weight.
pub(super) const INPUTS: usize = CAMERA + 3 + 1;
/// Observations per group of lanes.
pub(super) const SIDE_BY_SIDE: usize = 8;

pub(super) type Wide = Lanes<SIDE_BY_SIDE>;

#[derive(Deserialize)]
pub(super) struct Input {
    n: usize,
    m: usize,
    p: usize,
    cam: Vec<f64>,
    x: Vec<f64>,
    w: f64,
    feat: [f64; 2],
}

/// `n` cameras, `m` points and `p` observations: camera `i mod n` observes point `i mod m` in
/// observation `i`.
pub(super) struct Problem {
    pub(super) cameras: Vec<[f64; CAMERA]>,
    pub(super) points: Vec<[f64; 3]>,
    pub(super) weights: Vec<f64>,
    pub(super) features: Vec<[f64; 2]>,
}

impl Problem {
    pub(super) fn new(input: Input) -> Result<Self, EvalError> {
        let Input { n, m, p, cam, x, w, feat } = input;
        check_length("cam", cam.len(), CAMERA)?;
        check_length("x", x.len(), 3)?;
        if n == 0 || m == 0 {
            return Err(EvalError::Domain { field: "n and m", needed: "at least 1" });
        }
        if p == 0 {
            return Err(EvalError::Domain { field: "p", needed: "at least 1" });
        }
        Ok(Self {
            cameras: vec![from_fn(|i| cam[i]); n],
            points: vec![from_fn(|i| x[i]); m],
            weights: vec![w; p],
            features: vec![feat; p],
        })
    }

    /// The index of the camera of an observation.
    pub(super) fn camera(&self, observation: usize) -> usize {
        observation % self.cameras.len()
    }

    /// The index of the point of an observation.
    pub(super) fn point(&self, observation: usize) -> usize {
        observation % self.points.len()
    }

    /// The observations `indices`, in lanes.
    #[inline(always)]
    fn observations(&self, indices: [usize; SIDE_BY_SIDE]) -> Observation<Wide> {
        let zero = Lanes([0.0; SIDE_BY_SIDE]);
        let mut side_by_side = Observation { inputs: [zero; INPUTS], feature: [zero; 2] };
        for (lane, i) in indices.into_iter().enumerate() {
            let (camera, point) = (&self.cameras[self.camera(i)], &self.points[self.point(i)]);
            let inputs = camera.iter().chain(point).chain([&self.weights[i]]);
            for (wide, &x) in side_by_side.inputs.iter_mut().zip(inputs) {
                wide.0[lane] = x;
            }
            for (wide, &x) in side_by_side.feature.iter_mut().zip(&self.features[i]) {
                wide.0[lane] = x;
            }
        }
        side_by_side
    }

    /// Calls `group` for all observations, in groups: with their indices, their inputs and whether
    /// the cameras are rotated.
    ///
    /// A group has eight observations, or one observation in all lanes where neighbours need
    /// different operations and at the end. The number of indices is the number of lanes in use.
    /// `group` must be marked `#[inline(always)]`, so that it is compiled for the processor at hand.
    pub(super) fn each_group(&self, mut group: impl FnMut(Range<usize>, &Observation<Wide>, bool)) {
        vectorised(
            #[inline(always)]
            || {
                let observations = self.weights.len();
                for first in (0..observations).step_by(SIDE_BY_SIDE) {
                    let next = first + SIDE_BY_SIDE;
                    if next <= observations {
                        let observed = self.observations(from_fn(|lane| first + lane));
                        if let Some(turning) = observed.turning() {
                            group(first..next, &observed, turning);
                            continue;
                        }
                    }
                    for i in first..observations.min(next) {
                        let observed = self.observations([i; SIDE_BY_SIDE]);
                        let turning = observed.turning().expect("all lanes hold one observation");
                        group(i..i + 1, &observed, turning);
                    }
                }
            },
        );
    }
}

/// One observation, or several in lanes.
#[derive(Clone, Copy)]
pub(super) struct Observation<T> {
    /// The camera, the point and the weight.
    pub(super) inputs: [T; INPUTS],
    /// The observed position in the image.
    pub(super) feature: [T; 2],
}

impl Observation<Wide> {
    /// Whether the cameras are rotated; `None` if some are and some are not.
    #[inline(always)]
    fn turning(&self) -> Option<bool> {
        let [r1, r2, r3] = [0, 1, 2].map(|k| self.inputs[k].0);
        let turning = |lane: usize| r1[lane] != 0.0 || r2[lane] != 0.0 || r3[lane] != 0.0;
        (1..SIDE_BY_SIDE).all(|lane| turning(lane) == turning(0)).then(|| turning(0))
    }
}

/// The vector `x` rotated by `r` (axis times angle), with Rodrigues' formula.
///
/// Without rotation (`turning` is false and `r = 0`), the formula is `0 / 0`; its limit to first
/// order is `x + r x x`.
#[inline(always)]
fn rotated<T: Number>(r: [T; 3], x: [T; 3], turning: bool) -> [T; 3] {
    let mut rotated = x;
    if turning {
        let angle = dot(r, r).sqrt();
        let (sine, cosine) = (angle.sin(), angle.cos());
        let axis = [r[0] / angle, r[1] / angle, r[2] / angle];
        let (across, along) = (cross(axis, x), dot(axis, x) * (T::constant(1.0) - cosine));
        for i in 0..3 {
            rotated[i] = x[i] * cosine + across[i] * sine + axis[i] * along;
        }
    } else {
        let nudge = cross(r, x);
        for i in 0..3 {
            rotated[i] += nudge[i];
        }
    }
    rotated
}

#[inline(always)]
fn dot<T: Number>(a: [T; 3], b: [T; 3]) -> T {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[inline(always)]
fn cross<T: Number>(a: [T; 3], b: [T; 3]) -> [T; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The weighted difference in the image between the projection of the point and its observed position.
#[inline(always)]
pub(super) fn reprojection_error<T: Number>(observation: &Observation<T>, turning: bool) -> [T; 2] {
    let Observation { inputs, feature } = *observation;
    let [r1, r2, r3, c1, c2, c3, focal, u, v, k1, k2, x1, x2, x3, weight] = inputs;
    let seen = rotated([r1, r2, r3], [x1 - c1, x2 - c2, x3 - c3], turning);
    let (x, y) = (seen[0] / seen[2], seen[1] / seen[2]);
    let squared = x.square() + y.square();
    let magnified = (k1 * squared + k2 * squared.square() + 1.0) * focal;
    [weight * (x * magnified + u - feature[0]), weight * (y * magnified + v - feature[1])]
}

/// `1 - w^2`.
#[inline(always)]
pub(super) fn weight_error<T: Number>(weight: T) -> T {
    T::constant(1.0) - weight.square()
}
