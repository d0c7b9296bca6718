//! The tests of `wengert-linear`, in one program.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod models;
mod refusals;
