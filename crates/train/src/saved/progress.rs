//! The parts of the state of a training run on disk, apart from the values of its parameters.

use super::error::ModelProblem;
use super::file::{Elements, Entry, TensorFile};
use super::metadata::parsed;
use super::scaling::{read_scaling_of_any_width, scaling_entries};
use crate::epoch::Epoch;
use crate::metrics::Metrics;
use crate::partial_epoch::PartialEpoch;
use crate::state::{BestEpoch, TrainingState};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::Arc;
use wengert_ad::Real;
use wengert_nn::{Layout, Parameter, Params};
use wengert_optim::OptimizerState;

/// The numbers of an epoch besides those of metrics of the program's own.
const COLUMNS: usize = 5;
const WHOLE: &str = "a whole number";
const NAMES: &str = "a JSON list of texts";

/// The tensors of the state, apart from the parameters.
pub(super) fn progress_entries<T: Real>(state: &TrainingState<T>) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = state.scaling.iter().flat_map(scaling_entries).collect();
    let optimizer = &state.optimizer;
    for (name, numbers) in &optimizer.buffers {
        let name = format!("optimizer.buffer.{name}");
        entries.push((name.into(), vec![numbers.len()], Elements::of(numbers)));
    }
    let mut doubles = |name: &'static str, shape: Vec<usize>, numbers: Vec<f64>| {
        entries.push((name.into(), shape, Elements::Double(numbers.into())));
    };
    let settings: Vec<f64> = optimizer.settings.iter().map(|(_, value)| *value).collect();
    doubles("optimizer.learning_rate", vec![1], vec![optimizer.learning_rate]);
    doubles("optimizer.settings", vec![settings.len()], settings);
    if !optimizer.numbers.is_empty() {
        let numbers: Vec<f64> = optimizer.numbers.iter().map(|(_, value)| *value).collect();
        doubles("optimizer.numbers", vec![numbers.len()], numbers);
    }
    if let Some(PartialEpoch { loss, correct, weight, .. }) = state.partial {
        doubles("state.partial", vec![3], vec![loss, correct, weight]);
    }
    if let Some(Metrics { loss, accuracy }) = state.best.as_ref().map(|best| best.metrics) {
        let numbers: Vec<f64> = [loss].into_iter().chain(accuracy).collect();
        doubles("state.best", vec![numbers.len()], numbers);
    }
    let rows: Vec<Vec<Option<f64>>> = state.history.iter().map(row).collect();
    let width = rows.iter().map(Vec::len).max().unwrap_or(COLUMNS);
    let cells = || rows.iter().flat_map(|row| (0..width).map(|j| row.get(j).copied().flatten()));
    let shape = vec![rows.len(), width];
    doubles("history.values", shape.clone(), cells().map(|cell| cell.unwrap_or(0.0)).collect());
    let epochs: Vec<u64> = state.history.iter().map(|epoch| epoch.number as u64).collect();
    entries.push(("history.epochs".into(), vec![epochs.len()], Elements::Whole(epochs)));
    let runs = optimizer.steps.iter().flat_map(|&(end, count)| [end as u64, count]).collect();
    entries.push(("optimizer.steps".into(), vec![optimizer.steps.len(), 2], Elements::Whole(runs)));
    let present = cells().map(|cell| u8::from(cell.is_some())).collect();
    entries.push(("history.present".into(), shape, Elements::Bytes(present)));
    entries
}

/// The numbers of an epoch; `None` for those that it does not have.
fn row(epoch: &Epoch) -> Vec<Option<f64>> {
    let Epoch { train, validation, learning_rate, own, .. } = epoch;
    let fixed: [Option<f64>; COLUMNS] = [
        Some(train.loss),
        train.accuracy,
        validation.map(|metrics| metrics.loss),
        validation.and_then(|metrics| metrics.accuracy),
        Some(*learning_rate),
    ];
    fixed.into_iter().chain(own.iter().map(|&value| Some(value))).collect()
}

