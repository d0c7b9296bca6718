//! The tests of `wengert-lab`, in one program.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod corners_of_standard_normal_units;
mod gradient_descent_modes;
mod landscapes;
mod relu_networks;
mod relu_training;
mod stochastic_gradients;
mod support;
