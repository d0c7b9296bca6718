//! Shared by the Rust programs: the workloads, and the protocol of `steps.py`.

mod conversation;
#[path = "../../../../step/src/synthetic.rs"]
mod synthetic;
mod workload;

pub use conversation::{Training, serve};
pub use workload::{Batch, Layer, Method, Workload};
