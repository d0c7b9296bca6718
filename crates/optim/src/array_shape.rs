//! The arrays in the flat slice of parameters.

/// The place and the shape of an array in the flat slice of parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrayShape {
    /// The index of its first element.
    pub start: usize,
    /// The extent along each axis, row-major; a weight of a layer is `[inputs, outputs]`.
    pub shape: Vec<usize>,
}
