//! Parameter groups: ranges of the parameters with settings of their own.

use std::iter::once;
use std::ops::Range;

use wengert_kernels::validate::assert_non_negative;

/// A range of the flat parameters that has its own learning rate or weight decay, or is frozen.
///
/// Parameters in no group follow the settings of the optimizer.
///
/// ```
/// use wengert_optim::{Group, Optimizer, Sgd};
///
/// let mut w = [1.0_f64; 4];
/// let groups = [Group::frozen(0..2), Group::new(3..4).rate_factor(0.1)];
/// Sgd::new(0.5).step_groups(&mut w, &[1.0; 4], &groups);
/// assert_eq!(w, [1.0, 1.0, 0.5, 0.95]);
/// ```
///
/// PyTorch's `param_groups` have a rate for each group. Here it is a factor of the rate of the optimizer,
/// so that a schedule acts on all groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    range: Range<usize>,
    frozen: bool,
    rate_factor: f64,
    weight_decay: Option<f64>,
}

impl Group {
    /// The parameters of `range`, with the settings of the optimizer.
    ///
    /// # Panics
    /// If the range ends before it starts.
    #[must_use]
    #[track_caller]
    pub fn new(range: Range<usize>) -> Self {
        assert!(range.start <= range.end, "Group: the range {range:?} ends before it starts");
        Self { range, frozen: false, rate_factor: 1.0, weight_decay: None }
    }

    /// Frozen parameters, which do not change, and neither do their buffers: they are moved neither by
    /// momentum nor by weight decay.
    ///
    /// # Panics
    /// If the range ends before it starts.
    #[must_use]
    #[track_caller]
    pub fn frozen(range: Range<usize>) -> Self {
        Self { frozen: true, ..Self::new(range) }
    }

    /// Multiplies the learning rate of the optimizer by `factor`.
    ///
    /// # Panics
    /// If the factor is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn rate_factor(mut self, factor: f64) -> Self {
        assert_non_negative("Group: rate factor", factor);
        self.rate_factor = factor;
        self
    }

    /// Replaces the `lambda` of the optimizer's weight decay. Its kind, L2 or decoupled, stays the same.
    ///
    /// # Panics
    /// If `lambda` is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn weight_decay(mut self, lambda: f64) -> Self {
        assert_non_negative("Group: weight decay", lambda);
        self.weight_decay = Some(lambda);
        self
    }

    /// The range of the parameters in the group.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// The factor of the optimizer's learning rate; `None` if the group is frozen.
    #[must_use]
    pub fn learning_rate_factor(&self) -> Option<f64> {
        (!self.frozen).then_some(self.rate_factor)
    }

    /// The `lambda` of the group's weight decay, if it has one of its own.
    #[must_use]
    pub fn own_weight_decay(&self) -> Option<f64> {
        self.weight_decay
    }

    /// The settings of both groups at once, on `range`: factors multiply, and the weight decay of `other`
    /// has precedence.
    fn combined(&self, other: &Self, range: Range<usize>) -> Self {
        Self {
            range,
            frozen: self.frozen || other.frozen,
            rate_factor: self.rate_factor * other.rate_factor,
            weight_decay: other.weight_decay.or(self.weight_decay),
        }
    }
}

/// Panics if groups overlap, are not in order, or go beyond the parameters.
#[track_caller]
pub(crate) fn assert_groups(groups: &[Group], length: usize) {
    let mut end = 0;
    for group in groups {
        let range = &group.range;
        assert!(
            end <= range.start,
            "Group: {range:?} begins before the previous group ends at {end}; list disjoint groups in order"
        );
        assert!(range.end <= length, "Group: {range:?} goes beyond the {length} parameters");
        end = range.end;
    }
}

/// All of `0..length` in order, divided where groups begin and end; each piece is a group.
pub(crate) fn pieces(groups: &[Group], length: usize) -> impl Iterator<Item = Group> {
    let mut at = 0;
    groups
        .iter()
        .cloned()
        .chain(once(Group::new(length..length)))
        .flat_map(move |group| {
            let gap = Group::new(at..group.range.start);
            at = group.range.end;
            [gap, group]
        })
        .filter(|piece| !piece.range.is_empty())
}

/// Writes groups that act like `inner` and `outer` at once into `combined`.
pub(crate) fn combine(inner: &[Group], outer: &[Group], length: usize, combined: &mut Vec<Group>) {
    combined.clear();
    let (mut left, mut right) = (pieces(inner, length).peekable(), pieces(outer, length).peekable());
    let mut at = 0;
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let end = a.range.end.min(b.range.end);
        combined.push(a.combined(b, at..end));
        at = end;
        left.next_if(|a| a.range.end == end);
        right.next_if(|b| b.range.end == end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_everything_once() {
        let groups = [Group::frozen(2..3), Group::new(3..5), Group::new(5..5)];
        let ranges: Vec<_> = pieces(&groups, 7).map(|piece| piece.range).collect();
        assert_eq!(ranges, [0..2, 2..3, 3..5, 5..7]);
        assert_eq!(pieces(&[], 0).count(), 0);
    }

    #[test]
    fn where_groups_overlap_both_act() {
        let inner = [Group::new(0..4).rate_factor(0.5).weight_decay(0.1)];
        let outer = [Group::frozen(1..2), Group::new(3..5).rate_factor(0.5).weight_decay(0.0)];
        let mut combined = Vec::new();
        combine(&inner, &outer, 6, &mut combined);
        let half = |range| Group::new(range).rate_factor(0.5).weight_decay(0.1);
        assert_eq!(
            combined,
            [
                half(0..1),
                Group { frozen: true, ..half(1..2) },
                half(2..3),
                Group::new(3..4).rate_factor(0.25).weight_decay(0.0),
                Group::new(4..5).rate_factor(0.5).weight_decay(0.0),
                Group::new(5..6),
            ]
        );
    }
}
