//! Hand tracking: the distances between the surface of a hand in some pose and measured points.
//!
//! There are many residuals, which all depend on 26 pose parameters, and each on two barycentric
//! coordinates of its own. They are differentiated in forward mode along 28 directions at once.
//! Zero weights, and vertices that no residual needs, are removed when the input is read.

mod model;
mod skeleton;

use crate::protocol::{EvalError, Prepared, check_length, prepared, read};
use model::{Data, Input, Model, POSE};
use serde::{Serialize, Serializer};
use serde_json::Value;
use skeleton::{Affine, Skeleton};
use std::array::from_fn;
use std::rc::Rc;
use wengert_ad::kernels::vectorised;
use wengert_ad::{Directions, Number};

/// The number of directions: the two coordinates of a residual, and the pose.
const DIRECTIONS: usize = 2 + POSE;

/// A measured point and the corresponding point of the surface.
struct Match {
    point: [f64; 3],
    /// The three vertices of a triangle, or one vertex three times, as indices of the list of vertices.
    corners: [usize; 3],
    /// The barycentric coordinates in the triangle, for the first two corners.
    coordinates: [f64; 2],
}

/// The influence of a bone on a vertex: the weight, and the position of the vertex at rest.
struct Influence {
    bone: usize,
    weight: f64,
    at_rest: [f64; 4],
}

/// The inputs of the residuals.
struct Hand {
    skeleton: Skeleton,
    theta: [f64; POSE],
    /// The vertices that matches refer to.
    vertices: Vec<Vec<Influence>>,
    matches: Vec<Match>,
    /// Whether matches refer to points in triangles instead of vertices.
    in_triangles: bool,
}

impl Hand {
    fn new(input: Input) -> Result<Self, EvalError> {
        let Input { theta, us, data: Data { model, correspondences, points } } = input;
        check_length("theta", theta.len(), POSE)?;
        check_length("points", points.len(), correspondences.len())?;
        check_length("weights", model.weights.len(), model.base_positions.len())?;
        let in_triangles = !us.is_empty();
        if in_triangles {
            check_length("us", us.len(), correspondences.len())?;
        }
        let mut used = UsedVertices { index: vec![None; model.base_positions.len()], vertices: Vec::new() };
        let mut matches = Vec::with_capacity(points.len());
        for (i, (&named, &point)) in correspondences.iter().zip(&points).enumerate() {
            let corners = if in_triangles { *find(&model.triangles, named)? } else { [named; 3] };
            let [a, b, c] = corners.map(|vertex| used.index_of(vertex));
            let coordinates = if in_triangles { us[i] } else { [0.0; 2] };
            matches.push(Match { point, corners: [a?, b?, c?], coordinates });
        }
        let vertices =
            used.vertices.iter().map(|&vertex| influences(&model, vertex)).collect::<Result<_, _>>()?;
        let skeleton = Skeleton::new(&model)?;
        Ok(Self { skeleton, theta: from_fn(|i| theta[i]), vertices, matches, in_triangles })
    }
}

/// The vertices that matches refer to, each once.
struct UsedVertices {
    /// The index in `vertices` of each vertex of the model.
    index: Vec<Option<usize>>,
    vertices: Vec<usize>,
}

impl UsedVertices {
    fn index_of(&mut self, vertex: usize) -> Result<usize, EvalError> {
        find(&self.index, vertex)?;
        Ok(*self.index[vertex].get_or_insert_with(|| {
            self.vertices.push(vertex);
            self.vertices.len() - 1
        }))
    }
}

fn find<T>(list: &[T], index: usize) -> Result<&T, EvalError> {
    let needed = "indices of triangles or vertices of the model";
    list.get(index).ok_or(EvalError::Domain { field: "correspondences and triangles", needed })
}

