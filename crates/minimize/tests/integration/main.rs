//! The tests of `wengert-minimize`, in one program.
#![allow(clippy::unwrap_used, reason = "in tests and their support")]

mod contract;
mod every_method;
mod lasso;
mod lbfgs;
mod least_squares;
mod methods;
mod panics;
mod problem_definitions;
mod problems;
mod settings;