/// The entries of the metadata for the state.
pub(super) fn progress_metadata<T: Real>(state: &TrainingState<T>) -> impl Iterator<Item = (String, String)> {
    let optimizer = &state.optimizer;
    let settings: Vec<&str> = optimizer.settings.iter().map(|(name, _)| &**name).collect();
    let buffers: Vec<&str> = optimizer.buffers.iter().map(|(name, _)| &**name).collect();
    let numbers: Vec<&str> = optimizer.numbers.iter().map(|(name, _)| &**name).collect();
    let layout = state.params.layout();
    let all = layout.parameters().iter().chain(layout.statistics());
    let frozen: Vec<&str> = all.filter(|entry| !entry.trainable).map(|entry| &*entry.name).collect();
    let entries = [
        ("state.seed", Some(state.seed.to_string())),
        ("state.passes", Some(state.passes.to_string())),
        ("state.steps", Some(state.steps.to_string())),
        ("state.frozen", (!frozen.is_empty()).then(|| json!(frozen).to_string())),
        ("state.scaling", state.scaling.as_ref().map(|_| "known".to_owned())),
        ("state.partial_batches", state.partial.map(|partial| partial.batches.to_string())),
        ("state.best_epoch", state.best.as_ref().map(|best| best.epoch.to_string())),
        ("optimizer.method", Some(optimizer.method.clone())),
        ("optimizer.settings", Some(json!(settings).to_string())),
        ("optimizer.buffers", Some(json!(buffers).to_string())),
        ("optimizer.numbers", (!numbers.is_empty()).then(|| json!(numbers).to_string())),
    ];
    entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)))
}

/// The state in a file, for a model with this layout.
pub(super) fn read_progress<T: Real>(
    file: &TensorFile<'_>,
    layout: &Layout,
) -> Result<TrainingState<T>, ModelProblem> {
    let params = read_params(file, "parameters", layout)?;
    let partial = match parsed(file, "state.partial_batches", WHOLE)? {
        None => None,
        Some(batches) => {
            let sums = file.doubles("state.partial", &[3])?;
            Some(PartialEpoch { batches, loss: sums[0], correct: sums[1], weight: sums[2] })
        }
    };
    let best = match parsed(file, "state.best_epoch", WHOLE)? {
        None => None,
        Some(epoch) => Some(BestEpoch {
            epoch,
            metrics: best_metrics(file)?,
            params: read_params(file, "best", layout)?,
        }),
    };
    Ok(TrainingState {
        seed: required(file, "state.seed", WHOLE)?,
        passes: count(file, "state.passes")?,
        steps: count(file, "state.steps")?,
        params,
        scaling: match file.optional("state.scaling") {
            Some(_) => Some(read_scaling_of_any_width(file)?),
            None => None,
        },
        optimizer: read_optimizer(file)?,
        history: read_history(file)?,
        best,
        partial,
    })
}

/// The parameters and running statistics under a prefix, frozen as they were.
fn read_params<T: Real>(
    file: &TensorFile<'_>,
    prefix: &str,
    layout: &Layout,
) -> Result<Params<T>, ModelProblem> {
    let read = |entries: &[Parameter]| -> Result<Vec<T>, ModelProblem> {
        let parts =
            entries.iter().map(|entry| file.numbers(&format!("{prefix}.{}", entry.name), &entry.shape));
        Ok(parts.collect::<Result<Vec<_>, _>>()?.concat())
    };
    let (values, statistics) = (read(layout.parameters())?, read(layout.statistics())?);
    let mut params = Params::new(Arc::new(layout.clone()), values);
    if !statistics.is_empty() {
        params.statistics_mut().copy_from_slice(&statistics);
    }
    let frozen: Vec<String> = parsed(file, "state.frozen", NAMES)?.unwrap_or_default();
    for entry in layout.parameters().iter().chain(layout.statistics()) {
        let is_frozen = frozen.contains(&entry.name);
        if is_frozen == entry.trainable {
            if is_frozen {
                params.freeze(&entry.name)
            } else {
                params.unfreeze(&entry.name)
            };
        }
    }
    Ok(params)
}

