//! The variables of a scalar tape.

use super::tape::Tape;
use super::var::Var;
use crate::node_id::NodeId;
use crate::number::Scalar;

impl<T: Scalar> Tape<T> {
    /// A new independent variable.
    #[inline]
    pub fn var(&self, value: T) -> Var<'_, T> {
        match self.skip(1) {
            Some(node) => Var::on_tape(self, value, node),
            None => self.push_var(value, [NodeId::NONE; 2], [T::constant(0.0); 2]),
        }
    }

    /// New independent variables, one per value.
    ///
    /// ```
    /// let tape = wengert_ad::Tape::new();
    /// let x = tape.vars(&[2.0, 3.0]);
    /// assert_eq!((x[0] * x[1]).gradient().wrt(x[0]), 3.0);
    /// ```
    pub fn vars(&self, values: &[T]) -> Vec<Var<'_, T>> {
        let mut variables = Vec::with_capacity(values.len());
        self.add_vars(values, &mut variables);
        variables
    }

    /// New independent variables, with respect to which alone a derivative is asked for.
    ///
    /// Of what is computed from them, only operations that depend on two nodes become nodes: a rule of one
    /// operand, an operation with a constant, and a product or quotient of two functions of one node multiply
    /// the partial that the handle carries. The tape is shorter, often by half, and the sweep faster. The
    /// derivative with respect to an intermediate value that is not a node is lost; asking for it panics. The
    /// functional transforms, such as [`grad`](crate::grad), use these variables.
    ///
    /// ```
    /// use wengert_ad::{Elementary, Tape};
    ///
    /// let tape = Tape::new();
    /// let x = tape.inputs(&[2.0, 3.0]);
    /// let y = x[0].powi(3) * (x[0] + x[1] * 3.0);
    /// assert_eq!(tape.len(), 2 + 2); // The sum and the product.
    /// assert_eq!((y.gradient().wrt(x[0]), y.gradient().wrt(x[1])), (140.0, 24.0));
    /// ```
    pub fn inputs(&self, values: &[T]) -> Vec<Var<'_, T>> {
        let mut variables = self.vars(values);
        variables.iter_mut().for_each(|x| *x = x.fusing());
        variables
    }

    /// A new variable of the kind that [`inputs`](Self::inputs) makes.
    #[inline]
    pub fn input(&self, value: T) -> Var<'_, T> {
        self.var(value).fusing()
    }

    /// Same as [`inputs`](Self::inputs), in the memory of a list that was [taken back](Self::take_back).
    // Inlined: a list that is returned is written in words and read back in pairs of them, which
    // stalls the processor.
    #[inline(always)]
    pub(super) fn inputs_in_spare(&self, values: &[T]) -> Vec<Var<'_, T>> {
        let mut variables = self.handles.lend();
        self.add_vars(values, &mut variables);
        variables.iter_mut().for_each(|x| *x = x.fusing());
        variables
    }

    /// Keeps the memory of a list of variables.
    pub(super) fn take_back(&self, variables: Vec<Var<'_, T>>) {
        self.handles.take_back(variables);
    }

    fn add_vars<'t>(&'t self, values: &[T], variables: &mut Vec<Var<'t, T>>) {
        let Some(first) = self.skip(values.len()) else {
            return variables.extend(values.iter().map(|&value| self.var(value)));
        };
        let nodes = (first.as_u32()..).map(NodeId::from_u32);
        variables.extend(values.iter().zip(nodes).map(|(&value, node)| Var::on_tape(self, value, node)));
    }
}
