//! Optimizers and schedules by name, for command lines, configuration files and saved models.

mod optimizers;
mod schedules;

pub use optimizers::OptimizerChoice;
pub use schedules::{Run, ScheduleChoice, ScheduleError};