fn best_metrics(file: &TensorFile<'_>) -> Result<Metrics, ModelProblem> {
    let shape = file.shape("state.best")?;
    let length = shape.first().copied().filter(|length| (1..=2).contains(length)).unwrap_or(1);
    let numbers = file.doubles("state.best", &[length])?;
    Ok(Metrics { loss: numbers[0], accuracy: numbers.get(1).copied() })
}

fn read_optimizer<T: Real>(file: &TensorFile<'_>) -> Result<OptimizerState<T>, ModelProblem> {
    let settings: Vec<String> = required(file, "optimizer.settings", NAMES)?;
    let values = file.doubles("optimizer.settings", &[settings.len()])?;
    let names: Vec<String> = required(file, "optimizer.buffers", NAMES)?;
    let numbers: Vec<String> = parsed(file, "optimizer.numbers", NAMES)?.unwrap_or_default();
    let values_of_numbers =
        if numbers.is_empty() { Vec::new() } else { file.doubles("optimizer.numbers", &[numbers.len()])? };
    let buffer = |name: String| {
        let tensor = format!("optimizer.buffer.{name}");
        let length = file.shape(&tensor)?.iter().product();
        Ok((name, file.numbers(&tensor, &[length])?))
    };
    let runs = file.shape("optimizer.steps")?.first().copied().unwrap_or(0);
    let runs = file.counts("optimizer.steps", &[runs, 2])?;
    Ok(OptimizerState {
        method: file.required("optimizer.method")?.to_owned(),
        learning_rate: file.doubles("optimizer.learning_rate", &[1])?[0],
        settings: settings.into_iter().zip(values).collect(),
        steps: runs.as_chunks::<2>().0.iter().map(|&[end, count]| (index(end), count)).collect(),
        numbers: numbers.into_iter().zip(values_of_numbers).collect(),
        buffers: names.into_iter().map(buffer).collect::<Result<_, ModelProblem>>()?,
    })
}

fn read_history(file: &TensorFile<'_>) -> Result<Vec<Epoch>, ModelProblem> {
    let shape = file.shape("history.values")?;
    let rows = shape.first().copied().unwrap_or(0);
    let width = shape.get(1).copied().unwrap_or(0).max(COLUMNS);
    let values = file.doubles("history.values", &[rows, width])?;
    let present = file.octets("history.present", &[rows, width])?;
    let numbers = file.counts("history.epochs", &[rows])?;
    let epochs = values.chunks_exact(width).zip(present.chunks_exact(width)).zip(numbers);
    let epoch = |((values, present), number): ((&[f64], &[u8]), u64)| {
        let cell = |j: usize| (present[j] != 0).then_some(values[j]);
        Epoch {
            number: index(number),
            train: Metrics { loss: values[0], accuracy: cell(1) },
            validation: cell(2).map(|loss| Metrics { loss, accuracy: cell(3) }),
            learning_rate: values[4],
            own: (COLUMNS..width).map_while(cell).collect(),
        }
    };
    Ok(epochs.map(epoch).collect())
}

/// A count as an index; one that is too large for the memory is too large for everything.
fn index(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// A number of passes or steps, to which more can be added.
fn count(file: &TensorFile<'_>, key: &'static str) -> Result<u64, ModelProblem> {
    let count = required(file, key, WHOLE)?;
    if count <= 1 << 53 {
        return Ok(count);
    }
    Err(ModelProblem::Metadata { key, value: count.to_string(), expected: "at most 2^53".to_owned() })
}

/// The value of a required entry of the metadata as JSON.
fn required<V: DeserializeOwned>(
    file: &TensorFile<'_>,
    key: &'static str,
    expected: &str,
) -> Result<V, ModelProblem> {
    parsed(file, key, expected)?.ok_or(ModelProblem::MissingMetadata { key })
}
