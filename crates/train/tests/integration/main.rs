//! The tests of `wengert-train`, in one program.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod allocation;
mod data;
mod determinism;
mod gradients;
mod numerical_issues;
mod prediction;
mod refusals;
#[cfg(feature = "safetensors")]
mod saved_models;
mod search;
mod steps;
mod training;
