//! The tests of `wengert-minimize`, in one program.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod contract;
mod lasso;
mod lbfgs;
mod least_squares;
mod methods;
mod problem_definitions;
mod problems;
