//! `wengert import`: models of other programs.

use crate::error::CliError;
use crate::output::{checked_file, json_document, print_line};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::path::PathBuf;
use wengert::formats::{ImportOptions, load_onnx, load_torch};
use wengert::nn::{ActivationChoice, ActivationRule, Outputs};

/// Read a multi-layer perceptron that another program saved, and write it as a model of this program.
///
/// Files of PyTorch are safetensors files of a torch.nn.Sequential. What the file does not say, options do.
#[derive(Args)]
#[command(after_help = "Example:
  wengert train iris --save iris.safetensors
  wengert export iris.safetensors --to onnx --output iris.onnx
  wengert import iris.onnx --save back.safetensors")]
pub(crate) struct Arguments {
    /// File to read.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Program that wrote it [default: onnx for .onnx, else torch].
    #[arg(long, value_enum, value_name = "PROGRAM")]
    from: Option<Program>,
    /// Write the model.
    #[arg(long, value_name = "MODEL.safetensors")]
    save: PathBuf,
    /// Activation between the layers: relu, tanh, ...
    #[arg(long, value_name = "NAME")]
    activation: Option<ActivationChoice>,
    /// Meaning of the outputs: logits, scores (classes that are not from a softmax) or values.
    #[arg(long, value_parser = outputs, value_name = "WHAT")]
    outputs: Option<Outputs>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Program {
    /// PyTorch: safetensors.
    Torch,
    /// ONNX.
    Onnx,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CliError> {
    checked_file(Some(&arguments.save), &[&arguments.file])?;
    let options = ImportOptions {
        activation: arguments.activation.as_ref().map(ActivationChoice::build),
        outputs: arguments.outputs,
    };
    let is_onnx = arguments.file.extension().is_some_and(|ending| ending == "onnx");
    let model = match arguments.from.unwrap_or(if is_onnx { Program::Onnx } else { Program::Torch }) {
        Program::Torch => load_torch(&arguments.file, &options)?,
        Program::Onnx => load_onnx(&arguments.file, &options)?,
    };
    model.save(&arguments.save)?;
    let (mlp, parameters) = (&model.mlp, model.params.len());
    if arguments.json {
        return print_line(json_document(json!({
            "widths": mlp.widths(),
            "activation": mlp.activation_rule().name(),
            "outputs": model.outputs.name(),
            "parameters": parameters,
        })));
    }
    let widths: Vec<String> = mlp.widths().iter().map(usize::to_string).collect();
    let (activation, outputs) = (mlp.activation_rule(), model.outputs.name());
    print_line(format!("{} with {activation}, {outputs}, {parameters} parameters", widths.join("-")))
}

/// The meaning of the outputs of a model.
fn outputs(text: &str) -> Result<Outputs, String> {
    Outputs::named(text).ok_or_else(|| format!("expected {}", Outputs::ALL.map(Outputs::name).join(", ")))
}
