//! Tests of output files.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]
#![cfg(feature = "write")]

mod growing;
mod outputs;
