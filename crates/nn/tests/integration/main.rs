//! The tests of networks, in one program.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod choices;
mod diagnostics;
mod goldens;
mod independent_rows;
mod initialisation;
mod input_derivatives;
mod layer_contract;
mod layers;
mod lines;
mod loss_contract;
mod loss_extremes;
mod losses;
mod metric_contract;
mod metric_goldens;
mod metrics;
mod misuse;
mod networks;
#[path = "../../../ad/tests/integration/support/panics.rs"]
mod panics;
mod random_layers;
mod several_models;
mod support;
mod transfer;
