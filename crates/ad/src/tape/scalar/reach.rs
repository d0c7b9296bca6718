//! The nodes that the outputs depend on: what tells a derivative that is zero from one that does not exist.

use crate::node_id::NodeId;
use smallvec::SmallVec;
use std::cell::OnceCell;

/// The nodes with a path to one of the `roots`, computed on first use.
#[derive(Debug)]
pub(super) struct Reach {
    roots: SmallVec<[NodeId; 2]>,
    reached: OnceCell<Vec<bool>>,
}

impl Reach {
    pub(super) fn new(roots: SmallVec<[NodeId; 2]>) -> Self {
        Self { roots, reached: OnceCell::new() }
    }

    /// Whether a path leads from `node` to a root; `parents` lists the parents of a node.
    pub(super) fn contains<P: Iterator<Item = NodeId>>(
        &self,
        node: NodeId,
        parents: impl Fn(usize) -> P,
    ) -> bool {
        let reached = self.reached.get_or_init(|| {
            let count = self.roots.iter().max().map_or(0, |&last| last.index() + 1);
            let mut reached = vec![false; count];
            for root in &self.roots {
                reached[root.index()] = true;
            }
            for node in (0..count).rev() {
                if reached[node] {
                    parents(node).for_each(|parent| reached[parent.index()] = true);
                }
            }
            reached
        });
        reached.get(node.index()).copied().unwrap_or(false)
    }
}
