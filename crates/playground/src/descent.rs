//! Functions of `x` and `y`: their values on a grid, and the paths of optimizers on them.

use crate::bounds;
use crate::error::RequestError;
use crate::graph::parsed;
use crate::plane::Grid;
use crate::reply::{Reply, number};
use crate::request::{DescentRequest, RatedOptimizer, SurfaceRequest};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use serde_json::{Value, json};
use wengert_ad::{Scalar, Tape, value_and_grad_into};
use wengert_formula::Expression;
use wengert_optim::OptimizerChoice;

/// The largest coordinate of a path; beyond it, the descent has diverged.
const FAR: f64 = 1e6;

/// A function of `x` and `y`.
struct Surface {
    expression: Expression,
    /// For each variable of the formula, which of both it is.
    axes: Vec<usize>,
}

impl Surface {
    fn of(formula: &str) -> Result<Self, RequestError> {
        let expression = parsed(formula)?;
        let axis = |name: &String| match &**name {
            "x" => Ok(0),
            "y" => Ok(1),
            _ => Err(RequestError::NotASurface { variable: name.clone() }),
        };
        let axes = expression.variables().iter().map(axis).collect::<Result<_, _>>()?;
        Ok(Self { expression, axes })
    }

    fn at<T: Scalar>(&self, point: &[T]) -> T {
        let values: Vec<T> = self.axes.iter().map(|&axis| point[axis]).collect();
        self.expression.evaluate(&values)
    }
}

pub(crate) fn surface(request: &SurfaceRequest) -> Result<Reply, RequestError> {
    let (surface, grid) = (Surface::of(&request.formula)?, Grid::new(request.side, request.window)?);
    let values: Vec<f32> = grid.points().map(|point| surface.at(&point) as f32).collect();
    let mut reply = Reply::new(json!({}));
    reply.array("values", &[grid.side, grid.side], values);
    Ok(reply)
}

/// The paths of the optimizers: for each, the points before and after each step with their values, as long as
/// they are near. Of an optimizer whose result is an average, the points are the averages.
pub(crate) fn descend(request: &DescentRequest) -> Result<Reply, RequestError> {
    let surface = Surface::of(&request.formula)?;
    let (steps, optimizers) = (request.steps, &request.optimizers);
    bounds::count("the number of steps", steps, 1..=bounds::DESCENT)?;
    bounds::count("the number of optimizers", optimizers.len(), 1..=bounds::OPTIMIZERS)?;
    bounds::number("the noise", request.noise, 0.0..=1e3)?;
    for x in request.start {
        bounds::number("a coordinate of the start", x, -FAR..=FAR)?;
    }
    let (mut summaries, mut paths): (Vec<Value>, Vec<Vec<[f64; 2]>>) = Default::default();
    for rated in optimizers {
        let path = path(&surface, request, rated)?;
        let value = surface.at(path.last().expect("a path has its start"));
        let diverged = path.len() <= steps;
        let last = path.last().expect("a path has its start").map(number);
        summaries.push(json!({
            "name": rated.name, "steps": path.len() - 1, "value": number(value), "diverged": diverged,
            "end": last,
        }));
        paths.push(path);
    }
    let mut reply = Reply::new(json!({ "paths": summaries }));
    for (i, path) in paths.into_iter().enumerate() {
        let values = path.iter().map(|point| surface.at(point) as f32);
        reply.array(&format!("values.{i}"), &[path.len()], values);
        reply.array(&format!("path.{i}"), &[path.len(), 2], path.into_iter().flatten().map(|x| x as f32));
    }
    Ok(reply)
}

fn path(
    surface: &Surface,
    request: &DescentRequest,
    rated: &RatedOptimizer,
) -> Result<Vec<[f64; 2]>, RequestError> {
    let choice: OptimizerChoice = rated.name.parse()?;
    let rate = bounds::number("the learning rate", rated.rate.unwrap_or(choice.typical_rate()), 0.0..=1e6)?;
    let mut optimizer = choice.build::<f64>(rate);
    let (mut tape, mut random) = (Tape::new(), StdRng::seed_from_u64(request.seed));
    let (mut point, mut gradient) = (request.start, [0.0; 2]);
    let mut path = vec![point];
    for _ in 0..request.steps {
        value_and_grad_into(&mut tape, |v| surface.at(v), &point, &mut gradient);
        for g in &mut gradient {
            // Drawn in any case, so that paths with more noise have the same directions of it.
            let z: f64 = StandardNormal.sample(&mut random);
            *g += request.noise * z;
        }
        if gradient.iter().any(|g| !g.is_finite()) {
            break;
        }
        optimizer.step(&mut point, &gradient);
        if point.iter().any(|x| !x.is_finite() || x.abs() > FAR) {
            break;
        }
        let mut result = point;
        optimizer.write_average(&point, &mut result);
        path.push(result);
    }
    Ok(path)
}
