//! Groups of parameters that are treated in their own way.

use std::iter::once;
use std::ops::Range;

use wengert_kernels::validate::assert_non_negative;

/// A range of the flat parameters with its own learning rate or weight decay, or that stays where it is.
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
/// PyTorch's `param_groups` give each group a rate, where this is a factor on the rate of the optimizer, so that
/// a schedule acts on all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    range: Range<usize>,
    frozen: bool,
    rate_factor: f64,
    weight_decay: Option<f64>,
}

impl Group {
    /// The parameters of `range`, so far with the settings of the optimizer.
    ///
    /// # Panics
    /// If the range ends before it starts.
    #[must_use]
    #[track_caller]
    pub fn new(range: Range<usize>) -> Self {
        assert!(range.start <= range.end, "Group: the range {range:?} ends before it starts");
        Self { range, frozen: false, rate_factor: 1.0, weight_decay: None }
    }

    /// Parameters that stay where they are, with all that the optimizer keeps for them: neither momentum nor
    /// decay moves them.
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

    /// Replaces the `lambda` of the optimizer's weight decay, which stays of its kind, L2 or decoupled.
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

    /// The parameters of the group.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// What the group does with the learning rate of the optimizer; `None` if it is frozen.
    #[must_use]
    pub fn factor(&self) -> Option<f64> {
        (!self.frozen).then_some(self.rate_factor)
    }

    /// The weight decay of the group, if it has its own.
    #[must_use]
    pub fn decay(&self) -> Option<f64> {
        self.weight_decay
    }

    /// Both treatments at once, on `range`: factors multiply, and the weight decay of `other` goes first.
    fn under(&self, other: &Self, range: Range<usize>) -> Self {
        Self {
            range,
            frozen: self.frozen || other.frozen,
            rate_factor: self.rate_factor * other.rate_factor,
            weight_decay: other.weight_decay.or(self.weight_decay),
        }
    }
}

/// Refuses groups that overlap, are not in order, or go beyond the parameters.
#[track_caller]
pub(crate) fn expect_groups(groups: &[Group], length: usize) {
    let mut end = 0;
    for group in groups {
        let range = &group.range;
        assert!(
            end <= range.start,
            "Group: {range:?} begins before the group in front of it ends at {end}; list groups in order, disjoint"
        );
        assert!(range.end <= length, "Group: {range:?} goes beyond the {length} parameters");
        end = range.end;
    }
}

/// All of `0..length` in order, cut where groups begin and end, each piece as a group.
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

/// Groups that act like `inner` and `outer` at once.
pub(crate) fn meet(inner: &[Group], outer: &[Group], length: usize, meeting: &mut Vec<Group>) {
    meeting.clear();
    let (mut left, mut right) = (pieces(inner, length).peekable(), pieces(outer, length).peekable());
    let mut at = 0;
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let end = a.range.end.min(b.range.end);
        meeting.push(a.under(b, at..end));
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
    fn where_groups_meet_both_act() {
        let inner = [Group::new(0..4).rate_factor(0.5).weight_decay(0.1)];
        let outer = [Group::frozen(1..2), Group::new(3..5).rate_factor(0.5).weight_decay(0.0)];
        let mut meeting = Vec::new();
        meet(&inner, &outer, 6, &mut meeting);
        let half = |range| Group::new(range).rate_factor(0.5).weight_decay(0.1);
        assert_eq!(
            meeting,
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
