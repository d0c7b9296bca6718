//! The tests of `wengert-train`, in one program.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod allocation;
mod averaging;
mod checkpoints;
mod data;
mod defaults;
mod determinism;
mod divergence;
mod epochs;
mod examples;
mod gradients;
mod lines_of_faults;
mod numerical_issues;
mod observers;
mod own_loop;
mod prediction;
mod ranks;
mod ranks_faults;
mod ranks_search;
mod refusals;
mod resume;
mod row_mixing;
mod saved_metadata;
mod saved_models;
mod search;
mod search_trials;
mod second_order;
mod serialised;
mod sharpness;
mod steps;
mod training;
mod trial_runs;
mod weights;
