//! Which nodes the outputs depend on: the difference between a zero derivative and no derivative.

use smallvec::SmallVec;
use std::cell::OnceCell;

/// The nodes with a path to one of the `roots`, worked out when first asked for.
#[derive(Debug)]
pub(super) struct Reach {
    roots: SmallVec<[u32; 2]>,
    reached: OnceCell<Vec<bool>>,
}

impl Reach {
    pub(super) fn new(roots: SmallVec<[u32; 2]>) -> Self {
        Self { roots, reached: OnceCell::new() }
    }

    /// Whether a path leads from `node` to a root; `parents` gives the parents of a node.
    pub(super) fn contains<P: Iterator<Item = usize>>(
        &self,
        node: usize,
        parents: impl Fn(usize) -> P,
    ) -> bool {
        let reached = self.reached.get_or_init(|| {
            let last = self.roots.iter().max().map_or(0, |&last| last as usize + 1);
            let mut reached = vec![false; last];
            for &root in &self.roots {
                reached[root as usize] = true;
            }
            for node in (0..last).rev() {
                if reached[node] {
                    parents(node).for_each(|parent| reached[parent] = true);
                }
            }
            reached
        });
        reached.get(node).copied().unwrap_or(false)
    }
}
