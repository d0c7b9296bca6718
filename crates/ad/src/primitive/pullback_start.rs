//! The part of a pullback that all operands share.

use super::view::{Recorded, View};
use crate::element::Element;

/// The operands, the output and the cotangent of an operation whose pullback starts: see
/// [`Primitive::start_pullback`](super::Primitive::start_pullback).
pub struct PullbackStart<'a, T> {
    xs: &'a [View<'a, T>],
    y: View<'a, T>,
    y_bar: &'a mut [T],
    sum_of: &'a dyn Fn(usize) -> Option<&'a [T]>,
    keeps_original: bool,
    replaced: bool,
    original: Option<Vec<T>>,
}

impl<'a, T: Element> PullbackStart<'a, T> {
    /// The start of a pullback. `sum_of` returns the sum of the cotangents that arrived at an operand so far.
    pub fn new(
        xs: &'a [View<'a, T>],
        y: View<'a, T>,
        y_bar: &'a mut [T],
        sum_of: &'a dyn Fn(usize) -> Option<&'a [T]>,
    ) -> Self {
        Self { xs, y, y_bar, sum_of, keeps_original: false, replaced: false, original: None }
    }

    /// Keeps a copy of the cotangent if it is replaced.
    pub(crate) fn keep_original(&mut self) {
        self.keeps_original = true;
    }

    /// The operands, the output and its cotangent.
    pub fn recorded(&self) -> Recorded<'_, T> {
        Recorded { xs: self.xs, y: self.y, y_bar: self.y_bar }
    }

    /// The sum of the cotangents that arrived at an operand so far: empty if none arrived, `None`
    /// if the operand needs no gradient.
    pub fn sum_so_far(&self, operand: usize) -> Option<&'a [T]> {
        (self.sum_of)(operand)
    }

    /// Replaces the cotangent of the output: `replace` gets the output and the cotangent to
    /// overwrite. [`vjp`](super::Primitive::vjp) then gets the new cotangent, and must not read the
    /// elements of the output, whose memory may be used for other adjoints.
    #[inline(always)]
    pub fn replace_cotangent(&mut self, replace: impl FnOnce(View<'_, T>, &mut [T])) {
        if self.keeps_original && !self.replaced {
            self.original = Some(self.y_bar.to_vec());
        }
        self.replaced = true;
        replace(self.y, self.y_bar);
    }

    /// Whether the cotangent was replaced, and the copy of the original one.
    pub(crate) fn finish(self) -> (bool, Option<Vec<T>>) {
        (self.replaced, self.original)
    }
}
