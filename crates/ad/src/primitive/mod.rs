//! Whole-array rules: a primitive has a shape, a primal and a vector-Jacobian product.
//!
//! Forward mode needs no code here: it is the primal on arrays of [`Dual`](crate::Dual) numbers.
//! Arrays are slices in row-major order with a shape; primitives do not depend on tapes.
//!
//! To add a primitive, add a file, its rows in the list below, and a method of
//! [`Tensor`](crate::Tensor). The tests walk the list, so that every primitive in it is tested.

mod adjoint;
mod adjugate;
mod affine;
mod axis;
mod cholesky;
mod combine;
#[cfg(not(test))]
#[cfg(not(target_family = "wasm"))]
mod compiled;
mod cut;
mod definition;
mod determinant;
mod elementwise;
mod exponentials;
mod extremum;
mod index;
mod linalg;
mod loss;
mod norm;
mod normalise;
mod pointwise;
mod pullback_start;
mod reduce;
mod scan;
mod shape;
mod softmax;
mod solve;
mod square;
mod strided;
mod view;

pub use adjoint::Adjoint;
pub(crate) use adjoint::is_zero;
pub use axis::Axis;
pub use definition::{Primitive, Requirement};
pub use extremum::Side;
pub use pointwise::Pointwise;
pub use pullback_start::PullbackStart;
pub use view::{Recorded, Shape, View};

use crate::element::Element;
use crate::rules::{Hypot, Sin};
use wengert_kernels::Triangle;

/// A callback for every primitive in the list.
pub trait PrimitiveVisitor<T: Element> {
    /// Called once per primitive, with the name of its type, a sample of it, and the shapes of
    /// operands that it accepts.
    fn visit<P: Primitive<T> + Clone>(&mut self, type_name: &'static str, sample: P, operands: &[&[usize]]);
}

/// Exports the primitives and generates the walk over them. A row reads
/// `Type = sample, on [extents], ...;` with the shape of each operand of the sample.
macro_rules! primitives {
    ($( $module:ident { $( $Primitive:ident = $sample:expr, on $( [$($extent:literal),*] ),+; )+ } )*) => {
        $( pub use $module::{$($Primitive),+}; )*

        /// Calls `visitor` with a sample of every primitive.
        ///
        /// Square operands, with equal extents along the last two axes, should be well-conditioned
        /// matrices with a positive definite symmetric part.
        pub fn each_primitive<T: Element>(visitor: &mut impl PrimitiveVisitor<T>) {
            $($( visitor.visit(stringify!($Primitive), $sample, &[$( &[$($extent),*] ),+]); )+)*
        }
    };
}

primitives! {
    affine {
        Affine = Affine::default(), on [3, 4], [4, 2], [2];
        AffineMap = AffineMap::sample(), on [3, 4], [4, 2], [2];
    }
    cholesky {
        Cholesky = Cholesky::default(), on [2, 3, 3];
    }
    combine {
        LinearCombination = LinearCombination([0.5, -2.0, 1.5].as_slice().into()), on [2, 3], [2, 3], [2, 3];
        Select = Select { mask: vec![true, false, true] }, on [3], [3];
    }
    cut {
        Concatenate = Concatenate(1), on [2, 3], [2, 1];
        Pad = Pad { axis: 0, before: 1, after: 2 }, on [2, 3];
        Slice = Slice { axis: 1, range: 1..3 }, on [2, 4];
        Stack = Stack(1), on [2, 3], [2, 3];
    }
    determinant {
        Determinant = Determinant::default(), on [2, 3, 3];
        LogDeterminant = LogDeterminant::default(), on [2, 3, 3];
    }
    elementwise {
        Map = Map(Sin), on [2, 3];
        Zip = Zip(Hypot), on [2, 3], [2, 3];
    }
    extremum {
        Extremum = Extremum::new(Side::Largest, Some(1)), on [2, 4];
    }
    index {
        Gather = Gather { axis: 0, indices: vec![2, 0, 2] }, on [3, 2];
        ScatterAdd = ScatterAdd { axis: 0, indices: vec![2, 0, 2], extent: 4 }, on [3, 2];
    }
    linalg {
        Dot = Dot, on [2, 3], [2, 3];
        MatMul = MatMul, on [2, 3, 4], [2, 4, 2];
        Outer = Outer, on [3], [2];
    }
    loss {
        BinaryCrossEntropy = BinaryCrossEntropy { positive_weight: 3.0 }, on [2, 3], [2, 3];
        ClassCrossEntropy = ClassCrossEntropy::with_labels(&[2, 0]), on [2, 3];
        SoftmaxCrossEntropy = SoftmaxCrossEntropy::default(), on [2, 3], [2, 3];
    }
    norm {
        Norm = Norm(Some(1)), on [2, 3];
    }
    normalise {
        Normalise = Normalise::default(), on [4, 2];
    }
    pointwise {
        Fused = Fused(pointwise::Sample), on [3, 7], [3, 7];
        WindowSum = WindowSum(pointwise::Sample), on [11];
    }
    reduce {
        Mean = Mean(Some(0)), on [2, 3];
        Product = Product::default(), on [2, 3];
        Sum = Sum(Some(1)), on [2, 3];
        Variance = Variance::default(), on [2, 3];
    }
    scan {
        CumulativeSum = CumulativeSum(0), on [3, 2];
    }
    shape {
        Broadcast = Broadcast([4, 2, 3].into_iter().collect()), on [2, 1];
        Diagonal = Diagonal, on [2, 3, 3];
        Permute = Permute([2, 0, 1].into_iter().collect()), on [2, 3, 4];
        Reshape = Reshape([3, 2].into_iter().collect()), on [2, 3];
        Transpose = Transpose, on [2, 3];
    }
    softmax {
        LogSoftmax = LogSoftmax::default(), on [3, 2];
        LogSumExp = LogSumExp::default(), on [3, 2];
        Softmax = Softmax::default(), on [3, 2];
    }
    solve {
        Inverse = Inverse::default(), on [2, 3, 3];
        Solve = Solve::default(), on [2, 3, 3], [2, 3, 2];
        SolveTriangular = SolveTriangular::new(Triangle::Lower), on [2, 3, 3], [2, 3, 2];
    }
    square {
        DiagonalMatrix = DiagonalMatrix, on [2, 3];
        TriangularPart = TriangularPart(Triangle::Upper), on [2, 3, 4];
    }
}
