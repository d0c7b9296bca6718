//! The layout of a model's parameters: names, shapes and positions in the flat buffers.

use crate::init::Init;
use crate::pattern::NamePattern;
use crate::row_mixing::RowMixing;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::BTreeSet;
use std::ops::Range;

/// One array of a layout: its name, shape, position in the flat buffer and initialiser.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The full name, which begins with the name of the layer: `hidden.0.weight`.
    pub name: String,
    /// The extent along each axis.
    pub shape: Vec<usize>,
    /// The range of its elements in the flat buffer, row-major.
    pub range: Range<usize>,
    /// The distribution of its initial values.
    pub init: Init,
    /// Whether training changes it; see [`Layout::freeze`].
    pub trainable: bool,
}

/// The position of a parameter in its [`Layout`]; a layer stores it, and finds the parameter with
/// [`Bound::get`](crate::Bound::get).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterSlot(pub(crate) usize);

/// The position of running statistics in their [`Layout`]; see [`Bound::statistic`](crate::Bound::statistic).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatisticSlot(pub(crate) usize);

/// The number of a layer's stream of random numbers; each layer that draws has its own. See
/// [`Bound::drawn`](crate::Bound::drawn) and [`Draws`](crate::Draws).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomSlot(pub(crate) u32);

/// All parameters of a model in the order in which its layers declared them, and what else the layers need:
/// running statistics, which a training pass updates and no optimizer sees; streams of random numbers; all
/// rows of a batch at once.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "crate::stored::StoredLayout", into = "crate::stored::StoredLayout")
)]
pub struct Layout {
    parameters: Vec<Parameter>,
    statistics: Vec<Parameter>,
    /// The names of both, so that a name is compared with few others however many there are.
    names: BTreeSet<String>,
    random_slots: u32,
    row_mixing: RowMixing,
}

/// Appends an array with a new name.
#[track_caller]
fn append(list: &mut Vec<Parameter>, name: &str, shape: &[usize], init: Init) {
    let elements = shape.iter().try_fold(1_usize, |elements, &extent| elements.checked_mul(extent));
    assert!(
        elements != Some(0),
        "layout: parameter {name:?} has shape {shape:?}; every extent must be at least 1"
    );
    init.assert_valid();
    let start = list.last().map_or(0, |last| last.range.end);
    let Some(end) = elements.and_then(|elements| start.checked_add(elements)) else {
        panic!("layout: parameter {name:?} has shape {shape:?}; so many elements have no index")
    };
    let (name, shape) = (name.to_owned(), shape.to_vec());
    list.push(Parameter { name, shape, range: start..end, init, trainable: true });
}

impl Layout {
    /// An empty layout.
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a parameter.
    ///
    /// # Panics
    /// If the name is taken, an extent is 0, or a number of the initialiser is out of its range.
    #[track_caller]
    pub fn parameter(&mut self, name: &str, shape: &[usize], init: Init) -> ParameterSlot {
        self.assert_new(name);
        append(&mut self.parameters, name, shape, init);
        ParameterSlot(self.parameters.len() - 1)
    }

    /// Declares running statistics: numbers that belong to the model and that the optimizer does not change.
    /// A layer [updates](crate::Bound::update) them in training passes. They are those of the whole batch, so
    /// the layout [mixes rows](Self::mix_rows) in training.
    ///
    /// # Panics
    /// As [`parameter`](Self::parameter).
    #[track_caller]
    pub fn statistic(&mut self, name: &str, shape: &[usize], init: Init) -> StatisticSlot {
        self.assert_new(name);
        append(&mut self.statistics, name, shape, init);
        self.mix_rows(RowMixing::InTraining);
        StatisticSlot(self.statistics.len() - 1)
    }

    /// Declares that a layer draws random numbers in training passes, from a stream that no other layer uses:
    /// see [`Draws`](crate::Draws).
    pub fn random_slot(&mut self) -> RandomSlot {
        self.random_slots += 1;
        RandomSlot(self.random_slots - 1)
    }

    /// Declares that the outputs of a layer for one row depend on the other rows. The passes of this kind
    /// then never split their rows. The strongest declaration of all layers counts.
    ///
    /// ```
    /// use wengert_ad::Tensor;
    /// use wengert_nn::{Bound, Layout, Module, RowMixing};
    ///
    /// /// Subtracts the mean of the batch.
    /// struct Centred;
    ///
    /// impl Centred {
    ///     fn new(layout: &mut Layout) -> Self {
    ///         layout.mix_rows(RowMixing::Always);
    ///         Self
    ///     }
    /// }
    ///
    /// impl Module for Centred {
    ///     fn forward<'t>(&self, _: &Bound<'t>, x: Tensor<'t>) -> Tensor<'t> {
    ///         x - x.mean_axis(0).broadcast_to(&x.shape())
    ///     }
    /// }
    /// ```
    pub fn mix_rows(&mut self, mixing: RowMixing) {
        self.row_mixing = self.row_mixing.max(mixing);
    }

