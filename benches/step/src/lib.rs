//! Training steps of ReLU networks on synthetic data, as the benchmarks time them.
//!
//! | module | contents |
//! |---|---|
//! | [`synthetic`] | data and initial weights, the same bits in every program that is compared |
//! | [`training`] | a network in training: its steps, whole or phase by phase |
//! | [`workloads`] | the networks of the comparison with other libraries |
//!
//! The program `wengert-step-bench` times the steps of one network; `cargo bench --bench steps`
//! times those of all workloads.

pub mod synthetic;
pub mod training;
pub mod workloads;
