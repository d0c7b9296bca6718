//! What the test modules share: tolerances and differences, the rule table, the modes, array cases,
//! expected panics.

pub(crate) mod cases;
pub(crate) mod modes;
mod numbers;
mod panics;
pub(crate) mod rules;

pub(crate) use numbers::*;
pub(crate) use panics::{blames_this_line, panic_if_any, panic_of};
