//! The Wengert differentiation engine: every derivative rule stands in one table, and every mode reads
//! that table.
//!
//! | module | what lives there |
//! |---|---|
//! | [`NodeId`] | the identifier of a node on a tape or in a graph |
//! | [`number`] | what a rule can be applied to: [`Operand`], [`Scalar`], [`Number`], [`Float`] |
//! | [`element`] | what arrays hold: [`Element`], [`Real`] |
//! | [`rules`] | the elementwise rules: a primal and a partial each, nothing else |
//! | [`modes`] | numbers that carry derivatives: [`Dual`], [`Directions`], [`Jet`]; several numbers side by side: [`Lanes`] |
//! | [`primitive`] | whole-array rules: a shape, a primal and a vector-Jacobian product each |
//! | [`tape`] | reverse mode: the scalar [`Tape`] and the [`ArrayTape`] |
//! | [`function`] | functions as values that run in every mode |
//! | [`transform`] | derivatives of functions: [`grad`], [`jacobian`], [`hessian`], [`derivatives`], [`checkpoint`] |
//! | [`trace`] | the computational graph as tables, equations and pictures, and what each mode costs |
//! | [`check`] | comparison of derivatives with each other and with differences; the origin of wrong and lost ones |
//!
//! A module uses only modules above it in this list. The hot loops are in [`kernels`], a crate of its own
//! that knows of no derivatives.
//!
//! ```
//! use wengert_ad::{Elementary, Number, hvp, jvp, value_and_grad};
//!
//! // A function written once runs in every mode.
//! fn f<T: Number>(v: &[T]) -> T {
//!     let (x, y) = (v[0], v[1]);
//!     x.powi(3) * (x + y * 3.0)
//! }
//! assert_eq!(value_and_grad(|v| f(v), &[2.0, 3.0]), (88.0, vec![140.0, 24.0]));
//! assert_eq!(jvp(|v| f(v), &[2.0, 3.0], &[1.0, 0.0]), (88.0, 140.0));
//! assert_eq!(hvp(|v| f(v), &[2.0, 3.0], &[1.0, 0.0]), [156.0, 36.0]);
//! ```

pub mod check;
pub mod element;
mod euclidean;
pub mod function;
pub mod modes;
mod node_id;
pub mod number;
pub mod primitive;
pub mod rules;
pub mod tape;
pub mod trace;
pub mod transform;

pub use check::gradcheck;
pub use element::{Element, Real};
pub use function::{ArrayFunction, Function};
pub use modes::{Directions, Dual, Jet, Lanes};
pub use node_id::NodeId;
pub use number::{Binary, Float, Number, Numeric, Operand, Scalar, Unary};
pub use rules::{Arithmetic, Elementary};
pub use tape::{ArrayGradient, ArrayTape, Gradient, Tape, Tensor, Var};
pub use transform::{
    Convergence, ConvergenceError, Sweeps, arrays, checkpoint, derivatives, derivatives_along, fixed_point,
    grad, hessian, hessian_diagonal, hessian_diagonal_estimate, hvp, implicit, jacobian, jvp,
    per_example_gradients, value_and_grad, value_and_grad_into, value_and_jacobian, vjp,
};
pub use wengert_kernels as kernels;
