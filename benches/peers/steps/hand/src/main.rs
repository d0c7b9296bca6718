//! Handwritten Rust without a tape, as a lower bound of the cost of a step.
//! `cargo run --release -p steps-hand -- W1 2 whole` or `... halves`, then lines `20 100` on
//! standard input.

mod halves;
mod network;
mod update;
mod whole;

use halves::Halves;
use whole::Whole;
use workloads::{Workload, serve};

fn main() {
    let (workload, threads) = Workload::from_arguments();
    let batches = workload.batches();
    match std::env::args().nth(3).as_deref() {
        Some("whole") => serve(workload, || Whole::start(workload, &batches, threads)),
        Some("halves") if threads == 2 => serve(workload, || Halves::start(workload, &batches)),
        _ => panic!("usage: PROGRAM W1..W6 THREADS whole, or PROGRAM W1..W6 2 halves"),
    }
}
