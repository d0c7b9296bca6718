//! The numbers of a model: flat buffers, seen through a layout.

use crate::bound::Bound;
use crate::layout::{Layout, Parameter};
use crate::pattern::matches;
use crate::transfer::TransferError;
use ndarray::{ArrayViewD, IxDyn};
use std::sync::Arc;
use wengert_ad::{ArrayTape, Element};

/// The parameters of a model, one flat buffer with named, shaped views, and its running statistics, another.
///
/// Cloning shares the buffers until one of the clones is written to.
#[derive(Clone, Debug, PartialEq)]
pub struct Params<T = f32> {
    layout: Arc<Layout>,
    values: Arc<Vec<T>>,
    statistics: Arc<Vec<T>>,
}

impl<T: Element> Params<T> {
    /// The numbers `values`, laid out as `layout` says; the running statistics are as they start.
    ///
    /// # Panics
    /// If there are more or fewer than the layout holds.
    #[track_caller]
    pub fn new(layout: Arc<Layout>, values: Vec<T>) -> Self {
        let (want, have) = (layout.len(), values.len());
        assert!(want == have, "params: the layout holds {want} numbers, {have} were given");
        let statistics = layout.first_statistics().map(T::constant).collect();
        Self { layout, values: Arc::new(values), statistics: Arc::new(statistics) }
    }

    /// Which number stands where.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn shared_layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    pub(crate) fn shared_values(&self) -> &Arc<Vec<T>> {
        &self.values
    }

    /// All parameters.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// All parameters, to be changed. Copies them if a clone or a tape still shares them.
    pub fn values_mut(&mut self) -> &mut [T] {
        Arc::<Vec<T>>::make_mut(&mut self.values)
    }

    /// All running statistics.
    pub fn statistics(&self) -> &[T] {
        &self.statistics
    }

    /// All running statistics, to be changed. Copies them if a clone still shares them.
    pub fn statistics_mut(&mut self) -> &mut [T] {
        Arc::<Vec<T>>::make_mut(&mut self.statistics)
    }

    /// The number of parameters.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The parameter, or the running statistics, of this name, in its shape.
    pub fn get(&self, name: &str) -> Option<ArrayViewD<'_, T>> {
        let parameter = self.layout.find(name).map(|entry| view(entry, &self.values));
        parameter.or_else(|| self.layout.find_statistic(name).map(|entry| view(entry, &self.statistics)))
    }

    /// All parameters, by name, in their shapes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, ArrayViewD<'_, T>)> {
        self.layout.parameters().iter().map(|entry| (&entry.name[..], view(entry, &self.values)))
    }

    /// All running statistics, by name, in their shapes.
    pub fn iter_statistics(&self) -> impl Iterator<Item = (&str, ArrayViewD<'_, T>)> {
        self.layout.statistics().iter().map(|entry| (&entry.name[..], view(entry, &self.statistics)))
    }

    /// Puts the parameters on a tape as variables, without copying them, for an evaluation pass; the frozen ones as
    /// constants. A sweep [into a flat gradient](wengert_ad::Tensor::gradient_into) uses the same layout.
    pub fn bind<'t>(&self, tape: &'t ArrayTape<T>) -> Bound<'t, T> {
        Bound::new(self, tape, true)
    }

    /// Puts the parameters on a tape as constants: for evaluation, where no derivative is wanted.
    pub fn bind_constant<'t>(&self, tape: &'t ArrayTape<T>) -> Bound<'t, T> {
        Bound::new(self, tape, false)
    }

    /// See [`Layout::freeze`].
    ///
    /// # Panics
    /// If nothing matches.
    #[track_caller]
    pub fn freeze(&mut self, pattern: &str) -> usize {
        Arc::make_mut(&mut self.layout).freeze(pattern)
    }

    /// See [`Layout::unfreeze`].
    ///
    /// # Panics
    /// If nothing matches.
    #[track_caller]
    pub fn unfreeze(&mut self, pattern: &str) -> usize {
        Arc::make_mut(&mut self.layout).unfreeze(pattern)
    }
}

/// Moving numbers from one model to another.
impl<T: Element> Params<T> {
    /// Copies the parameters and statistics whose names match the [pattern](matches()) from those of the same names in
    /// `source`, all or none, and says how many arrays these are.
    ///
    /// # Errors
    /// If nothing here matches, if `source` lacks one of the names, or has it in another shape.
    ///
    /// ```
    /// use wengert_nn::{Architecture, Mlp};
    ///
    /// let trained = Mlp::new([64, 128, 10]).into_model().layout().initialise::<f32>(1);
    /// let mut new_head = Mlp::new([64, 128, 3]).into_model().layout().initialise::<f32>(2);
    /// assert_eq!(new_head.copy_from(&trained, "hidden.*"), Ok(2));
    /// assert_eq!(new_head.get("hidden.0.weight"), trained.get("hidden.0.weight"));
    /// let error = new_head.copy_from(&trained, "*").unwrap_err();
    /// assert!(error.to_string().contains("out.weight"));
    /// ```
    pub fn copy_from(&mut self, source: &Self, pattern: &str) -> Result<usize, TransferError> {
        let layout = Arc::clone(&self.layout);
        let from = source.layout();
        let parameters = pairs(pattern, layout.parameters(), |name| from.find(name))?;
        let statistics = pairs(pattern, layout.statistics(), |name| from.find_statistic(name))?;
        let count = parameters.len() + statistics.len();
        if count == 0 {
            return Err(TransferError::NothingMatches { pattern: pattern.to_owned(), names: layout.names() });
        }
        for (to, from) in parameters {
            self.values_mut()[to.range.clone()].copy_from_slice(&source.values[from.range.clone()]);
        }
        for (to, from) in statistics {
            self.statistics_mut()[to.range.clone()].copy_from_slice(&source.statistics[from.range.clone()]);
        }
        Ok(count)
    }

    /// The parameters and statistics that `layout` asks for, taken from these by name.
    ///
    /// # Errors
    /// If one is not here, or has another shape.
    pub fn pick(&self, layout: &Layout) -> Result<Self, TransferError> {
        let mut picked = Self::new(Arc::new(layout.clone()), vec![T::constant(0.0); layout.len()]);
        if !layout.is_empty() {
            picked.copy_from(self, "*")?;
        }
        Ok(picked)
    }
}

fn view<'a, T>(entry: &Parameter, all: &'a [T]) -> ArrayViewD<'a, T> {
    let elements = &all[entry.range.clone()];
    ArrayViewD::from_shape(IxDyn(&entry.shape), elements).expect("a range is as long as its shape")
}

/// Each array whose name matches, with the one of its name and shape at the source.
fn pairs<'a>(
    pattern: &str,
    targets: &'a [Parameter],
    find: impl Fn(&str) -> Option<&'a Parameter>,
) -> Result<Vec<(&'a Parameter, &'a Parameter)>, TransferError> {
    let matching = targets.iter().filter(|target| matches(pattern, &target.name));
    let pair = |target: &'a Parameter| {
        let name = target.name.clone();
        let Some(source) = find(&name) else { return Err(TransferError::Missing { name }) };
        if source.shape != target.shape {
            let (source, target) = (source.shape.clone(), target.shape.clone());
            return Err(TransferError::Shape { name, source, target });
        }
        Ok((target, source))
    };
    matching.map(pair).collect()
}
