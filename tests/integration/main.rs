//! Tests of the program, the book, the README and the structure of the workspace.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod book;
mod book_outputs;
mod caller_location;
mod chapter;
mod commands;
mod conventions;
mod data_sets;
mod formats;
mod formulas;
mod instruction_sets;
mod interruptions;
mod lab;
mod layering;
mod messages;
mod output_files;
mod playground;
mod predicting;
mod program;
mod publishing;
mod ranks;
mod readme;
mod results;
mod searching;
mod settings;
mod shape;
mod shown;
mod sizes;
mod source;
mod streaming;
mod tables;
mod training;
mod trial_runs;
mod writing;
