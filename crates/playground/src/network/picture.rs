//! What the page shows of a network: outputs, hidden units, parameters, gradients.

use super::parts::Parts;
use super::run::NetworkModel;
use crate::bounds;
use crate::error::RequestError;
use crate::plane::Grid;
use crate::reply::{Reply, number, object};
use crate::request::View;
use ndarray::Array2;
use serde_json::Value;
use wengert_data::{Dataset, Targets};
use wengert_nn::Outputs;
use wengert_nn::diagnostics::{LayerActivity, gradient_norms, relu_activity};
use wengert_nn::metrics::{class_probabilities, predicted_class};
use wengert_train::{Metrics, TrainedModel};

pub(super) fn picture(network: &Parts, view: &View) -> Result<Reply, RequestError> {
    let (training, split) = (network.run.training(), &network.data.split);
    let model = network.run.model(&network.data);
    for axis in view.axes {
        bounds::count("the number of a feature", axis, 0..=bounds::FEATURES)?;
    }
    bounds::count("the number of points for units", view.units, 0..=bounds::UNIT_SIDE)?;
    let mut header = network.run.progress(&[]);
    header["train"] = metrics(model.evaluate_blocks(training.loss(), &split.train)?);
    header["validation"] = metrics(model.evaluate_blocks(training.loss(), &split.validation)?);
    header["norms"] = norms(network);
    header["dead"] = dead(network, &model);
    let mut reply = Reply::new(header);
    let values = model.params.values();
    reply.array("parameters", &[values.len()], values.iter().copied());
    outputs(network, &model, view, &mut reply)?;
    if view.units > 0 {
        units(network, &model, view, &mut reply)?;
    }
    Ok(reply)
}

fn metrics(metrics: Option<Metrics>) -> Value {
    let known = |metrics: Metrics| object!({ "loss": number(metrics.loss), "accuracy": metrics.accuracy });
    metrics.map_or(Value::Null, known)
}

/// The norms of each parameter and of its gradient in the last step.
fn norms(network: &Parts) -> Value {
    let training = network.run.training();
    if training.gradient().is_empty() {
        return Value::Array(Vec::new());
    }
    let norms = gradient_norms(training.params(), training.gradient()).into_iter().map(|norm| {
        object!({ "name": norm.name, "parameter": number(norm.parameter), "gradient": number(norm.change) })
    });
    norms.collect()
}

/// For each hidden layer, the units of ReLU whose output is 0 for all training examples.
fn dead(network: &Parts, model: &NetworkModel) -> Value {
    let train = &network.data.split.train;
    if network.plan.defaults.activation.choice().name() != "relu" {
        return Value::Array(Vec::new());
    }
    let x = Array2::from_shape_vec((train.examples(), train.width()), train.features().to_vec());
    let x = x.expect("a data set has rows of its width");
    let layers = relu_activity(model.model.module(), &model.params, &x);
    layers.iter().map(LayerActivity::dead).collect()
}

/// The rows of features at the points of a grid, in the user's units; the other features have their mean.
fn rows(data: &Dataset<f64>, grid: &Grid, axes: [usize; 2]) -> Result<Array2<f64>, RequestError> {
    let (examples, width) = (data.examples(), data.width());
    let mut mean = vec![0.0; width];
    for row in data.features().chunks_exact(width) {
        mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += x / examples as f64);
    }
    // A line, for a single feature.
    if width == 1 {
        return Ok(Array2::from_shape_fn((grid.side, 1), |(i, _)| grid.x(i)));
    }
    for axis in axes {
        bounds::count("the number of a feature", axis, 0..=width - 1)?;
    }
    let mut rows = Array2::from_shape_fn((grid.side * grid.side, width), |(_, j)| mean[j]);
    for (mut row, point) in rows.rows_mut().into_iter().zip(grid.points()) {
        (row[axes[0]], row[axes[1]]) = (point[0], point[1]);
    }
    Ok(rows)
}

/// The classes and their probabilities, or the values, on the grid; on a line for a single feature.
fn outputs(
    network: &Parts,
    model: &NetworkModel,
    view: &View,
    reply: &mut Reply,
) -> Result<(), RequestError> {
    let data = &network.data.unscaled.train;
    let grid = Grid::new(view.side, view.window)?;
    let y = model.predict(&rows(data, &grid, view.axes)?);
    let shape = if data.width() == 1 { vec![view.side] } else { vec![view.side, view.side] };
    if let Targets::Values { .. } = data.targets() {
        reply.array("values", &shape, y.column(0).iter().map(|&y| y as f32));
        return Ok(());
    }
    let probabilities = class_probabilities(&y);
    let class = |row: ndarray::ArrayView1<'_, f64>| match predicted_class(&row.to_vec()) {
        Some(class) => (class as f32, row[class] as f32),
        None => (f32::NAN, 0.0),
    };
    let (classes, confidence): (Vec<f32>, Vec<f32>) = probabilities.rows().into_iter().map(class).unzip();
    reply.array("classes", &shape, classes);
    reply.array("confidence", &shape, confidence);
    Ok(())
}

/// The outputs of the units of each hidden layer on a smaller grid.
fn units(network: &Parts, model: &NetworkModel, view: &View, reply: &mut Reply) -> Result<(), RequestError> {
    let grid = Grid::new(view.units, view.window)?;
    let rows = rows(&network.data.unscaled.train, &grid, view.axes)?;
    let mut scaling = network.data.split.train.scaling().clone();
    scaling.targets = None;
    for (layer, part) in network.plan.truncated().into_iter().enumerate() {
        let params = model.params.pick(part.layout()).expect("the layers have the same names and shapes");
        let part =
            TrainedModel { scaling: scaling.clone(), ..TrainedModel::new(part, params, Outputs::Values) };
        let y = part.predict(&rows);
        let mut shape = vec![y.ncols(), view.units];
        if rows.nrows() > view.units {
            shape.push(view.units);
        }
        reply.array(&format!("units.{layer}"), &shape, y.t().iter().map(|&y| y as f32));
    }
    Ok(())
}

/// The outputs and, for logits, the probabilities for rows of features in the user's units.
pub(super) fn predict(network: &Parts, rows: &[f64]) -> Result<Reply, RequestError> {
    let width = network.data.unscaled.train.width();
    if rows.is_empty() || !rows.len().is_multiple_of(width) {
        return Err(RequestError::Inputs { given: rows.len(), needed: width });
    }
    let count = bounds::count("the number of rows", rows.len() / width, 1..=bounds::ROWS)?;
    let x = Array2::from_shape_vec((count, width), rows.to_vec()).expect("the rows are complete");
    let model = network.run.model(&network.data);
    let y = model.predict(&x);
    let mut reply = Reply::new(object!({}));
    reply.array("outputs", &[count, y.ncols()], y.iter().map(|&y| y as f32));
    if model.outputs == Outputs::Logits {
        let probabilities = class_probabilities(&y);
        let shape = [count, probabilities.ncols()];
        reply.array("probabilities", &shape, probabilities.iter().map(|&p| p as f32));
    }
    Ok(reply)
}
