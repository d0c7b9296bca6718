//! The metrics of all epochs of a training run.

use crate::epoch::Epoch;
use std::ops::Deref;

/// The metrics of all epochs of a training run, in order: a slice of [`Epoch`]s.
///
/// With the feature `tables`, it is written as a table or as lines of JSON.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct History {
    epochs: Vec<Epoch>,
    own_names: Vec<String>,
}

impl History {
    pub(crate) fn new(epochs: Vec<Epoch>, own_names: Vec<String>) -> Self {
        Self { epochs, own_names }
    }

    /// The names of the [metrics of the program's own](crate::Trainer::metric).
    #[must_use]
    pub fn own_names(&self) -> &[String] {
        &self.own_names
    }
}

impl Deref for History {
    type Target = [Epoch];

    fn deref(&self) -> &[Epoch] {
        &self.epochs
    }
}

impl IntoIterator for History {
    type Item = Epoch;
    type IntoIter = std::vec::IntoIter<Epoch>;

    fn into_iter(self) -> Self::IntoIter {
        self.epochs.into_iter()
    }
}

impl<'a> IntoIterator for &'a History {
    type Item = &'a Epoch;
    type IntoIter = std::slice::Iter<'a, Epoch>;

    fn into_iter(self) -> Self::IntoIter {
        self.epochs.iter()
    }
}
