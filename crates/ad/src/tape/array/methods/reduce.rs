//! Reductions, cumulative sums and normalisation of tensors.
//!
//! A reduction along an axis removes the axis; without an axis, it reduces all elements to a scalar
//! of shape `()`.

use crate::element::Element;
use crate::primitive::{
    Axis, CumulativeSum, Extremum, LogSoftmax, LogSumExp, Mean, Norm, Normalise, Product, Shape, Side,
    Softmax, Sum, Variance,
};
use crate::rules::Elementary;
use crate::tape::array::tensor::Tensor;
use ndarray::{ArrayD, IxDyn};

/// Sums and means.
impl<T: Element> Tensor<'_, T> {
    /// Sum of all elements.
    #[track_caller]
    pub fn sum(self) -> Self {
        self.apply(&[], Sum(None))
    }

    /// Sums along `axis`.
    #[track_caller]
    pub fn sum_axis(self, axis: usize) -> Self {
        self.apply(&[], Sum(Some(axis)))
    }

    /// Mean of all elements.
    #[track_caller]
    pub fn mean(self) -> Self {
        self.apply(&[], Mean(None))
    }

    /// Means along `axis`.
    #[track_caller]
    pub fn mean_axis(self, axis: usize) -> Self {
        self.apply(&[], Mean(Some(axis)))
    }

    /// Population variance of all elements: the mean of the squared deviations from the mean.
    #[track_caller]
    pub fn variance(self) -> Self {
        self.apply_with(&[], Variance::default, |variance| variance.axis = None)
    }

    /// Population variances along `axis`.
    #[track_caller]
    pub fn variance_axis(self, axis: usize) -> Self {
        self.apply_with(&[], Variance::default, |variance| variance.axis = Some(axis))
    }

    /// Mean 0 and population variance 1 along `axis`: `(x - mean) / sqrt(variance + epsilon)`; the
    /// same shape.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::ArrayTape;
    ///
    /// let tape = ArrayTape::<f64>::new();
    /// let x = tape.constant(&array![[1.0, 5.0], [3.0, 9.0]]);
    /// assert_eq!(x.normalise(0, 0.0).value(), array![[-1.0, -1.0], [1.0, 1.0]].into_dyn());
    /// ```
    #[track_caller]
    pub fn normalise(self, axis: usize, epsilon: f64) -> Self {
        self.apply_with(&[], Normalise::default, |normalise| {
            (normalise.axis, normalise.epsilon) = (axis, epsilon);
        })
    }

    /// Product of all elements. Its derivative is right if some are zero, too.
    #[track_caller]
    pub fn product(self) -> Self {
        self.apply_with(&[], Product::default, |product| product.axis = None)
    }

    /// Products along `axis`.
    #[track_caller]
    pub fn product_axis(self, axis: usize) -> Self {
        self.apply_with(&[], Product::default, |product| product.axis = Some(axis))
    }

    /// Cumulative sums along `axis`; the same shape.
    #[track_caller]
    pub fn cumulative_sum(self, axis: usize) -> Self {
        self.apply(&[], CumulativeSum(axis))
    }
}

/// Norms.
impl<T: Element> Tensor<'_, T> {
    /// Euclidean norm `sqrt(sum x^2)` of all elements: the Frobenius norm of a matrix. Its
    /// derivative at 0 is 0.
    #[track_caller]
    pub fn norm(self) -> Self {
        self.apply(&[], Norm(None))
    }

    /// Euclidean norms along `axis`. The derivative at 0 is 0.
    #[track_caller]
    pub fn norm_axis(self, axis: usize) -> Self {
        self.apply(&[], Norm(Some(axis)))
    }

    /// `sum |x|` over all elements. The derivative with respect to an element that is 0 is 0.
    #[track_caller]
    pub fn norm_l1(self) -> Self {
        self.abs().sum()
    }

    /// `max |x|` over all elements. The cotangent goes to the first of the largest, and the
    /// derivative at 0 is 0.
    #[track_caller]
    pub fn norm_max(self) -> Self {
        self.abs().largest()
    }
}

