//! The settings of training steps, which a trainer and a loop of the user's own share.

use crate::ranks::SharedRanks;
use crate::strategy::Strategy;
use wengert_kernels::validate::assert_positive;
use wengert_nn::{Layout, NamePattern, Parameter, Params, Regulariser};
use wengert_optim::{Float, Group, Schedule, clip_norm, clip_value};

/// The settings of training steps, apart from model, loss and optimizer.
#[derive(Default)]
pub(crate) struct StepSettings {
    pub(crate) seed: u64,
    pub(crate) strategy: Strategy,
    pub(crate) ranks: SharedRanks,
    /// The largest number of rows that are computed at a time; `None` for whole batches.
    pub(crate) part_rows: Option<usize>,
    pub(crate) schedule: Option<Schedule>,
    pub(crate) clipping: Option<Clipping>,
    /// The distance of the point at which gradients are computed, if sharpness is minimised.
    pub(crate) sharpness: Option<f64>,
    pub(crate) regulariser: Option<Regulariser>,
    /// Patterns for the names of frozen parameters.
    pub(crate) frozen: Vec<String>,
    /// Patterns for the names of the parameters in each group, and the options of the group.
    pub(crate) groups: Vec<(String, GroupOptions)>,
}

/// Sets the options of a group of parameters.
pub(crate) type GroupOptions = Box<dyn Fn(Group) -> Group + Send>;

/// How a gradient is clipped before each step.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clipping {
    /// Scaled down to this Euclidean norm.
    Norm(f64),
    /// Each element clamped to `[-value, value]`.
    Value(f64),
}

impl Clipping {
    /// # Panics
    /// If `limit` is not positive and finite.
    #[track_caller]
    pub(crate) fn to_norm(limit: f64) -> Self {
        assert_positive("training: the largest norm", limit);
        Self::Norm(limit)
    }

    /// # Panics
    /// If `limit` is not positive and finite.
    #[track_caller]
    pub(crate) fn to_value(limit: f64) -> Self {
        assert_positive("training: the largest value", limit);
        Self::Value(limit)
    }

    pub(crate) fn apply<F: Float>(self, gradient: &mut [F]) {
        match self {
            Self::Norm(limit) => drop(clip_norm(gradient, limit)),
            Self::Value(limit) => clip_value(gradient, limit),
        }
    }
}

impl StepSettings {
    /// Minimises sharpness.
    ///
    /// # Panics
    /// If `rho` is not positive and finite.
    #[track_caller]
    pub(crate) fn set_sharpness(&mut self, rho: f64) {
        assert_positive("training: rho", rho);
        self.sharpness = Some(rho);
    }

    /// Freezes the parameters whose names match the patterns.
    ///
    /// # Panics
    /// If a pattern matches nothing.
    #[track_caller]
    pub(crate) fn freeze<T: wengert_ad::Element>(&self, params: &mut Params<T>) {
        for pattern in &self.frozen {
            params.freeze(pattern);
        }
    }

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
            assert!(known, "training: no parameter matches the group {pattern:?}");
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
