//! Bundle adjustment: how far observed points lie from where the cameras should see them, and the sparse Jacobian.
//!
//! An observation depends on one camera, one point and one weight, 15 numbers. Eight observations at a time, in lanes, are
//! recorded on a small tape that stays in the cache, and two reverse sweeps give their blocks of the Jacobian.

mod csr;

use crate::protocol::{EvalError, Prepared, expect_length, prepared, read};
use csr::Jacobian;
use serde::Deserialize;
use serde_json::{Value, json};
use std::array::from_fn;
use std::ops::Range;
use wengert_ad::kernels::vectorised;
use wengert_ad::{Dual, Elementary, Lanes, Number, Tape, Var};

/// The numbers of a camera: rotation, centre, focal length, principal point, radial distortion.
const CAMERA: usize = 11;
/// The numbers an observation depends on: its camera, its point and its weight.
const INPUTS: usize = CAMERA + 3 + 1;
/// Observations side by side.
const SIDE_BY_SIDE: usize = 8;

type Wide = Lanes<SIDE_BY_SIDE>;

#[derive(Deserialize)]
struct Input {
    n: usize,
    m: usize,
    p: usize,
    cam: Vec<f64>,
    x: Vec<f64>,
    w: f64,
    feat: [f64; 2],
}

/// `n` cameras, `m` points and `p` observations, the `i`-th of point `i mod m` by camera `i mod n`.
struct Problem {
    cameras: Vec<[f64; CAMERA]>,
    points: Vec<[f64; 3]>,
    weights: Vec<f64>,
    features: Vec<[f64; 2]>,
}

impl Problem {
    fn new(input: Input) -> Result<Self, EvalError> {
        let Input { n, m, p, cam, x, w, feat } = input;
        expect_length("cam", cam.len(), CAMERA)?;
        expect_length("x", x.len(), 3)?;
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

    fn camera(&self, observation: usize) -> usize {
        observation % self.cameras.len()
    }

    fn point(&self, observation: usize) -> usize {
        observation % self.points.len()
    }

    /// What the observations `indices` depend on, side by side.
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

    /// Calls `group` with all observations, eight at a time: with their indices, their inputs and whether the cameras turn.
    ///
    /// Observations that go through other operations than their neighbours, and the last few, fill all lanes by themselves;
    /// the range of indices says how many lanes count.
    #[inline(always)]
    fn each_group(&self, mut group: impl FnMut(Range<usize>, &Observation<Wide>, bool)) {
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
                group(i..i + 1, &observed, observed.turning().expect("all lanes hold one observation"));
            }
        }
    }
}

/// One observation, or several side by side.
#[derive(Clone, Copy)]
struct Observation<T> {
    /// The camera, the point and the weight.
    inputs: [T; INPUTS],
    /// The place on the image where the point was observed.
    feature: [T; 2],
}

impl Observation<Wide> {
    /// Whether the cameras are turned, all or none of them; `None` if some are.
    #[inline(always)]
    fn turning(&self) -> Option<bool> {
        let [r1, r2, r3] = [0, 1, 2].map(|k| self.inputs[k].0);
        let turning = |lane: usize| r1[lane] != 0.0 || r2[lane] != 0.0 || r3[lane] != 0.0;
        (1..SIDE_BY_SIDE).all(|lane| turning(lane) == turning(0)).then(|| turning(0))
    }
}

/// The vector `x` turned by the rotation `r` (axis times angle), by the formula of Rodrigues.
///
/// Where there is no `turning`, `r = 0`, the formula is `0 / 0`; its limit to first order is `x + r x x`.
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

