//! Forward and reverse sweeps over a recorded graph.

use super::graph::Graph;
use super::node::Source;
use crate::number::Scalar;

/// The operations with which a sweep combines the partials into derivatives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OperationCount {
    /// Multiplications by a partial: one for each operand that depends on an input.
    pub multiplications: usize,
    /// Additions of contributions that meet at a node.
    pub additions: usize,
}

impl OperationCount {
    /// Multiplications plus additions.
    pub fn total(self) -> usize {
        self.multiplications + self.additions
    }
}

/// The result of one sweep: a derivative at every node, and its cost.
///
/// `derivatives` and `reached` have one entry per node, in the order of [`Graph::nodes`].
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// In a forward sweep the tangent of each node, in a reverse sweep its adjoint; 0 if the sweep
    /// does not reach the node.
    pub derivatives: Vec<f64>,
    /// In a forward sweep, whether a path leads from the input to the node; in a reverse sweep,
    /// from the node to the output.
    pub reached: Vec<bool>,
    /// The operations of this sweep.
    pub operations: OperationCount,
}

impl Graph {
    /// The forward sweep of one input: the derivative of every node with respect to it.
    ///
    /// Forward mode does not know which nodes the input reaches: a multiplication by a zero tangent
    /// is counted like any other. It contributes nothing, even where the partial is infinite, and
    /// neither does a zero partial.
    ///
    /// # Panics
    /// If the graph has no input of this number.
    #[track_caller]
    pub fn forward(&self, input: usize) -> Sweep {
        let inputs = self.inputs().len();
        assert!(input < inputs, "forward: there is no input {input}, the graph has {inputs}");
        let mut derivatives: Vec<f64> = Vec::with_capacity(self.nodes().len());
        let mut reached: Vec<bool> = Vec::with_capacity(self.nodes().len());
        let mut operations = OperationCount::default();
        for (i, node) in self.nodes().iter().enumerate() {
            let (mut tangent, mut path) = (if i == input { 1.0 } else { 0.0 }, i == input);
            for (before, (operand, partial)) in node.active_operands().enumerate() {
                if reached[operand.index()] {
                    tangent += partial.chain(derivatives[operand.index()]);
                    path = true;
                }
                operations.multiplications += 1;
                operations.additions += usize::from(before > 0);
            }
            derivatives.push(tangent);
            reached.push(path);
        }
        Sweep { derivatives, reached, operations }
    }

    /// The derivative of the output with respect to one input, computed by a forward sweep.
    ///
    /// # Panics
    /// If the graph has no input of this number.
    #[track_caller]
    pub fn forward_derivative(&self, input: usize) -> f64 {
        match self.output() {
            Source::Node(output) => self.forward(input).derivatives[output.index()],
            Source::Constant(_) => 0.0,
        }
    }

    /// The reverse sweep: the derivative of the output with respect to every node.
    ///
    /// A zero adjoint contributes nothing, even where the partial is infinite, and neither does a zero
    /// partial.
    pub fn reverse(&self) -> Sweep {
        let mut derivatives = vec![0.0; self.nodes().len()];
        let mut reached = vec![false; self.nodes().len()];
        let mut operations = OperationCount::default();
        if let Source::Node(output) = self.output() {
            (derivatives[output.index()], reached[output.index()]) = (1.0, true);
        }
        for node in self.operations().iter().rev() {
            let i = node.id.index();
            if !reached[i] {
                continue;
            }
            for (operand, partial) in node.active_operands() {
                derivatives[operand.index()] += partial.chain(derivatives[i]);
                operations.multiplications += 1;
                let met = std::mem::replace(&mut reached[operand.index()], true);
                operations.additions += usize::from(met);
            }
        }
        Sweep { derivatives, reached, operations }
    }
}
