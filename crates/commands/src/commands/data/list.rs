//! `wengert data list`: the names of the data sets and what they are.

use crate::error::CliError;
use crate::output::{json_document, print_line, table};
use clap::Args;
use serde_json::{Value, json};
use wengert::data::{NamedDataSet, Targets, data_sets};

/// List the data sets that can be named instead of a file.
#[derive(Args)]
#[command(after_help = "Example:\n  wengert data list")]
pub(super) struct Arguments {
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    if arguments.json {
        let sets: Vec<Value> = data_sets().iter().map(as_json).collect();
        return print_line(json_document(json!({ "data_sets": sets })));
    }
    let header = ["name", "examples", "features", "classes", "contents"].map(str::to_owned);
    let mut shown = table(header.into(), &[0, 4]);
    for set in data_sets() {
        let data = set.load(0);
        let classes = classes(data.targets()).map_or_else(|| "-".to_owned(), |classes| classes.to_string());
        let sizes = [data.examples(), data.width()].map(|size| size.to_string());
        let [examples, features] = sizes;
        shown.add_row([set.name().to_owned(), examples, features, classes, set.description().to_owned()]);
    }
    print_line(shown)
}

fn classes(targets: &Targets) -> Option<usize> {
    match targets {
        Targets::Classes { classes, .. } => Some(*classes),
        Targets::Values { .. } => None,
    }
}

fn as_json(set: &NamedDataSet) -> Value {
    let data = set.load(0);
    json!({
        "name": set.name(),
        "task": set.task().to_string(),
        "examples": data.examples(),
        "features": data.width(),
        "classes": classes(data.targets()),
        "generated": set.is_generated(),
        "description": set.description(),
        "source": set.source(),
    })
}
