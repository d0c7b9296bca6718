//! The command and the Rust program that do the same training.

use super::data::Data;
use super::plan::Plan;
use crate::request::DataChoice;
use std::fmt::Write;
use wengert_data::Targets;
use wengert_train::Defaults;

/// Whether the data are those of a name; other data are in a file.
fn name(plan: &Plan) -> Option<&str> {
    match &plan.choice {
        DataChoice::Named { name, noise: None, .. } => Some(name),
        _ => None,
    }
}

/// The name of the column to predict, if it was chosen.
fn target(plan: &Plan) -> Option<&str> {
    match &plan.choice {
        DataChoice::Csv { target, .. } => target.as_deref(),
        _ => None,
    }
}

/// The command that trains the same network on the same data in the same way, to the last bit.
pub(super) fn command(plan: &Plan) -> String {
    let Defaults { hidden, activation, loss, optimizer, rate, schedule, batch_size, epochs, .. } =
        &plan.defaults;
    let widths: Vec<String> = hidden.iter().map(usize::to_string).collect();
    let widths = if widths.is_empty() { "none".to_owned() } else { widths.join(",") };
    let mut command = format!("wengert train {}", name(plan).unwrap_or("data.csv"));
    if let Some(target) = target(plan) {
        let _ = write!(command, " --target '{}'", target.replace('\'', "'\\''"));
    }
    let _ = write!(command, " --hidden {widths} --activation {activation}");
    if let Some(init) = &plan.init {
        let _ = write!(command, " --init {init}");
    }
    let _ = write!(
        command,
        " --loss {loss} --optimizer {optimizer} --lr {rate} --schedule {schedule} --batch-size {batch_size} \
         --epochs {epochs} --dropout {} --validation {} --seed {}",
        plan.mlp.dropout_rate(),
        plan.validation,
        plan.seed
    );
    if let Some(patience) = plan.patience {
        let _ = write!(command, " --early-stopping {patience}");
    }
    command + "\n"
}

/// What is imported for the initialiser, and how it is built.
fn init(plan: &Plan) -> (&'static str, String) {
    match &plan.init {
        Some(init) => ("InitChoice, ", format!("\"{init}\".parse::<InitChoice>()?.build()")),
        None => ("", "activation.typical_init()".to_owned()),
    }
}

/// The program that does the same.
pub(super) fn program(plan: &Plan, data: &Data) -> String {
    let is_regression = matches!(data.split.train.targets(), Targets::Values { .. });
    let task = if is_regression { "Regression" } else { "Classification" };
    let (imported, table) = match name(plan) {
        Some(name) => ("data_set", format!("data_set(\"{name}\", {})?.to_table()?", plan.seed)),
        None => ("read_csv", "read_csv(\"data.csv\")?".to_owned()),
    };
    let targets = target(plan)
        .map_or_else(String::new, |target| format!("\n    let targets = vec![{target:?}.to_owned()];"));
    let targets_field = if targets.is_empty() { "" } else { "targets, " };
    let scaled = if data.split.train.scaling().targets.is_some() { ".standardised_targets()" } else { "" };
    let Defaults { activation, loss, optimizer, rate, schedule, batch_size, epochs, .. } = &plan.defaults;
    let (init_import, init) = init(plan);
    let dropout = match plan.mlp.dropout_rate() {
        0.0 => String::new(),
        rate => format!(".dropout({rate:?})"),
    };
    let stopping = plan.patience.map_or_else(String::new, |n| format!("\n        .early_stopping({n})"));
    let (widths, validation, seed) = (plan.mlp.widths(), plan.validation, plan.seed);
    format!(
        r#"//! A network from the playground: the same training, to the last bit.
//!
//! Cargo.toml: wengert = {{ version = "0.1", features = ["csv"] }}

use wengert::data::{{PreprocessingOptions, Shares, Task, {imported}}};
use wengert::nn::{{ActivationChoice, {init_import}LossChoice}};
use wengert::optim::{{OptimizerChoice, Run, ScheduleChoice}};
use wengert::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {{
    let table = {table};
    let task = Some(Task::{task});{targets}
    let options = PreprocessingOptions {{ {targets_field}task, ..PreprocessingOptions::default() }};
    let shares = Shares {{ validation: {validation:?}, test: 0.0, seed: {seed} }};
    let data = table.prepare(&options, &shares)?.split.standardised(){scaled}.cast();

    let activation: ActivationChoice = "{activation}".parse()?;
    let network = Mlp::new({widths:?}).activation(activation.build()).init({init}){dropout};
    let loss = "{loss}".parse::<LossChoice>()?.build::<f32>();
    let (rate, batch_size, epochs) = ({rate:?}, {batch_size}, {epochs});
    let optimizer = "{optimizer}".parse::<OptimizerChoice>()?.build::<f32>(rate);
    let steps_per_epoch = data.train.examples().div_ceil(batch_size) as u64;
    let run = Run {{ steps: steps_per_epoch * epochs as u64, steps_per_epoch }};
    let schedule = "{schedule}".parse::<ScheduleChoice>()?.build(rate, run)?;

    let report = Trainer::new(network, loss, optimizer)
        .batch_size(batch_size)
        .epochs(epochs)
        .schedule(schedule){stopping}
        .seed({seed})
        .fit(&data)?;
    println!("{{report}}");
    Ok(())
}}
"#
    )
}
