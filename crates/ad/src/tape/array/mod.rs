//! Array reverse mode: the [`ArrayTape`], its tensors and their operations, its sweep, and observers.

mod adjoints;
mod gradient;
mod inference;
mod inputs;
mod methods;
mod nodes;
mod non_finite;
mod observer;
mod record;
mod shared;
mod sweep;
mod tape;
mod tensor;
mod value_range;

pub use gradient::ArrayGradient;
pub use non_finite::{NonFinite, Phase};
pub use observer::TapeObserver;
pub use tape::ArrayTape;
pub use tensor::Tensor;
pub use value_range::ValueRange;
