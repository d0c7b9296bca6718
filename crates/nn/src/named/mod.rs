//! Activations, initialisers and losses by name, for command lines, configuration files and saved models.

mod activations;
mod initialisers;
mod losses;

pub use activations::ActivationChoice;
pub use initialisers::InitChoice;
pub use losses::LossChoice;