/// Extrema and their positions.
impl<T: Element> Tensor<'_, T> {
    /// Largest element. The cotangent goes to the first of the largest.
    #[track_caller]
    pub fn largest(self) -> Self {
        self.extremum(Side::Largest, None)
    }

    /// Largest elements along `axis`. The cotangent goes to the first of the largest.
    #[track_caller]
    pub fn largest_axis(self, axis: usize) -> Self {
        self.extremum(Side::Largest, Some(axis))
    }

    /// Smallest element. The cotangent goes to the first of the smallest.
    #[track_caller]
    pub fn smallest(self) -> Self {
        self.extremum(Side::Smallest, None)
    }

    /// Smallest elements along `axis`. The cotangent goes to the first of the smallest.
    #[track_caller]
    pub fn smallest_axis(self, axis: usize) -> Self {
        self.extremum(Side::Smallest, Some(axis))
    }

    #[track_caller]
    fn extremum(self, side: Side, axis: Axis) -> Self {
        self.apply_with(&[], || Extremum::new(side, axis), |extremum| extremum.set(side, axis))
    }

    /// The positions along `axis` of the first of the largest elements, as plain numbers without derivatives.
    ///
    /// ```
    /// use ndarray::array;
    /// use wengert_ad::ArrayTape;
    ///
    /// let tape = ArrayTape::<f64>::new();
    /// let x = tape.constant(&array![[1.0, 5.0, 2.0], [7.0, 0.0, 7.0]]);
    /// assert_eq!(x.argmax_axis(1), array![1, 0].into_dyn());
    /// assert_eq!(x.argmin_axis(0), array![0, 1, 0].into_dyn());
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or its extent is 0.
    #[track_caller]
    pub fn argmax_axis(self, axis: usize) -> ArrayD<usize> {
        self.positions(Side::Largest, axis)
    }

    /// The positions along `axis` of the first of the smallest elements, as plain numbers without
    /// derivatives.
    ///
    /// # Panics
    /// If there is no such axis, or its extent is 0.
    #[track_caller]
    pub fn argmin_axis(self, axis: usize) -> ArrayD<usize> {
        self.positions(Side::Smallest, axis)
    }

    #[track_caller]
    fn positions(self, side: Side, axis: usize) -> ArrayD<usize> {
        let operator = if side == Side::Largest { "argmax_axis" } else { "argmin_axis" };
        let mut shape: Shape = self.shape();
        let fits = shape.get(axis).is_some_and(|&extent| extent > 0);
        assert!(fits, "{operator}: shape {shape:?} has no elements along axis {axis}");
        let list = self.tape.list.borrow();
        let positions = Extremum::new(side, Some(axis)).positions(list.view(self.node));
        shape.remove(axis);
        ArrayD::from_shape_vec(IxDyn(&shape), positions).expect("one position per fibre")
    }
}

/// Log-sum-exp and softmax, finite for all finite elements.
impl<T: Element> Tensor<'_, T> {
    /// `ln sum e^x` over all elements.
    #[track_caller]
    pub fn log_sum_exp(self) -> Self {
        self.apply_with(&[], LogSumExp::default, |primitive| primitive.axis = None)
    }

    /// `ln sum e^x` along `axis`.
    #[track_caller]
    pub fn log_sum_exp_axis(self, axis: usize) -> Self {
        self.apply_with(&[], LogSumExp::default, |primitive| primitive.axis = Some(axis))
    }

    /// `e^x / sum e^x` along `axis`; the same shape.
    #[track_caller]
    pub fn softmax(self, axis: usize) -> Self {
        self.apply_with(&[], Softmax::default, |softmax| softmax.axis = axis)
    }

    /// `x - ln sum e^x` along `axis`; the same shape.
    #[track_caller]
    pub fn log_softmax(self, axis: usize) -> Self {
        self.apply_with(&[], LogSoftmax::default, |log_softmax| log_softmax.axis = axis)
    }
}
