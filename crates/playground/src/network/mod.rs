//! A network in training, with its data.
//!
//! | file | contents |
//! |---|---|
//! | `parts` | the data, the settings and the run of a network |
//! | `data` | the data of a network, prepared as those of `wengert train` |
//! | `plan` | the settings of a run, with defaults for what was not asked for |
//! | `run` | steps, epochs, early stopping, and the way back |
//! | `picture` | what the page shows of a network |
//! | `export` | the model and its training in the forms of other programs |

mod data;
mod export;
mod parts;
mod picture;
mod plan;
mod program;
mod run;

use crate::bounds;
use crate::error::RequestError;
use crate::reply::{Reply, object};
use crate::request::{NetworkSettings, View};
use data::Data;
use parts::Parts;
use plan::Plan;
use run::Run;
use serde_json::Value;
use wengert_data::{Dataset, Targets};

/// A network in training, with its data.
pub(crate) struct Network(Parts);

impl Network {
    pub(crate) fn new(settings: NetworkSettings) -> Result<Self, RequestError> {
        plan::check(&settings)?;
        let data = Data::load(&settings)?;
        let plan = Plan::of(settings, &data.split)?;
        let run = Run::new(&plan, &data)?;
        Ok(Self(Parts { data, plan, run }))
    }

    /// What was created: sizes, names, the settings, and the examples in the user's units.
    pub(crate) fn description(&self) -> Reply {
        let Parts { data, plan, run } = &self.0;
        let train = &data.unscaled.train;
        let layout = run.training().params().layout().parameters().iter();
        let parameters: Vec<Value> =
            layout.map(|entry| object!({ "name": &*entry.name, "shape": &*entry.shape })).collect();
        let (task, classes) = match train.targets() {
            Targets::Classes { classes, .. } => ("classification", *classes),
            Targets::Values { .. } => ("regression", 0),
        };
        let names = |names: Option<&[String]>| names.map(<[String]>::to_vec);
        let mut reply = Reply::new(object!({
            "name": train.name(), "task": task, "classes": classes,
            "class_names": names(train.class_names()), "feature_names": names(train.feature_names()),
            "target_names": names(train.target_names()),
            "widths": plan.mlp.widths(), "parameters": parameters, "settings": plan.chosen(),
            "steps_per_epoch": run.steps_per_epoch(), "most_steps": plan.most_steps(),
            "notes": &*data.notes,
        }));
        for (part, examples) in [("train", train), ("validation", &data.unscaled.validation)] {
            add_examples(&mut reply, part, examples);
        }
        reply
    }

    pub(crate) fn advance(&mut self, steps: usize) -> Result<Reply, RequestError> {
        let Parts { data, plan, run } = &mut self.0;
        bounds::count("the number of steps", steps, 1..=plan.most_steps())?;
        let epochs = run.advance(plan, data, steps)?;
        Ok(Reply::new(run.progress(&epochs)))
    }

    pub(crate) fn rewind(&mut self, step: u64) -> Result<Reply, RequestError> {
        let Parts { data, plan, run } = &mut self.0;
        run.rewind(plan, data, step)?;
        Ok(Reply::new(run.progress(&[])))
    }

    pub(crate) fn picture(&self, view: &View) -> Result<Reply, RequestError> {
        picture::picture(&self.0, view)
    }

    pub(crate) fn predict(&self, rows: &[f64]) -> Result<Reply, RequestError> {
        picture::predict(&self.0, rows)
    }

    pub(crate) fn export(&self, format: &str) -> Result<Reply, RequestError> {
        export::export(&self.0, format)
    }
}

/// Adds the features and the targets of a part in the user's units.
fn add_examples(reply: &mut Reply, part: &str, examples: &Dataset<f64>) {
    let (rows, width) = (examples.examples(), examples.width());
    let features = examples.features().iter().map(|&x| x as f32);
    reply.array(&format!("{part}.features"), &[rows, width], features);
    let targets = format!("{part}.targets");
    match examples.targets() {
        Targets::Classes { labels, .. } => {
            reply.array(&targets, &[rows, 1], labels.iter().map(|&label| label as f32));
        }
        Targets::Values { values, width } => {
            reply.array(&targets, &[rows, *width], values.iter().map(|&y| y as f32));
        }
    }
}
