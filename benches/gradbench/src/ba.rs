//! Bundle adjustment: the reprojection errors of observed points, and their sparse Jacobian.
//!
//! An observation depends on one camera, one point and one weight: 15 numbers. Eight observations
//! at a time, in lanes, are recorded on a small tape that stays in the cache, and two reverse
//! sweeps compute their blocks of the Jacobian.

mod csr;
mod problem;

use crate::protocol::{EvalError, Prepared, prepared, read};
use csr::Jacobian;
use problem::{INPUTS, Observation, Problem, SIDE_BY_SIDE, Wide, reprojection_error, weight_error};
use serde_json::{Value, json};
use wengert_ad::{Dual, Lanes, Tape, Var};

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
        problem.each_group(
            #[inline(always)]
            |observations, observed, turning| {
                let error = reprojection_error(observed, turning);
                let weight = weight_error(observed.inputs[INPUTS - 1]);
                for (lane, i) in observations.enumerate() {
                    self.reprojection[i] = error.map(|error| error.0[lane]);
                    self.weight[i] = weight.0[lane];
                }
            },
        );
    }

    /// The summary that GradBench compares: the first error of each kind, and their number.
    fn summary(&self) -> Value {
        json!({
            "reproj_error": { "elements": self.reprojection[0], "repeated": self.reprojection.len() },
            "w_err": { "element": self.weight[0], "repeated": self.weight.len() },
        })
    }
}

/// The derivatives of the two reprojection errors with respect to the inputs.
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
        *variable = tape.input(x);
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
    problem.each_group(
        #[inline(always)]
        |observations, observed, turning| {
            let blocks = blocks(tape, observed, turning);
            let weight = observed.inputs[INPUTS - 1];
            let wrt_weight = weight_error(Dual::new(weight, Lanes([1.0; SIDE_BY_SIDE]))).tangent;
            for (lane, i) in observations.enumerate() {
                jacobian.set_columns(i, problem.camera(i), problem.point(i));
                jacobian.set_values(i, blocks.as_flattened().iter().map(|derivative| derivative.0[lane]));
                jacobian.set_weight(i, wrt_weight.0[lane]);
            }
        },
    );
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
    use super::problem::CAMERA;
    use super::{Jacobian, Problem, Tape, jacobian};

    /// Eleven observations of three points by two cameras.
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
    fn rotated_and_unrotated_cameras_in_the_same_group_do_not_affect_each_other() {
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
    fn a_row_has_the_columns_of_its_camera_point_and_weight() {
        let camera = [0.1, -0.2, 0.05, 0.2, -0.1, 0.3, 500.0, 1.0, 2.0, -0.1, 0.02];
        let jacobian = derivatives([camera; 2]);
        // Observation 5: camera 1 of 2 sees point 2 of 3.
        let expected: Vec<u32> = (11..22).chain(28..31).chain([22 + 9 + 5]).collect();
        assert_eq!((jacobian.row(10).0, jacobian.row(11).0), (&expected[..], &expected[..]));
        assert_eq!(jacobian.row(22 + 5), (&[22 + 9 + 5][..], &[-2.0 * 0.7][..]));
    }
}
