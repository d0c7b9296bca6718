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

    /// Same as [`vars`](Self::vars), in the memory of a list that was [taken back](Self::take_back).
    // Inlined: a list that is returned is written in words and read back in pairs of them, which
    // stalls the processor.
    #[inline(always)]
    pub(super) fn vars_in_spare(&self, values: &[T]) -> Vec<Var<'_, T>> {
        let mut variables = self.handles.lend();
        self.add_vars(values, &mut variables);
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
