//! What the Rust peers have in common: the workloads, and the conversation with `steps.py`.

mod conversation;
#[path = "../../../../../crates/cli/src/bench/synthetic.rs"]
mod synthetic;
mod workload;

pub use conversation::{Training, serve};
pub use workload::{Batch, Layer, Method, Workload};
