//! The data, the settings and the run of a network.

use super::data::Data;
use super::plan::Plan;
use super::run::Run;

/// The parts of a network in training.
pub(super) struct Parts {
    pub(super) data: Data,
    pub(super) plan: Plan,
    pub(super) run: Run,
}