/// The bones with a non-zero weight on a vertex.
fn influences(model: &Model, vertex: usize) -> Result<Vec<Influence>, EvalError> {
    let weights = &model.weights[vertex];
    check_length("weights of a vertex", weights.len(), model.parents.len())?;
    let moving = weights.iter().enumerate().filter(|&(_, &weight)| weight != 0.0);
    let at_rest = model.base_positions[vertex];
    Ok(moving.map(|(bone, &weight)| Influence { bone, weight, at_rest }).collect())
}

/// The position of a vertex in the pose.
#[inline(always)]
fn position<T: Number>(influences: &[Influence], bones: &[Affine<T>], translation: [T; 3]) -> [T; 3] {
    let mut position = translation;
    for influence in influences {
        let bone = &bones[influence.bone];
        let weighted = influence.at_rest.map(|x| x * influence.weight);
        for (x, row) in position.iter_mut().zip(bone) {
            for (&entry, &at_rest) in row.iter().zip(&weighted) {
                *x += entry * at_rest;
            }
        }
    }
    position
}

/// Calls `residual` with each residual; there are three per match.
#[inline(always)]
fn each_residual<T: Number>(
    hand: &Hand,
    theta: &[T; POSE],
    coordinates: impl Fn([f64; 2]) -> [T; 2],
    mut residual: impl FnMut(T),
) {
    let bones = hand.skeleton.posed(theta);
    let translation = [theta[3], theta[4], theta[5]];
    let positions: Vec<[T; 3]> =
        hand.vertices.iter().map(|influences| position(influences, &bones, translation)).collect();
    for Match { point, corners, coordinates: uv } in &hand.matches {
        let [a, b, c] = corners.map(|vertex| &positions[vertex]);
        let [u, v] = coordinates(*uv);
        let w = T::constant(1.0) - u - v;
        for i in 0..3 {
            let position = if hand.in_triangles { u * a[i] + v * b[i] + w * c[i] } else { a[i] };
            residual(T::constant(point[i]) - position);
        }
    }
}

fn objective(hand: &Hand) -> Vec<f64> {
    let mut residuals = Vec::with_capacity(3 * hand.matches.len());
    vectorised(
        #[inline(always)]
        || each_residual(hand, &hand.theta, |uv| uv, |residual| residuals.push(residual)),
    );
    residuals
}

/// The rows of the Jacobian: the derivatives with respect to `u` and `v`, if there are triangles,
/// and to the pose.
#[derive(Clone)]
struct Rows {
    values: Rc<Vec<f64>>,
    width: usize,
}

impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.values.chunks(self.width))
    }
}

fn jacobian(hand: &Hand, rows: &mut Rows) {
    let first = DIRECTIONS - rows.width;
    let values = Rc::make_mut(&mut rows.values);
    values.clear();
    values.reserve(3 * hand.matches.len() * rows.width);
    vectorised(
        #[inline(always)]
        || {
            let theta: [Directions<DIRECTIONS>; POSE] =
                from_fn(|i| Directions::unit(hand.theta[i], 2 + i, 0));
            let coordinates = |[u, v]: [f64; 2]| [Directions::unit(u, 0, 0), Directions::unit(v, 1, 0)];
            each_residual(
                hand,
                &theta,
                coordinates,
                #[inline(always)]
                |residual| values.extend_from_slice(&residual.tangents[first..]),
            );
        },
    );
}

/// `objective`: the residuals. `jacobian`: their derivatives.
pub(crate) fn evaluate(function: &str, input: &Value) -> Result<Prepared, EvalError> {
    let hand = Hand::new(read(input)?)?;
    match function {
        "objective" => Ok(prepared(move || objective(&hand))),
        "jacobian" => {
            let width = if hand.in_triangles { DIRECTIONS } else { POSE };
            let mut rows = Rows { values: Rc::default(), width };
            Ok(prepared(move || {
                jacobian(&hand, &mut rows);
                rows.clone()
            }))
        }
        _ => Err(EvalError::unknown(function, &["objective", "jacobian"])),
    }
}
