//! The tests of `wengert-settings`, in one program.
#![allow(clippy::unwrap_used, reason = "in tests")]

mod choices;
