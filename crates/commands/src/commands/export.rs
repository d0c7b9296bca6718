//! `wengert export`: models for other programs.

use crate::error::CliError;
use crate::model::LoadedModel;
use crate::output::{checked_file, is_closed};
use clap::{Args, ValueEnum};
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use wengert::formats::{Language, npz_bytes, onnx_bytes, source_code, torch_bytes};

/// Write a model for another program: as a file of PyTorch, ONNX or NumPy, or as one source file.
///
/// ONNX models and source files take rows of a table, as predict does: preprocessing and scaling are part
/// of them.
#[derive(Args)]
#[command(after_help = "Example:
  wengert train iris --save iris.safetensors
  wengert export iris.safetensors --to onnx --output iris.onnx
  wengert export iris.safetensors --to c --name iris")]
pub(crate) struct Arguments {
    /// Model that `train --save` or the library wrote.
    #[arg(value_name = "MODEL.safetensors")]
    model: PathBuf,
    /// Format of the file.
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Format,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Name of the network in source files, with which names in C begin.
    #[arg(long, default_value = "model")]
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Safetensors with names and shapes of torch.nn.Sequential.
    Torch,
    /// ONNX, operator set 17.
    Onnx,
    /// Archive of NumPy arrays with the parameters.
    Npz,
    /// One source file in C.
    C,
    /// One source file in Rust.
    Rust,
    /// One source file in Python with NumPy.
    Python,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let output = checked_file(arguments.output.as_ref(), &[&arguments.model])?;
    let saved = LoadedModel::load(&arguments.model)?.saved;
    let source = |language: Language| source_code(&saved, language, &arguments.name).map(String::into_bytes);
    let content = match arguments.to {
        Format::Torch => torch_bytes(&saved)?,
        Format::Onnx => onnx_bytes(&saved)?,
        Format::Npz => npz_bytes(&saved.params),
        Format::C => source(Language::C)?,
        Format::Rust => source(Language::Rust)?,
        Format::Python => source(Language::Python)?,
    };
    if let Some(output) = output {
        return Ok(output.write(&content)?);
    }
    let mut stdout = io::stdout().lock();
    if stdout.is_terminal() && matches!(arguments.to, Format::Torch | Format::Onnx | Format::Npz) {
        return Err(CliError::NotText);
    }
    match stdout.write_all(&content).and_then(|()| stdout.flush()) {
        Err(error) if !is_closed(&error) => Err(CliError::Output(error)),
        _ => Ok(()),
    }
}
