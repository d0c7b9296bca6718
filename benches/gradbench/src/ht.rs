//! Hand tracking: how far the points of a surface, a hand in some pose, lie from the points that were measured.
//!
//! Many residuals depend on 26 pose parameters, and each on two barycentric coordinates of its own: forward mode along 28
//! directions at once. Weights of zero and vertices that no residual asks
//! for are left out when the input is read.

mod skeleton;

use crate::protocol::{EvalError, Prepared, expect_length, prepared, read};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use skeleton::{Affine, Skeleton};
use std::array::from_fn;
use std::rc::Rc;
use wengert_ad::kernels::vectorised;
use wengert_ad::{Directions, Number};

/// The pose parameters.
const POSE: usize = 26;
/// The directions: those of a residual's own two coordinates, and those of the pose.
const DIRECTIONS: usize = 2 + POSE;

#[derive(Deserialize)]
struct Input {
    theta: Vec<f64>,
    us: Vec<[f64; 2]>,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    model: Model,
    correspondences: Vec<usize>,
    points: Vec<[f64; 3]>,
}

#[derive(Deserialize)]
struct Model {
    parents: Vec<i64>,
    base_relatives: Vec<[[f64; 4]; 4]>,
    inverse_base_absolutes: Vec<[[f64; 4]; 4]>,
    base_positions: Vec<[f64; 4]>,
    weights: Vec<Vec<f64>>,
    triangles: Vec<[usize; 3]>,
    is_mirrored: bool,
}

/// A measured point, and the place on the surface that it corresponds to.
struct Match {
    point: [f64; 3],
    /// One vertex, or the three of a triangle: where they stand in the list of vertices.
    corners: [usize; 3],
    /// The barycentric coordinates in the triangle, by the first two corners.
    coordinates: [f64; 2],
}

/// The influence of a bone on a vertex: its weight, and the vertex's place at rest.
struct Influence {
    bone: usize,
    weight: f64,
    at_rest: [f64; 4],
}

/// What the residuals are computed from.
struct Hand {
    skeleton: Skeleton,
    theta: [f64; POSE],
    /// The vertices that matches ask for.
    vertices: Vec<Vec<Influence>>,
    matches: Vec<Match>,
    /// Whether matches are places in triangles, and not vertices.
    in_triangles: bool,
}

impl Hand {
    fn new(input: Input) -> Result<Self, EvalError> {
        let Input { theta, us, data: Data { model, correspondences, points } } = input;
        expect_length("theta", theta.len(), POSE)?;
        expect_length("points", points.len(), correspondences.len())?;
        expect_length("weights", model.weights.len(), model.base_positions.len())?;
        let in_triangles = !us.is_empty();
        if in_triangles {
            expect_length("us", us.len(), correspondences.len())?;
        }
        let mut asked = Asked { place: vec![None; model.base_positions.len()], vertices: Vec::new() };
        let mut matches = Vec::with_capacity(points.len());
        for (i, (&named, &point)) in correspondences.iter().zip(&points).enumerate() {
            let corners = if in_triangles { *find(&model.triangles, named)? } else { [named; 3] };
            let [a, b, c] = corners.map(|vertex| asked.place_of(vertex));
            let coordinates = if in_triangles { us[i] } else { [0.0; 2] };
            matches.push(Match { point, corners: [a?, b?, c?], coordinates });
        }
        let vertices =
            asked.vertices.iter().map(|&vertex| influences(&model, vertex)).collect::<Result<_, _>>()?;
        let skeleton = Skeleton::new(&model)?;
        Ok(Self { skeleton, theta: from_fn(|i| theta[i]), vertices, matches, in_triangles })
    }
}

/// The vertices that were asked for, each once.
struct Asked {
    place: Vec<Option<usize>>,
    vertices: Vec<usize>,
}

impl Asked {
    fn place_of(&mut self, vertex: usize) -> Result<usize, EvalError> {
        find(&self.place, vertex)?;
        Ok(*self.place[vertex].get_or_insert_with(|| {
            self.vertices.push(vertex);
            self.vertices.len() - 1
        }))
    }
}

fn find<T>(list: &[T], index: usize) -> Result<&T, EvalError> {
    let needed = "indices of triangles or vertices that the model has";
    list.get(index).ok_or(EvalError::Domain { field: "correspondences and triangles", needed })
}

/// The bones that move a vertex.
fn influences(model: &Model, vertex: usize) -> Result<Vec<Influence>, EvalError> {
    let weights = &model.weights[vertex];
    expect_length("weights of a vertex", weights.len(), model.parents.len())?;
    let moving = weights.iter().enumerate().filter(|&(_, &weight)| weight != 0.0);
    let at_rest = model.base_positions[vertex];
    Ok(moving.map(|(bone, &weight)| Influence { bone, weight, at_rest }).collect())
}

/// The place of a vertex on the posed surface.
#[inline(always)]
fn place<T: Number>(influences: &[Influence], bones: &[Affine<T>], translation: [T; 3]) -> [T; 3] {
    let mut place = translation;
    for influence in influences {
        let bone = &bones[influence.bone];
        let weighted = influence.at_rest.map(|x| x * influence.weight);
        for (x, row) in place.iter_mut().zip(bone) {
            for (&entry, &at_rest) in row.iter().zip(&weighted) {
                *x += entry * at_rest;
            }
        }
    }
    place
}

/// Calls `residual` with each residual, three for each match.
#[inline(always)]
fn each_residual<T: Number>(
    hand: &Hand,
    theta: &[T; POSE],
    coordinates: impl Fn([f64; 2]) -> [T; 2],
    mut residual: impl FnMut(T),
) {
    let bones = hand.skeleton.posed(theta);
    let translation = [theta[3], theta[4], theta[5]];
    let places: Vec<[T; 3]> =
        hand.vertices.iter().map(|influences| place(influences, &bones, translation)).collect();
    for Match { point, corners, coordinates: uv } in &hand.matches {
        let [a, b, c] = corners.map(|vertex| &places[vertex]);
        let [u, v] = coordinates(*uv);
        let w = T::constant(1.0) - u - v;
        for i in 0..3 {
            let place = if hand.in_triangles { u * a[i] + v * b[i] + w * c[i] } else { a[i] };
            residual(T::constant(point[i]) - place);
        }
    }
}

fn objective(hand: &Hand) -> Vec<f64> {
    let mut residuals = Vec::with_capacity(3 * hand.matches.len());
    vectorised(|| each_residual(hand, &hand.theta, |uv| uv, |residual| residuals.push(residual)));
    residuals
}

/// The rows of the Jacobian: the derivatives by `u` and `v`, where there are any, and by the pose.
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
    vectorised(|| {
        let theta: [Directions<DIRECTIONS>; POSE] = from_fn(|i| Directions::unit(hand.theta[i], 2 + i, 0));
        let coordinates = |[u, v]: [f64; 2]| [Directions::unit(u, 0, 0), Directions::unit(v, 1, 0)];
        each_residual(hand, &theta, coordinates, |residual| {
            values.extend_from_slice(&residual.tangents[first..]);
        });
    });
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
