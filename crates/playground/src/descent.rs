//! Functions of `x` and `y`: their values on a grid, and the paths of optimizers on them.

use crate::bounds;
use crate::error::RequestError;
use crate::graph::parsed;
use crate::plane::Grid;
use crate::reply::{Reply, number, object};
use crate::request::{DescentRequest, RatedOptimizer, SurfaceRequest};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};
use serde_json::Value;
use wengert_ad::{Scalar, Tape, value_and_grad_into};
use wengert_formula::Expression;
use wengert_optim::OptimizerChoice;

/// The largest coordinate of a path; beyond it, the descent has diverged.
const FAR: f32 = 1e6;

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
    let mut reply = Reply::new(object!({}));
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
        bounds::number("a coordinate of the start", x, -f64::from(FAR)..=f64::from(FAR))?;
    }
    let (mut summaries, mut paths): (Vec<Value>, Vec<Vec<[f32; 2]>>) = Default::default();
    for rated in optimizers {
        let path = path(&surface, request, rated)?;
        let end = path.last().expect("a path has its start").map(f64::from);
        let diverged = path.len() <= steps;
        summaries.push(object!({
            "name": &*rated.name, "steps": path.len() - 1, "value": number(surface.at(&end)),
            "diverged": diverged, "end": end.map(number),
        }));
        paths.push(path);
    }
    let mut reply = Reply::new(object!({ "paths": summaries }));
    for (i, path) in paths.into_iter().enumerate() {
        let values = path.iter().map(|point| surface.at(&point.map(f64::from)) as f32);
        reply.array(&format!("values.{i}"), &[path.len()], values);
        reply.array(&format!("path.{i}"), &[path.len(), 2], path.into_iter().flatten());
    }
    Ok(reply)
}

/// The steps are taken in single precision, as those of networks; gradients are computed in double precision.
fn path(
    surface: &Surface,
    request: &DescentRequest,
    rated: &RatedOptimizer,
) -> Result<Vec<[f32; 2]>, RequestError> {
    let choice: OptimizerChoice = rated.name.parse()?;
    let rate = bounds::number("the learning rate", rated.rate.unwrap_or(choice.typical_rate()), 0.0..=1e6)?;
    let mut optimizer = choice.build::<f32>(rate);
    let (mut tape, mut random) = (Tape::new(), StdRng::seed_from_u64(request.seed));
    let (mut point, mut gradient) = (request.start.map(|x| x as f32), [0.0; 2]);
    let mut path = vec![point];
    for _ in 0..request.steps {
        value_and_grad_into(&mut tape, |v| surface.at(v), &point.map(f64::from), &mut gradient);
        for g in &mut gradient {
            // Drawn in any case, so that paths with more noise have the same directions of it.
            let z: f64 = StandardNormal.sample(&mut random);
            *g += request.noise * z;
        }
        if gradient.iter().any(|g| !g.is_finite()) {
            break;
        }
        optimizer.step(&mut point, &gradient.map(|g| g as f32));
        if point.iter().any(|x| !x.is_finite() || x.abs() > FAR) {
            break;
        }
        let mut result = point;
        optimizer.write_average(&point, &mut result);
        path.push(result);
    }
    Ok(path)
}
