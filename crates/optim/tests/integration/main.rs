//! The tests of `wengert-optim`, in one program.
#![allow(clippy::unwrap_used, reason = "in tests and their support")]

mod adafactor;
mod adaptive;
mod allocations;
mod averaging;
mod choices;
mod contract;
mod every_optimizer;
mod every_schedule;
mod goldens;
mod gradient_descent;
mod groups;
mod lamb;
mod muon;
mod panics;
mod rate_finder;
mod resuming;
mod schedules;
mod support;
mod threads;