/// The weighted distance on the image between where the camera sees the point and where it was observed.
#[inline(always)]
fn reprojection_error<T: Number>(observation: &Observation<T>, turning: bool) -> [T; 2] {
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
fn weight_error<T: Number>(weight: T) -> T {
    T::constant(1.0) - weight.square()
}

/// The errors of all observations.
#[derive(Default)]
struct Errors {
    reprojection: Vec<[f64; 2]>,
    weight: Vec<f64>,
}

impl Errors {
    fn evaluate(&mut self, problem: &Problem) {
        let observations = problem.weights.len();
        self.reprojection.resize(observations, [0.0; 2]);
        self.weight.resize(observations, 0.0);
        vectorised(|| {
            problem.each_group(|observations, observed, turning| {
                let error = reprojection_error(observed, turning);
                let weight = weight_error(observed.inputs[INPUTS - 1]);
                for (lane, i) in observations.enumerate() {
                    self.reprojection[i] = error.map(|error| error.0[lane]);
                    self.weight[i] = weight.0[lane];
                }
            });
        });
    }

    /// As GradBench wants them: the first of each kind, and how many there are.
    fn summary(&self) -> Value {
        json!({
            "reproj_error": { "elements": self.reprojection[0], "repeated": self.reprojection.len() },
            "w_err": { "element": self.weight[0], "repeated": self.weight.len() },
        })
    }
}

/// The derivatives of the two reprojection errors by the inputs.
#[inline(always)]
fn blocks(tape: &mut Tape<Wide>, observed: &Observation<Wide>, turning: bool) -> [[Wide; INPUTS]; 2] {
    tape.clear();
    let tape = &*tape;
    let zero = Lanes([0.0; SIDE_BY_SIDE]);
    let mut recorded = Observation {
        inputs: [Var::passive(zero); INPUTS],
        feature: [Var::passive(observed.feature[0]), Var::passive(observed.feature[1])],
    };
    for (variable, &x) in recorded.inputs.iter_mut().zip(&observed.inputs) {
        *variable = tape.var(x);
    }
    reprojection_error(&recorded, turning).map(|error| {
        let gradient = error.gradient();
        let mut row = [zero; INPUTS];
        for (derivative, &x) in row.iter_mut().zip(&recorded.inputs) {
            *derivative = gradient.or_zero(x);
        }
        row
    })
}

fn jacobian(tape: &mut Tape<Wide>, problem: &Problem, jacobian: &mut Jacobian) {
    jacobian.reset(problem.cameras.len(), problem.points.len(), problem.weights.len());
    vectorised(|| {
        problem.each_group(|observations, observed, turning| {
            let blocks = blocks(tape, observed, turning);
            let weight = observed.inputs[INPUTS - 1];
            let by_weight = weight_error(Dual::new(weight, Lanes([1.0; SIDE_BY_SIDE]))).tangent;
            for (lane, i) in observations.enumerate() {
                jacobian.set_columns(i, problem.camera(i), problem.point(i));
                jacobian.set_values(i, blocks.as_flattened().iter().map(|derivative| derivative.0[lane]));
                jacobian.set_weight(i, by_weight.0[lane]);
            }
        });
    });
}

/// `objective`: the errors. `jacobian`: their derivatives, compressed by rows.
pub(crate) fn evaluate(function: &str, input: &Value) -> Result<Prepared, EvalError> {
    let problem = Problem::new(read(input)?)?;
    match function {
        "objective" => {
            let mut errors = Errors::default();
            Ok(prepared(move || {
                errors.evaluate(&problem);
                errors.summary()
            }))
        }
        "jacobian" => {
            let (mut tape, mut compressed) = (Tape::new(), Jacobian::default());
            Ok(prepared(move || {
                jacobian(&mut tape, &problem, &mut compressed);
                compressed.summary()
            }))
        }
        _ => Err(EvalError::unknown(function, &["objective", "jacobian"])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two cameras that see three points in turn, eleven observations.
    fn problem(cameras: [[f64; CAMERA]; 2]) -> Problem {
        let points = vec![[0.3, -0.2, 5.0], [-0.7, 0.4, 6.0], [0.1, 0.9, 4.0]];
        let features = (0..11).map(|i| [f64::from(i), f64::from(-i)]).collect();
        Problem { cameras: cameras.to_vec(), points, weights: vec![0.7; 11], features }
    }

    fn derivatives(cameras: [[f64; CAMERA]; 2]) -> Jacobian {
        let mut derivatives = Jacobian::default();
        jacobian(&mut Tape::new(), &problem(cameras), &mut derivatives);
        derivatives
    }

    #[test]
    fn observations_by_turned_and_unturned_cameras_do_not_disturb_each_other() {
        let still = [0.0, 0.0, 0.0, 0.2, -0.1, 0.3, 500.0, 1.0, 2.0, -0.1, 0.02];
        let mut turned = still;
        turned[..3].copy_from_slice(&[0.1, -0.2, 0.05]);
        let (mixed, still, turned) =
            (derivatives([still, turned]), derivatives([still; 2]), derivatives([turned; 2]));
        for i in 0..11 {
            let alone = if i % 2 == 0 { &still } else { &turned };
            for row in [2 * i, 2 * i + 1, 22 + i] {
                assert_eq!(mixed.row(row), alone.row(row), "observation {i}");
            }
        }
        assert_ne!(still.row(1), turned.row(1));
    }

    #[test]
    fn the_columns_are_those_of_the_camera_the_point_and_the_weight() {
        let camera = [0.1, -0.2, 0.05, 0.2, -0.1, 0.3, 500.0, 1.0, 2.0, -0.1, 0.02];
        let jacobian = derivatives([camera; 2]);
        // Observation 5 is of point 2 of 3 by camera 1 of 2.
        let expected: Vec<u32> = (11..22).chain(28..31).chain([22 + 9 + 5]).collect();
        assert_eq!((jacobian.row(10).0, jacobian.row(11).0), (&expected[..], &expected[..]));
        assert_eq!(jacobian.row(22 + 5), (&[22 + 9 + 5][..], &[-2.0 * 0.7][..]));
    }
}
