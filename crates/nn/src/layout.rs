//! Which numbers a model has, and where each stands in the flat buffers.

use crate::init::Init;
use crate::params::Params;
use crate::pattern::matches;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::ops::Range;
use std::sync::Arc;
use wengert_ad::Real;

/// One array of numbers: its name, its shape, where its numbers stand and how they start.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The name, with its layer's in front: `hidden.0.weight`.
    pub name: String,
    /// The extent along each axis.
    pub shape: Vec<usize>,
    /// Its numbers in the flat buffer, row-major.
    pub range: Range<usize>,
    /// How it starts.
    pub init: Init,
    /// Whether training moves it; see [`Layout::freeze`].
    pub trainable: bool,
}

/// The place of a parameter in its layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterSlot(pub(crate) usize);

/// The place of running statistics in their layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatisticSlot(pub(crate) usize);

/// Which random draws of a training pass are a layer's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomSlot(pub(crate) u32);

/// All parameters of a model, in the order they were declared, and what else its layers need: running statistics, which
/// a training pass updates and the optimizer does not see; random draws of their own; the whole batch at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    parameters: Vec<Parameter>,
    statistics: Vec<Parameter>,
    noises: u32,
    whole_batch: bool,
}

/// Where an array goes behind these, its name being new.
#[track_caller]
fn place(list: &mut Vec<Parameter>, name: &str, shape: &[usize], init: Init) {
    let elements: usize = shape.iter().product();
    assert!(elements > 0, "layout: parameter {name:?} of shape {shape:?} holds nothing");
    init.assert_valid();
    let start = list.last().map_or(0, |last| last.range.end);
    let (name, shape) = (name.to_owned(), shape.to_vec());
    list.push(Parameter { name, shape, range: start..start + elements, init, trainable: true });
}

impl Layout {
    /// An empty layout.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a parameter.
    ///
    /// # Panics
    /// If the name is taken, an extent is 0, or the initialiser's own parameters are out of range.
    #[track_caller]
    pub fn parameter(&mut self, name: &str, shape: &[usize], init: Init) -> ParameterSlot {
        self.assert_new(name);
        place(&mut self.parameters, name, shape, init);
        ParameterSlot(self.parameters.len() - 1)
    }

    /// Declares running statistics: numbers that belong to the model and that the optimizer does not move. A layer
    /// [updates](crate::Bound::update) them in training passes.
    ///
    /// # Panics
    /// As [`parameter`](Self::parameter).
    #[track_caller]
    pub fn statistic(&mut self, name: &str, shape: &[usize], init: Init) -> StatisticSlot {
        self.assert_new(name);
        place(&mut self.statistics, name, shape, init);
        StatisticSlot(self.statistics.len() - 1)
    }

    /// Declares that a layer draws random numbers in training passes; no other layer draws the same.
    pub fn random_slot(&mut self) -> RandomSlot {
        self.noises += 1;
        RandomSlot(self.noises - 1)
    }

    /// Declares that a layer needs all examples of a batch at once. A training step is then not cut into shards.
    pub fn need_whole_batch(&mut self) {
        self.whole_batch = true;
    }

    /// Whether a layer needs all examples of a batch at once.
    pub fn needs_whole_batch(&self) -> bool {
        self.whole_batch
    }

    #[track_caller]
    fn assert_new(&self, name: &str) {
        let taken = self.find(name).is_some() || self.find_statistic(name).is_some();
        assert!(!taken, "layout: two parameters are called {name:?}");
    }

    /// The parameters, in order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The running statistics, in order.
    pub fn statistics(&self) -> &[Parameter] {
        &self.statistics
    }

    /// The parameter of this name.
    pub fn find(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The running statistics of this name.
    pub fn find_statistic(&self, name: &str) -> Option<&Parameter> {
        self.statistics.iter().find(|statistic| statistic.name == name)
    }

    /// The length of the flat buffer of parameters, frozen ones included.
    pub fn len(&self) -> usize {
        self.parameters.last().map_or(0, |last| last.range.end)
    }

    /// Whether there are no parameters.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// The parameters and statistics as they start. The numbers are drawn in `f64`, so that `f32` and `f64` start
    /// at the same point; each parameter has a stream of its own, so that it does not depend on the others' sizes.
    pub fn initialise<T: Real>(&self, seed: u64) -> Params<T> {
        let mut values = Vec::with_capacity(self.len());
        for (stream, parameter) in self.parameters.iter().enumerate() {
            let mut random =
                StdRng::seed_from_u64(seed ^ (stream as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let elements = parameter.init.elements(&parameter.shape, &mut random);
            values.extend(elements.into_iter().map(T::literal));
        }
        Params::new(Arc::new(self.clone()), values)
    }

    /// The running statistics as they start; these are constants.
    pub(crate) fn first_statistics(&self) -> impl Iterator<Item = f64> {
        self.statistics.iter().flat_map(|statistic| {
            let mut nothing_is_drawn = StdRng::seed_from_u64(0);
            statistic.init.elements(&statistic.shape, &mut nothing_is_drawn)
        })
    }

    /// The layout as it was when only so many parameters and statistics were declared.
    pub(crate) fn first(&self, parameters: usize, statistics: usize) -> Self {
        let (parameters, statistics) =
            (self.parameters[..parameters].to_vec(), self.statistics[..statistics].to_vec());
        Self { parameters, statistics, ..*self }
    }
}

/// Freezing.
impl Layout {
    /// Freezes the parameters and statistics whose names match the [pattern](matches()): training does not move them. Says
    /// how many arrays these are.
    ///
    /// A frozen parameter is a constant of the pass, has gradient zero, and stays where it is whatever momentum or
    /// weight decay the optimizer has. Batch normalisation whose running statistics are frozen normalises with them
    /// in training too. PyTorch's `requires_grad = False` keeps the parameters alone, and the statistics go on moving.
    ///
    /// # Panics
    /// If nothing matches.
    #[track_caller]
    pub fn freeze(&mut self, pattern: &str) -> usize {
        self.set_trainable("freeze", pattern, false)
    }

    /// Lets training move the parameters and statistics whose names match the pattern again.
    ///
    /// # Panics
    /// If nothing matches.
    #[track_caller]
    pub fn unfreeze(&mut self, pattern: &str) -> usize {
        self.set_trainable("unfreeze", pattern, true)
    }

    #[track_caller]
    fn set_trainable(&mut self, verb: &str, pattern: &str, trainable: bool) -> usize {
        let all = self.parameters.iter_mut().chain(&mut self.statistics);
        let found = all.filter(|entry| matches(pattern, &entry.name));
        let count = found.map(|entry| entry.trainable = trainable).count();
        assert!(count > 0, "{verb}: no parameter matches {pattern:?}; there are {}", self.names());
        count
    }

    /// The names of all parameters and statistics, separated by commas, for messages.
    pub fn names(&self) -> String {
        let names: Vec<&str> =
            self.parameters.iter().chain(&self.statistics).map(|entry| &entry.name[..]).collect();
        names.join(", ")
    }

    /// Whether any parameter is frozen.
    pub fn has_frozen(&self) -> bool {
        self.parameters.iter().any(|parameter| !parameter.trainable)
    }

    /// The parts of the flat buffer that training moves, neighbours joined, in order.
    pub fn trainable_ranges(&self) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for parameter in self.parameters.iter().filter(|parameter| parameter.trainable) {
            match ranges.last_mut() {
                Some(last) if last.end == parameter.range.start => last.end = parameter.range.end,
                _ => ranges.push(parameter.range.clone()),
            }
        }
        ranges
    }
}
