//! Experiments on the topic "Optimizers".

mod momentum;
mod race;
mod saddles;
mod schedules;
mod second_order;

use crate::experiment::{Entry, Topic};

pub use momentum::Momentum;
pub use race::Race;
pub use saddles::Saddles;
pub use schedules::Schedules;
pub use second_order::SecondOrder;

/// The experiments.
pub static TOPIC: Topic = Topic {
    title: "Optimizers",
    experiments: &[
        Entry::of::<Momentum>(),
        Entry::of::<Race>(),
        Entry::of::<SecondOrder>(),
        Entry::of::<Saddles>(),
        Entry::of::<Schedules>(), //
    ],
};