    /// The number of streams of random numbers.
    #[cfg(feature = "serde")]
    pub(crate) fn random_slots(&self) -> u32 {
        self.random_slots
    }

    /// Sets the number of streams of random numbers.
    #[cfg(feature = "serde")]
    pub(crate) fn set_random_slots(&mut self, count: u32) {
        self.random_slots = count;
    }

    /// Freezes the array that was declared last.
    #[cfg(feature = "serde")]
    pub(crate) fn freeze_last(&mut self, is_statistic: bool) {
        let entries = if is_statistic { &mut self.statistics } else { &mut self.parameters };
        entries.iter_mut().last().expect("an array was declared").trainable = false;
    }

    /// When the outputs for one row depend on the other rows of the batch, as its layers declared.
    pub fn row_mixing(&self) -> RowMixing {
        self.row_mixing
    }

    #[track_caller]
    fn assert_new(&mut self, name: &str) {
        assert!(self.names.insert(name.to_owned()), "layout: two parameters are called {name:?}");
    }

    /// The parameters, in order of declaration.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The running statistics, in order of declaration.
    pub fn statistics(&self) -> &[Parameter] {
        &self.statistics
    }

    /// The parameter with this name.
    pub fn find(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The running statistics with this name.
    pub fn find_statistic(&self, name: &str) -> Option<&Parameter> {
        self.statistics.iter().find(|statistic| statistic.name == name)
    }

    /// The length of the flat buffer of parameters, frozen ones included.
    pub fn len(&self) -> usize {
        self.parameters.last().map_or(0, |last| last.range.end)
    }

    /// Whether no parameter is declared.
    pub fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }

    /// The initial values of the parameters.
    ///
    /// Each parameter is drawn from a random stream of its own, so that it does not depend on the sizes of
    /// the others.
    pub(crate) fn initial_values(&self, seed: u64) -> impl Iterator<Item = f64> {
        self.parameters.iter().enumerate().flat_map(move |(stream, parameter)| {
            let stream_seed = seed ^ (stream as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            parameter.init.elements(&parameter.shape, &mut StdRng::seed_from_u64(stream_seed))
        })
    }

    /// The initial values of the running statistics, which are constants.
    pub(crate) fn initial_statistics(&self) -> impl Iterator<Item = f64> {
        self.statistics.iter().flat_map(|statistic| {
            let mut nothing_is_drawn = StdRng::seed_from_u64(0);
            statistic.init.elements(&statistic.shape, &mut nothing_is_drawn)
        })
    }

    /// The layout with only the first declared `parameters` and `statistics`.
    pub(crate) fn truncated(&self, parameters: usize, statistics: usize) -> Self {
        let (parameters, statistics) =
            (self.parameters[..parameters].to_vec(), self.statistics[..statistics].to_vec());
        let names =
            parameters.iter().chain(&statistics).map(|entry: &Parameter| entry.name.clone()).collect();
        Self { parameters, statistics, names, ..*self }
    }
}

/// Freezing.
impl Layout {
    /// Freezes the parameters and statistics whose names match the [pattern](NamePattern), so that training
    /// does not change them. Returns their number of arrays.
    ///
    /// A frozen parameter is a constant of the pass, has gradient zero, and keeps its value whatever the
    /// momentum or weight decay of the optimizer. Batch normalisation with frozen running statistics
    /// normalises with them in training passes too. PyTorch's `requires_grad = False` freezes the parameters
    /// alone: there the statistics still change.
    ///
    /// # Panics
    /// If nothing matches.
    #[track_caller]
    pub fn freeze(&mut self, pattern: &str) -> usize {
        self.set_trainable("freeze", pattern, false)
    }

    /// Reverses [`freeze`](Self::freeze) for the parameters and statistics whose names match the
    /// [pattern](NamePattern). Returns their number of arrays.
    ///
    /// # Panics
    /// If nothing matches.
    #[track_caller]
    pub fn unfreeze(&mut self, pattern: &str) -> usize {
        self.set_trainable("unfreeze", pattern, true)
    }

    #[track_caller]
    fn set_trainable(&mut self, verb: &str, pattern: &str, trainable: bool) -> usize {
        let names = NamePattern::new(pattern);
        let all = self.parameters.iter_mut().chain(&mut self.statistics);
        let matching = all.filter(|entry| names.matches(&entry.name));
        let count = matching.map(|entry| entry.trainable = trainable).count();
        assert!(count > 0, "{verb}: no parameter matches {pattern:?}; the names are {}", self.name_list());
        count
    }

    /// The names of all parameters and statistics, separated by commas, for messages.
    pub fn name_list(&self) -> String {
        let all = self.parameters.iter().chain(&self.statistics);
        all.map(|entry| &entry.name[..]).collect::<Vec<_>>().join(", ")
    }

    /// Whether a parameter is frozen.
    pub fn has_frozen(&self) -> bool {
        self.parameters.iter().any(|parameter| !parameter.trainable)
    }

    /// The ranges of the flat buffer that training changes, in order; adjacent parameters share one range.
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
