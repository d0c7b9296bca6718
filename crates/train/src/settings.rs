//! The settings of a training run, apart from model, loss and optimizer.

use crate::strategy::Strategy;
use wengert_nn::{Layout, NamePattern, Parameter, Regulariser};
use wengert_optim::{Float, Group, Schedule, clip_norm, clip_value};

/// The settings of a training run, apart from model, loss and optimizer.
pub(crate) struct Settings {
    pub(crate) batch_size: usize,
    pub(crate) epochs: usize,
    /// Under early stopping: the number of epochs without improvement after which training stops.
    pub(crate) patience: Option<usize>,
    pub(crate) seed: u64,
    pub(crate) strategy: Strategy,
    pub(crate) schedule: Option<Schedule>,
    pub(crate) clipping: Option<Clipping>,
    pub(crate) regulariser: Option<Regulariser>,
    /// Patterns for the names of frozen parameters.
    pub(crate) frozen: Vec<String>,
    /// Patterns for the names of the parameters in each group, and the options of the group.
    pub(crate) groups: Vec<(String, GroupOptions)>,
    pub(crate) parameter_limit: f64,
}

/// Sets the options of a group of parameters.
pub(crate) type GroupOptions = Box<dyn Fn(Group) -> Group + Send>;

impl Default for Settings {
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

/// How a gradient is clipped before each step.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clipping {
    /// Scaled down to this Euclidean norm.
    Norm(f64),
    /// Each element clamped to `[-value, value]`.
    Value(f64),
}

impl Clipping {
    pub(crate) fn apply<F: Float>(self, gradient: &mut [F]) {
        match self {
            Self::Norm(limit) => drop(clip_norm(gradient, limit)),
            Self::Value(limit) => clip_value(gradient, limit),
        }
    }
}

impl Settings {
    /// The parameters with options of their own, in the order of the layout: frozen ones, and those
    /// in a group.
    ///
    /// # Panics
    /// If the pattern of a group matches no parameter.
    #[track_caller]
    pub(crate) fn groups(&self, layout: &Layout) -> Vec<Group> {
        for (pattern, _) in &self.groups {
            let known =
                layout.parameters().iter().any(|entry| NamePattern::new(pattern).matches(&entry.name));
            assert!(known, "trainer: no parameter matches the group {pattern:?}");
        }
        let group = |entry: &Parameter| {
            if !entry.trainable {
                return Some(Group::frozen(entry.range.clone()));
            }
            let (_, options) =
                self.groups.iter().find(|(pattern, _)| NamePattern::new(pattern).matches(&entry.name))?;
            Some(options(Group::new(entry.range.clone())))
        };
        layout.parameters().iter().filter_map(group).collect()
    }
}
