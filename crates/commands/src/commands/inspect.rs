//! `wengert inspect`: what is in a saved model.

use crate::error::CliError;
use crate::model::LoadedModel;
use crate::output::{json_document, number, print_line, table};
use clap::Args;
use ndarray::ArrayViewD;
use serde_json::{Value, json};
use std::path::PathBuf;
use wengert::data::{ColumnEncoding, InputColumn, Standardiser, TargetEncoding};
use wengert::nn::{ActivationRule, Normalisation, Outputs};
use wengert_files::{excerpt, list};

/// Show what is in a saved model: network, columns, statistics of the parameters, and where it comes from.
#[derive(Args)]
#[command(after_help = "Example:
  wengert train iris --epochs 5 --save iris.safetensors
  wengert inspect iris.safetensors")]
pub(crate) struct Arguments {
    /// Model that `train --save` or the library wrote.
    #[arg(value_name = "MODEL.safetensors")]
    model: PathBuf,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let model = LoadedModel::load(&arguments.model)?;
    print_line(if arguments.json { as_json(&model) } else { as_text(&model) })
}

/// The mean, the population standard deviation and the ends of some numbers.
struct Spread {
    mean: f64,
    deviation: f64,
    range: [f64; 2],
}

impl Spread {
    fn of(array: &ArrayViewD<'_, f32>) -> Self {
        let numbers = || array.iter().map(|&x| f64::from(x));
        let count = array.len().max(1) as f64;
        let mean = numbers().sum::<f64>() / count;
        let squares = numbers().map(|x| (x - mean).powi(2)).sum::<f64>();
        let range =
            numbers().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| [low.min(x), high.max(x)]);
        Self { mean, deviation: (squares / count).sqrt(), range }
    }
}

/// The parameters and the running statistics.
fn arrays(model: &LoadedModel) -> impl Iterator<Item = (&str, ArrayViewD<'_, f32>)> {
    model.saved.params.iter().chain(model.saved.params.iter_statistics())
}

fn outputs(outputs: Outputs) -> &'static str {
    match outputs {
        Outputs::Logits => "logits of classes",
        Outputs::Scores => "scores of classes",
        Outputs::Values => "values of a regression",
    }
}

fn normalisation(kind: Normalisation) -> &'static str {
    match kind {
        Normalisation::None => "none",
        Normalisation::Batch => "batch",
        Normalisation::Layer => "layer",
    }
}

fn as_text(model: &LoadedModel) -> String {
    let (mlp, provenance) = (&model.saved.mlp, &model.saved.metadata.provenance);
    let widths: Vec<String> = mlp.widths().iter().map(usize::to_string).collect();
    let preprocessing = &model.preprocessing;
    let target = match preprocessing.target() {
        TargetEncoding::Classes { column, names } => format!("{}: {}", excerpt(column), list(names)),
        TargetEncoding::Values { columns } => list(columns),
    };
    let mut lines = vec![
        format!("network        {} with {}", widths.join("-"), mlp.activation_rule().name()),
        format!("normalisation  {}", normalisation(mlp.normalisation_kind())),
        format!("dropout        {}", mlp.dropout_rate()),
        format!("parameters     {}", model.saved.params.len()),
        format!("outputs        {}", outputs(model.saved.outputs)),
        format!("target         {target}"),
    ];
    if !provenance.data.is_empty() {
        lines.push(format!("trained on     {}", excerpt(&provenance.data)));
    }
    if !provenance.version.is_empty() {
        let seed = provenance.seed.map_or_else(String::new, |seed| format!(", seed {seed}"));
        lines.push(format!("trained by     version {}{seed}", excerpt(&provenance.version)));
    }
    let settings = provenance.settings.iter();
    lines.extend(settings.map(|(name, value)| format!("  {:<13}{}", excerpt(name), excerpt(value))));
    lines.push(columns_table(model));
    lines.push(arrays_table(model));
    lines.join("\n")
}

