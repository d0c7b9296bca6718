//! `wengert lab`: the experiments of lectures, each a command with its settings as flags.
//!
//! The experiments take longer to compile than the rest of the program, so they are a feature of it.

mod all;
mod experiments;
mod list;
mod one;
mod report;

pub(crate) use experiments::{Arguments, run};
