//! The scaling of the training data on disk.

use super::error::ModelProblem;
use super::file::{Elements, Entry, TensorFile};
use wengert_data::{Role, Scaling, Standardiser};

/// The names of the tensors with the means and the deviations of the features.
const INPUTS: [&str; 2] = ["inputs.mean", "inputs.deviation"];
/// The names of the tensors with the means and the deviations of the targets.
const TARGETS: [&str; 2] = ["targets.mean", "targets.deviation"];

/// The tensors of a scaling: two for each map that it has.
pub(super) fn scaling_entries<'a>(scaling: &'a Scaling) -> impl Iterator<Item = Entry<'a>> {
    let maps = [(INPUTS, &scaling.inputs), (TARGETS, &scaling.targets)];
    let present = maps.into_iter().filter_map(|(names, map)| Some((names, map.as_ref()?)));
    present.flat_map(|([mean, deviation], map)| {
        let entry = |name: &'static str, numbers: &'a [f64]| {
            (name.into(), vec![map.width()], Elements::Double(numbers.into()))
        };
        [entry(mean, map.mean()), entry(deviation, map.deviation())]
    })
}

/// The scaling of a network with these numbers of inputs and outputs. A map whose tensors are both absent is
/// absent.
pub(super) fn read_scaling(
    file: &TensorFile<'_>,
    inputs: usize,
    outputs: usize,
) -> Result<Scaling, ModelProblem> {
    let map = |table, names: [&str; 2], width| {
        if !names.iter().any(|name| file.has(name)) {
            return Ok(None);
        }
        let (mean, deviation) = (file.doubles(names[0], &[width])?, file.doubles(names[1], &[width])?);
        standardiser(table, mean, deviation).map(Some)
    };
    let inputs = map(Role::Features, INPUTS, inputs)?;
    Ok(Scaling { inputs, targets: map(Role::Targets, TARGETS, outputs)? })
}

/// The scaling in a file that does not say otherwise how many inputs and outputs there are.
pub(super) fn read_scaling_of_any_width(file: &TensorFile<'_>) -> Result<Scaling, ModelProblem> {
    let width = |name| if file.has(name) { Ok(file.shape(name)?.iter().product()) } else { Ok(0) };
    read_scaling(file, width(INPUTS[0])?, width(TARGETS[0])?)
}

/// The scaling of the inputs in a file of the format `wengert-mlp-1`.
pub(super) fn read_standardiser_of_format_1(
    file: &TensorFile<'_>,
    inputs: usize,
) -> Result<Scaling, ModelProblem> {
    let numbers = |name| Ok(file.floats(name, &[inputs])?.into_iter().map(f64::from).collect());
    let (mean, deviation) = (numbers("standardiser.mean")?, numbers("standardiser.deviation")?);
    Ok(Scaling { inputs: Some(standardiser(Role::Features, mean, deviation)?), targets: None })
}

fn standardiser(table: Role, mean: Vec<f64>, deviation: Vec<f64>) -> Result<Standardiser, ModelProblem> {
    Standardiser::new(mean, deviation).map_err(|problem| ModelProblem::Scaling { table, problem })
}
