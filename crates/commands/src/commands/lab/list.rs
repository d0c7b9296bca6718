//! `wengert lab list`: the experiments, topic by topic.

use crate::error::CliError;
use crate::output::{json_document, print_line};
use clap::Args;
use serde_json::{Value, json};
use wengert_lab::{TOPICS, Topic, experiments};

/// List the experiments by topic.
#[derive(Args)]
#[command(after_help = "Example:\n  wengert lab list")]
pub(super) struct Arguments {
    /// Print one JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    if arguments.json {
        let topics: Vec<Value> = TOPICS.iter().map(|topic| as_json(topic)).collect();
        return print_line(json_document(json!({ "topics": topics })));
    }
    let width = experiments().map(|experiment| experiment.name.len()).max().unwrap_or(0);
    let topics = TOPICS.iter().map(|topic| {
        let lines = topic.experiments.iter();
        let lines = lines.map(|experiment| format!("  {:width$}  {}\n", experiment.name, experiment.about));
        format!("{}:\n{}", topic.title, lines.collect::<String>())
    });
    let topics: Vec<String> = topics.collect();
    print_line(topics.join("\n").trim_end())
}

fn as_json(topic: &Topic) -> Value {
    let experiments = topic.experiments.iter().map(|experiment| {
        json!({
            "name": experiment.name,
            "about": experiment.about,
            "shows": experiment.shows,
            "example": experiment.example,
        })
    });
    json!({ "title": topic.title, "experiments": experiments.collect::<Vec<_>>() })
}
