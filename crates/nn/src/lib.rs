//! Networks: parameters, initialisers, layers and losses.
//!
//! Layers are light descriptors; the numbers live in [`Params`], one flat buffer with named views, so that optimizers,
//! checkpoints and reductions see one slice. A [`Layout`] says which numbers there are, an [`Init`] how they start, a
//! [`Module`] what is computed with them, a [`Loss`] what is to be made small.
//!
//! ```
//! use wengert_ad::{ArrayTape, Elementary, Tensor};
//! use wengert_nn::{Bound, Init::He, Linear, Model, Module};
//!
//! struct Net { hidden: Linear, out: Linear }
//!
//! impl Module for Net {
//!     fn forward<'t>(&self, p: &Bound<'t>, x: Tensor<'t>) -> Tensor<'t> {
//!         self.out.forward(p, self.hidden.forward(p, x).relu())
//!     }
//! }
//!
//! let model = Model::new(|layout| Net {
//!     hidden: Linear::new(layout, "hidden", 2, 16, He),
//!     out: Linear::new(layout, "out", 16, 3, He),
//! });
//! let params = model.layout().initialise::<f32>(7);
//! assert_eq!(params.len(), 2 * 16 + 16 + 16 * 3 + 3);
//!
//! let tape = ArrayTape::new();
//! let x = tape.constant(&ndarray::array![[0.5, -1.0]]);
//! let y = model.module().forward(&params.bind(&tape), x);
//! assert_eq!(y.shape().as_slice(), [1, 3]);
//! ```

mod init;
mod layers;
mod layout;
mod loss;
mod mlp;
mod model;
mod params;

pub use init::Init;
pub use layers::{Activation, Linear, Sequential};
pub use layout::{Layout, Parameter, Slot};
pub use loss::{CrossEntropy, HalfSquared, Loss, MeanSquared, SumSquared, TargetKind, Targets};
pub use mlp::{Mlp, MlpModule};
pub use model::{Architecture, Model, Module};
pub use params::{Bound, Params};
