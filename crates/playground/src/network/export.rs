//! The model, and what trains it, in the forms of other programs.

use super::parts::Parts;
use super::program;
use crate::error::RequestError;
use crate::reply::Reply;
use wengert_formats::onnx_bytes_with;
use wengert_train::{ModelMetadata, SavedMlp, TrainedModel};

/// The formats by name.
const FORMATS: [&str; 5] = ["onnx", "safetensors", "command", "rust", "csv"];

pub(super) fn export(network: &Parts, format: &str) -> Result<Reply, RequestError> {
    let text = |name: &str, text: String| Ok(Reply::file(name, text.into_bytes()));
    match format {
        "onnx" => {
            let model = onnx_bytes_with(&saved(network)?, &network.data.preprocessing)?;
            Ok(Reply::file("model.onnx", model))
        }
        "safetensors" => Ok(Reply::file("model.safetensors", saved(network)?.to_bytes())),
        "command" => text("train.sh", program::command(&network.plan)),
        "rust" => text("main.rs", program::program(&network.plan, &network.data)),
        "csv" => text("data.csv", csv(network)),
        name => {
            let known = FORMATS.join(", ");
            Err(RequestError::UnknownName { what: "format", name: name.to_owned(), known })
        }
    }
}

/// The model with its preprocessing, which takes rows of the table.
fn saved(network: &Parts) -> Result<SavedMlp, RequestError> {
    let train = &network.data.split.train;
    let names = |names: Option<&[String]>| names.map(<[String]>::to_vec).unwrap_or_default();
    let metadata = ModelMetadata {
        features: names(train.feature_names()),
        targets: names(train.target_names()),
        classes: names(train.class_names()),
        ..ModelMetadata::default()
    };
    let metadata = metadata.with_preprocessing(&network.data.preprocessing);
    Ok(TrainedModel { metadata, ..network.run.model(&network.data) }.to_saved()?)
}

/// The table of the data, with names in the first line. A cell with a comma, a quotation mark or a line end
/// is quoted as in RFC 4180.
fn csv(network: &Parts) -> String {
    let columns = network.data.table.columns();
    let quoted = |cell: &str| match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    };
    let mut lines = vec![columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(",")];
    lines.extend((0..network.data.table.rows()).map(|row| {
        let cells = columns.iter().map(|column| quoted(&column.values.text(row).unwrap_or_default()));
        cells.collect::<Vec<_>>().join(",")
    }));
    lines.join("\n") + "\n"
}
