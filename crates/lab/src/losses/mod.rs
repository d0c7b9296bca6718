//! Experiments on the topic "Losses and models".

mod hyper_parameters;
mod linear_classifier;
mod loss_functions;
mod model_order;
mod separable;

use crate::experiment::{Entry, Topic};

pub use hyper_parameters::HyperParameters;
pub use linear_classifier::LinearClassifier;
pub use loss_functions::Losses;
pub use model_order::ModelOrder;
pub use separable::Separable;

/// The experiments.
pub static TOPIC: Topic = Topic {
    title: "Losses and models",
    experiments: &[
        Entry::of::<Losses>(),
        Entry::of::<Separable>(),
        Entry::of::<LinearClassifier>(),
        Entry::of::<ModelOrder>(),
        Entry::of::<HyperParameters>(), //
    ],
};
