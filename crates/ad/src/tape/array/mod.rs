//! Array reverse mode: the [`ArrayTape`], its tensors and their operations, its sweep and its observers.

mod adjoints;
mod gradient;
mod inference;
mod inputs;
mod methods;
mod nodes;
mod non_finite;
mod observer;
mod record;
mod sweep;
mod tape;
mod tensor;

pub use gradient::ArrayGradient;
pub use non_finite::{Extent, NonFinite, Phase};
pub use observer::Observer;
pub use tape::ArrayTape;
pub use tensor::Tensor;
