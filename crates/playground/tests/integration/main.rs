//! Tests of the engine of the playground.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod descent;
mod graph;
mod mutated;
mod network;
mod support;
