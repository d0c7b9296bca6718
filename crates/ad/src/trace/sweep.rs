//! Both sweeps over a recorded graph.

use super::graph::{Graph, Source};

/// How many operations a sweep takes to turn the partials into derivatives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// Multiplications by a partial: one for each operand that depends on an input.
    pub multiplications: usize,
    /// Additions of contributions that meet at a node.
    pub additions: usize,
}

impl Operations {
    /// Both kinds together.
    pub fn total(self) -> usize {
        self.multiplications + self.additions
    }
}

/// One sweep: a derivative at every node, and its cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// Forward, the tangent of each node; in reverse, its adjoint.
    pub derivatives: Vec<f64>,
    /// Forward, whether a path leads from the input to the node; in reverse, from the node to the output.
    pub reached: Vec<bool>,
    /// What the sweep took.
    pub operations: Operations,
}

impl Graph {
    /// The forward sweep of one input: the derivative of every node by it.
    ///
    /// Forward mode does not know which nodes its input reaches: a multiplication by their zero tangents counts as any
    /// other. It contributes nothing, even where the partial is infinite.
    ///
    /// # Panics
    /// If there is no such input.
    #[track_caller]
    pub fn forward(&self, input: usize) -> Sweep {
        assert!(input < self.inputs, "forward: input {input} of {}", self.inputs);
        let mut derivatives: Vec<f64> = Vec::with_capacity(self.nodes.len());
        let mut reached: Vec<bool> = Vec::with_capacity(self.nodes.len());
        let mut operations = Operations::default();
        for (i, node) in self.nodes.iter().enumerate() {
            let (mut tangent, mut path) = (if i == input { 1.0 } else { 0.0 }, i == input);
            for (met, (source, partial)) in node.active_operands().enumerate() {
                if reached[source] {
                    tangent += partial * derivatives[source];
                    path = true;
                }
                operations.multiplications += 1;
                operations.additions += usize::from(met > 0);
            }
            derivatives.push(tangent);
            reached.push(path);
        }
        Sweep { derivatives, reached, operations }
    }

    /// The derivative of the output by one input, as its forward sweep finds it.
    ///
    /// # Panics
    /// If there is no such input.
    #[track_caller]
    pub fn forward_derivative(&self, input: usize) -> f64 {
        match self.output {
            Source::Node(node) => self.forward(input).derivatives[node],
            Source::Constant(_) => 0.0,
        }
    }

    /// The reverse sweep: the derivative of the output by every node.
    ///
    /// A zero adjoint contributes nothing, even where the partial is infinite.
    pub fn reverse(&self) -> Sweep {
        let mut derivatives = vec![0.0; self.nodes.len()];
        let mut reached = vec![false; self.nodes.len()];
        let mut operations = Operations::default();
        if let Source::Node(output) = self.output {
            (derivatives[output], reached[output]) = (1.0, true);
        }
        for (i, node) in self.nodes.iter().enumerate().rev().filter(|&(i, _)| i >= self.inputs) {
            if !reached[i] {
                continue;
            }
            for (source, partial) in node.active_operands() {
                if derivatives[i] != 0.0 {
                    derivatives[source] += partial * derivatives[i];
                }
                operations.multiplications += 1;
                operations.additions += usize::from(std::mem::replace(&mut reached[source], true));
            }
        }
        Sweep { derivatives, reached, operations }
    }
}
