//! Nodes of a graph and the operands that connect them.

use crate::node_id::NodeId;
use std::panic::Location;

/// The origin of an operand, or of the output of a graph.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// The value of a node.
    Node(NodeId),
    /// A number that depends on no input.
    Constant(f64),
}

/// An operation of a recorded function, or one of its inputs.
#[derive(Clone, Debug)]
pub struct Node {
    /// The position of the node among [`Graph::nodes`](super::Graph::nodes).
    pub id: NodeId,
    /// The input's name, or `v` followed by the position (`v_` if the name of an input begins with
    /// `v`).
    pub name: String,
    /// The operator's name; `input` for inputs.
    pub operator: &'static str,
    /// The operation in terms of the names of its operands, such as `x^3`; the name of an input.
    pub formula: String,
    /// The value at the recorded point.
    pub value: f64,
    /// The operands, each with the partial derivative of this node with respect to it; empty for an
    /// input.
    pub operands: Vec<(Source, f64)>,
    /// The line of code that executed the operation; for an input, the line that recorded the
    /// graph.
    pub site: &'static Location<'static>,
}

impl Node {
    /// Whether this is an input of the function, not an operation.
    pub fn is_input(&self) -> bool {
        self.operands.is_empty()
    }

    /// The operands that depend on an input, each with the partial derivative of this node with
    /// respect to it.
    pub fn active_operands(&self) -> impl Iterator<Item = (NodeId, f64)> {
        self.operands.iter().filter_map(|&(source, partial)| match source {
            Source::Node(operand) => Some((operand, partial)),
            Source::Constant(_) => None,
        })
    }
}
