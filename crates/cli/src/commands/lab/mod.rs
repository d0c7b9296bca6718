//! `wengert lab`: the experiments of lectures, each a command with its settings as flags.
//!
//! The experiments take longer to compile than the rest of the program, so they are a feature of it.

#[cfg(not(feature = "lab"))]
mod absent;
#[cfg(feature = "lab")]
mod all;
#[cfg(feature = "lab")]
mod experiments;
#[cfg(feature = "lab")]
mod list;
#[cfg(feature = "lab")]
mod one;
#[cfg(feature = "lab")]
mod report;

#[cfg(not(feature = "lab"))]
pub(crate) use absent::{Arguments, run};
#[cfg(feature = "lab")]
pub(crate) use experiments::{Arguments, run};