/// The columns that the model takes, with the map of each feature.
fn columns_table(model: &LoadedModel) -> String {
    let header = ["column", "encoding", "missing", "mean", "deviation"].map(str::to_owned);
    let mut shown = table(header.into(), &[0, 1, 2]);
    let map = model.saved.scaling.inputs.as_ref();
    let mut feature = 0;
    for input in model.preprocessing.inputs() {
        let map = map.filter(|_| input.width() == 1);
        let of = |numbers: &[f64]| number(numbers[feature]);
        let (mean, deviation) =
            map.map_or_else(|| ("-".to_owned(), "-".to_owned()), |map| (of(map.mean()), of(map.deviation())));
        feature += input.width();
        shown.add_row([excerpt(&input.name), encoding(input), missing(input), mean, deviation]);
    }
    if let Some(map) = &model.saved.scaling.targets {
        for ((name, &mean), &deviation) in
            model.preprocessing.target_names().iter().zip(map.mean()).zip(map.deviation())
        {
            let cells =
                [excerpt(name), "target".to_owned(), "refused".to_owned(), number(mean), number(deviation)];
            shown.add_row(cells);
        }
    }
    shown.to_string()
}

fn encoding(input: &InputColumn) -> String {
    match &input.encoding {
        ColumnEncoding::Number => "number".to_owned(),
        ColumnEncoding::Date => "date".to_owned(),
        ColumnEncoding::OneHot { categories } => {
            format!("{} categories: {}", categories.len(), list(categories))
        }
    }
}

fn missing(input: &InputColumn) -> String {
    let fill = input.fill.map(|fill| match &input.encoding {
        ColumnEncoding::OneHot { categories } => excerpt(&categories[fill as usize]),
        ColumnEncoding::Number | ColumnEncoding::Date => number(fill),
    });
    match (fill, input.indicator) {
        (None, false) => "refused".to_owned(),
        (None, true) => "indicator".to_owned(),
        (Some(fill), false) => fill,
        (Some(fill), true) => format!("{fill}, indicator"),
    }
}

fn arrays_table(model: &LoadedModel) -> String {
    let header = ["parameter", "shape", "mean", "deviation", "smallest", "largest"].map(str::to_owned);
    let mut shown = table(header.into(), &[0]);
    for (name, array) in arrays(model) {
        let shape: Vec<String> = array.shape().iter().map(usize::to_string).collect();
        let Spread { mean, deviation, range: [smallest, largest] } = Spread::of(&array);
        let numbers = [mean, deviation, smallest, largest].map(number);
        shown.add_row([vec![name.to_owned(), shape.join(" x ")], numbers.into()].concat());
    }
    shown.to_string()
}

fn as_json(model: &LoadedModel) -> String {
    let (mlp, metadata) = (&model.saved.mlp, &model.saved.metadata);
    let parameters: Vec<Value> = arrays(model)
        .map(|(name, array)| {
            let Spread { mean, deviation, range } = Spread::of(&array);
            json!({
                "name": name, "shape": array.shape(), "mean": mean, "deviation": deviation,
                "smallest": range[0], "largest": range[1],
            })
        })
        .collect();
    let map = |map: &Option<Standardiser>| {
        map.as_ref().map(|map| json!({ "mean": map.mean(), "deviation": map.deviation() }))
    };
    json_document(json!({
        "widths": mlp.widths(),
        "activation": mlp.activation_rule().name(),
        "normalisation": normalisation(mlp.normalisation_kind()),
        "dropout": mlp.dropout_rate(),
        "outputs": model.saved.outputs.name(),
        "parameters": model.saved.params.len(),
        "arrays": parameters,
        "features": model.preprocessing.feature_names(),
        "targets": model.preprocessing.target_names(),
        "classes": model.class_names(),
        "preprocessing": serde_json::to_value(&model.preprocessing).expect("all keys are texts"),
        "input_scaling": map(&model.saved.scaling.inputs),
        "target_scaling": map(&model.saved.scaling.targets),
        "trained_on": metadata.provenance.data,
        "trained_by": metadata.provenance.version,
        "seed": metadata.provenance.seed,
        "settings": metadata.provenance.settings,
    }))
}
