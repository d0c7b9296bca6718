//! Experiments on the topic "Networks".

mod bases;
mod corner_training;
mod curves;
mod dead_units;
mod initial_gradients;
mod initialisation;
mod linear_collapse;
mod linearised;
mod local_features;
mod probe_or_tune;
mod relu_corners;
mod saturation;
mod unit_deaths;
mod universal;

use crate::experiment::{Entry, Topic};

pub use dead_units::DeadUnits;
pub use initialisation::Initialisation;
pub use linear_collapse::LinearCollapse;
pub use linearised::Linearised;
pub use local_features::LocalFeatures;
pub use probe_or_tune::ProbeOrTune;
pub use relu_corners::ReluCorners;
pub use saturation::Saturation;
pub use universal::Universal;

/// The experiments.
pub static TOPIC: Topic = Topic {
    title: "Networks",
    experiments: &[
        Entry::of::<ReluCorners>(),
        Entry::of::<Universal>(),
        Entry::of::<LinearCollapse>(),
        Entry::of::<LocalFeatures>(),
        Entry::of::<Linearised>(),
        Entry::of::<ProbeOrTune>(),
        Entry::of::<Saturation>(),
        Entry::of::<Initialisation>(),
        Entry::of::<DeadUnits>(),
    ],
};
