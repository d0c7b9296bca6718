//! Experiments on the topic "Least squares".

mod chaos;
mod condition_number;
mod minimum_norm;
mod modes;
mod prescribed;
mod random_features;
mod ridge;

use crate::experiment::{Entry, Topic};

pub use chaos::Chaos;
pub use condition_number::ConditionNumber;
pub use minimum_norm::MinimumNorm;
pub use modes::LeastSquaresModes;
pub use ridge::RidgeInFourWays;

/// The experiments.
pub static TOPIC: Topic = Topic {
    title: "Least squares",
    experiments: &[
        Entry::of::<LeastSquaresModes>(),
        Entry::of::<ConditionNumber>(),
        Entry::of::<MinimumNorm>(),
        Entry::of::<RidgeInFourWays>(),
        Entry::of::<Chaos>(),
    ],
};
