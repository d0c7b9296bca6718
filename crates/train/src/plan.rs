//! How long to train, in what portions, and what is done to each step.

use crate::strategy::Strategy;
use wengert_nn::{Layout, Regulariser, matches};
use wengert_optim::{Group, Schedule, clip_norm, clip_value};

/// The settings of a fit, without the model, the loss and the optimizer.
pub(crate) struct Plan {
    pub(crate) batch_size: usize,
    pub(crate) epochs: usize,
    pub(crate) patience: Option<usize>,
    pub(crate) seed: u64,
    pub(crate) strategy: Strategy,
    pub(crate) schedule: Option<Schedule>,
    pub(crate) clipping: Option<Clipping>,
    pub(crate) regulariser: Option<Regulariser>,
    pub(crate) frozen: Vec<String>,
    pub(crate) groups: Vec<(String, Treatment)>,
    pub(crate) parameter_limit: f64,
}

/// How the parameters of a group differ from the others.
pub(crate) type Treatment = Box<dyn Fn(Group) -> Group + Send>;

impl Default for Plan {
    fn default() -> Self {
        Self {
            batch_size: 64,
            epochs: 30,
            patience: None,
            seed: 0,
            strategy: Strategy::Automatic,
            schedule: None,
            clipping: None,
            regulariser: None,
            frozen: Vec::new(),
            groups: Vec::new(),
            parameter_limit: 1e6,
        }
    }
}

/// What is done to a gradient before the step.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clipping {
    Norm(f64),
    Value(f64),
}

impl Clipping {
    pub(crate) fn apply<F: wengert_optim::Float>(self, gradient: &mut [F]) {
        match self {
            Self::Norm(most) => drop(clip_norm(gradient, most)),
            Self::Value(most) => clip_value(gradient, most),
        }
    }
}

impl Plan {
    /// Each parameter that is not treated like the rest, as a group of the optimizer, in order.
    ///
    /// # Panics
    /// If a pattern matches nothing.
    #[track_caller]
    pub(crate) fn groups(&self, layout: &Layout) -> Vec<Group> {
        for (pattern, _) in &self.groups {
            let known = layout.parameters().iter().any(|entry| matches(pattern, &entry.name));
            assert!(known, "trainer: no parameter matches the group {pattern:?}");
        }
        let group = |entry: &wengert_nn::Parameter| {
            if !entry.trainable {
                return Some(Group::frozen(entry.range.clone()));
            }
            let (_, treatment) = self.groups.iter().find(|(pattern, _)| matches(pattern, &entry.name))?;
            Some(treatment(Group::new(entry.range.clone())))
        };
        layout.parameters().iter().filter_map(group).collect()
    }
}
