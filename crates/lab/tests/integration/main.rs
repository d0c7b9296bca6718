//! The tests of `wengert-lab`, in one program.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod experiments;
mod gradient_noise;
mod graph_experiments;
mod landscapes;
mod markov_chains;
mod random_corners;
mod relu_networks;
mod relu_training;
mod singular_modes;
mod support;
