//! What can be chosen, by name.

use crate::reply::{Reply, object};
use serde_json::Value;
use wengert_data::{Task, data_sets};
use wengert_nn::{ActivationChoice, InitChoice, LossChoice};
use wengert_optim::{OptimizerChoice, ScheduleChoice};
use wengert_settings::Registry;

/// The names and descriptions of everything that can be chosen by name.
pub(crate) fn lists() -> Reply {
    let sets = data_sets().iter().map(|set| {
        let task = if set.task() == Task::Classification { "classification" } else { "regression" };
        object!({
            "name": set.name(), "about": set.description(), "task": task, "generated": set.is_generated(),
        })
    });
    let sets: Vec<Value> = sets.collect();
    let optimizers = OptimizerChoice::registry().entries.iter().map(|entry| {
        let rate = entry.name.parse().map_or(0.0, |choice: OptimizerChoice| choice.typical_rate());
        object!({ "name": entry.name, "about": entry.about, "rate": rate })
    });
    let optimizers: Vec<Value> = optimizers.collect();
    Reply::new(object!({
        "data": sets,
        "activations": entries(ActivationChoice::registry()),
        "initialisers": entries(InitChoice::registry()),
        "losses": entries(LossChoice::registry()),
        "optimizers": optimizers,
        "schedules": entries(ScheduleChoice::registry()),
    }))
}

fn entries(registry: &Registry) -> Vec<Value> {
    registry.entries.iter().map(|entry| object!({ "name": entry.name, "about": entry.about })).collect()
}
