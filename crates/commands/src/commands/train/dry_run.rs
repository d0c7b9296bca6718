//! What a training run would do, shown without taking a step.

use super::data::Data;
use super::network::Plan;
use super::options::Options;
use crate::error::CliError;
use crate::output::{json_document, print_line};
use serde_json::json;
use wengert::optim::Run;

/// Prints the data, the network, the numbers of steps and the settings.
pub(super) fn dry_run(options: &Options, data: &Data, plan: &Plan, settings: &str) -> Result<(), CliError> {
    let Run { steps, steps_per_epoch } = plan.steps(options, data.parts());
    let [train, validation, test] = &data.examples;
    let sizes = [train, validation, test].map(|part| part.examples());
    let sample = data.train();
    let widths: Vec<String> = plan.widths().iter().map(usize::to_string).collect();
    if options.output.json {
        return print_line(json_document(json!({
            "data": sample.name(),
            "task": sample.task().to_string(),
            "notes": data.notes,
            "train_examples": sizes[0],
            "validation_examples": sizes[1],
            "test_examples": sizes[2],
            "widths": plan.widths(),
            "parameters": plan.parameters(),
            "steps_per_epoch": steps_per_epoch,
            "steps": steps,
            "settings_file": settings,
        })));
    }
    let [train, validation, test] = sizes;
    print_line(format!(
        "data      {}: {}, features: {}\n\
         examples  {train} train, {validation} validation, {test} test\n\
         network   {}, {} parameters\n\
         steps     {steps}, {steps_per_epoch} per epoch\n\n{}",
        sample.name(),
        sample.task(),
        sample.width(),
        widths.join("-"),
        plan.parameters(),
        settings.trim_end()
    ))
}
