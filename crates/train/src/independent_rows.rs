//! The check, before the first step, that rows are independent unless the model or the loss says otherwise.

use crate::batch::labels_of;
use crate::error::TrainError;
use ndarray::{Array2, Ix2};
use wengert_ad::{ArrayTape, Real};
use wengert_data::{Batch, Targets};
use wengert_nn::diagnostics::{loss_mixes_rows, observed_row_mixing};
use wengert_nn::{Loss, Module, Params, RowMixing, TargetBatch};

/// The number of examples that are tried.
const ROWS: usize = 8;

/// The numbers of a few rows, at equal distances.
pub(crate) fn sampled_rows(rows: usize) -> impl Iterator<Item = usize> {
    let count = rows.min(ROWS);
    (0..count).map(move |row| row * rows / count)
}

/// Tries a few examples of the batch, at equal distances, in evaluation and in training mode.
///
/// # Errors
/// If the outputs or the loss of an example depend on other examples although neither the layout of the
/// parameters nor the loss declares it, or if the outputs differ between two passes over the same rows.
pub(crate) fn check_independent_rows<T: Real>(
    module: &dyn Module<T>,
    loss: &dyn Loss<T>,
    params: &Params<T>,
    Batch { data, indices }: Batch<'_, T>,
) -> Result<(), TrainError> {
    // A single row depends on no other, and batch normalisation refuses it. The networks and losses of the
    // playground are those of the library.
    if indices.len() < 2 || cfg!(wengert_engine = "playground") {
        return Ok(());
    }
    let indices: Vec<usize> = sampled_rows(indices.len()).map(|row| indices[row]).collect();
    let x = table(data.features(), data.width(), &indices);
    let declared = params.layout().row_mixing();
    // What always sees all rows may refuse a few of them.
    if declared == RowMixing::Always {
        return Ok(());
    }
    let observed = observed_row_mixing(module, params, &x).ok_or(TrainError::NotRepeatable)?;
    if observed > declared {
        return Err(TrainError::MixedRows { observed });
    }
    if loss.mixes_rows() {
        return Ok(());
    }
    let tape = ArrayTape::for_inference();
    let outputs = module.forward(&params.bind_constant(&tape), tape.constant(&x)).value();
    let Ok(outputs) = outputs.into_dimensionality::<Ix2>() else { return Ok(()) };
    let labels = labels_of(data, &indices);
    let targets = match data.targets() {
        Targets::Classes { .. } => TargetBatch::Classes(&labels),
        Targets::Values { values, width } => {
            TargetBatch::Values(tape.constant(&table(values, *width, &indices)))
        }
    };
    if loss_mixes_rows(loss, &outputs, targets) { Err(TrainError::MixedExamples) } else { Ok(()) }
}

/// These rows of a table.
fn table<T: Real>(values: &[T], width: usize, rows: &[usize]) -> Array2<T> {
    Array2::from_shape_fn((rows.len(), width), |(row, column)| values[rows[row] * width + column])
}
