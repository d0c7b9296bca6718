//! The parameters of a model: flat buffers with named, shaped views.

use crate::layout::{Layout, Parameter};
use ndarray::{ArrayViewD, IxDyn};
use std::sync::Arc;
use wengert_ad::{Element, Real};

/// The parameters of a model in one flat buffer with named, shaped views, and its running statistics in a
/// second one.
///
/// Clones share the buffers until one of them is written to. With the feature `serde`, parameters are
/// serialised with their layout, and checked when they are read.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(
        try_from = "crate::stored::StoredParams<T>",
        into = "crate::stored::StoredParams<T>",
        bound(
            serialize = "T: Element + serde::Serialize",
            deserialize = "T: Element + serde::Deserialize<'de>"
        )
    )
)]
pub struct Params<T = f32> {
    layout: Arc<Layout>,
    values: Arc<Vec<T>>,
    statistics: Arc<Vec<T>>,
}

impl Layout {
    /// Draws the initial parameters; the statistics get their initial values.
    ///
    /// The numbers are drawn in `f64`, so that `f32` and `f64` start at the same point. Each parameter is
    /// drawn from a random stream of its own, so that it does not depend on the sizes of the others.
    pub fn initialise<T: Real>(&self, seed: u64) -> Params<T> {
        let mut values = Vec::with_capacity(self.len());
        values.extend(self.initial_values(seed).map(T::literal));
        Params::new(Arc::new(self.clone()), values)
    }
}

impl<T: Element> Params<T> {
    /// Parameters with the given values, in the order of the layout; the statistics get their initial values.
    ///
    /// # Panics
    /// If the number of values is not the length of the layout.
    #[track_caller]
    pub fn new(layout: Arc<Layout>, values: Vec<T>) -> Self {
        let (want, have) = (layout.len(), values.len());
        assert!(want == have, "params: the layout holds {want} numbers, but {have} were given");
        let statistics = layout.initial_statistics().map(T::constant).collect();
        Self { layout, values: Arc::new(values), statistics: Arc::new(statistics) }
    }

    /// Takes over the layout of `other`, its running statistics as constants, and the given values: its
    /// parameters in another number type. Allocates nothing if these parameters had that layout before.
    ///
    /// ```
    /// use wengert_ad::{Dual, Numeric};
    /// use wengert_nn::{Architecture, Mlp, Params};
    ///
    /// let params = Mlp::new([2, 3, 1]).into_model().layout().initialise::<f64>(7);
    /// let direction = vec![1.0; params.len()];
    /// let mut moving = Params::<Dual>::like(&params);
    /// assert_eq!(moving.values()[4], Dual::constant(params.values()[4]));
    /// moving.assign(&params, params.values().iter().zip(&direction).map(|(&x, &v)| Dual::new(x, v)));
    /// assert_eq!(moving.values()[4], Dual::new(params.values()[4], 1.0));
    /// ```
    ///
    /// # Panics
    /// If the number of values is not the length of the layout.
    #[track_caller]
    pub fn assign<U: Element>(&mut self, other: &Params<U>, of: impl Iterator<Item = T>) {
        if !Arc::ptr_eq(&self.layout, &other.layout) {
            self.layout = Arc::clone(&other.layout);
        }
        let values = Arc::<Vec<T>>::make_mut(&mut self.values);
        values.clear();
        values.extend(of);
        let (want, have) = (self.layout.len(), values.len());
        assert!(want == have, "params: the layout holds {want} numbers, but {have} were given");
        let statistics = Arc::<Vec<T>>::make_mut(&mut self.statistics);
        statistics.clear();
        statistics.extend(other.statistics().iter().map(|x| T::constant(x.value())));
    }

    /// Parameters of the same layout with the same values, as constants of this number type.
    pub fn like<U: Element>(other: &Params<U>) -> Self {
        let mut params =
            Self { layout: Arc::clone(&other.layout), values: Arc::default(), statistics: Arc::default() };
        params.assign(other, other.values().iter().map(|x| T::constant(x.value())));
        params
    }

    /// The names, shapes and positions of the parameters and statistics.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn shared_layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    pub(crate) fn shared_values(&self) -> &Arc<Vec<T>> {
        &self.values
    }

    /// The flat buffer of all parameters.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The flat buffer of all parameters, mutable. Copies it if a clone or a tape shares it.
    pub fn values_mut(&mut self) -> &mut [T] {
        Arc::<Vec<T>>::make_mut(&mut self.values)
    }

    /// The flat buffer of all running statistics.
    pub fn statistics(&self) -> &[T] {
        &self.statistics
    }

    /// The flat buffer of all running statistics, mutable. Copies it if a clone shares it.
    pub fn statistics_mut(&mut self) -> &mut [T] {
        Arc::<Vec<T>>::make_mut(&mut self.statistics)
    }

    /// The number of parameters: the length of [`values`](Self::values).
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether the model has no parameters.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The parameter, or the running statistics, with this name, in its shape.
    pub fn get(&self, name: &str) -> Option<ArrayViewD<'_, T>> {
        let parameter = self.layout.find(name).map(|entry| view(entry, &self.values));
        parameter.or_else(|| self.layout.find_statistic(name).map(|entry| view(entry, &self.statistics)))
    }

    /// All parameters with their names, in their shapes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, ArrayViewD<'_, T>)> {
        self.layout.parameters().iter().map(|entry| (&entry.name[..], view(entry, &self.values)))
    }

    /// All running statistics with their names, in their shapes.
    pub fn iter_statistics(&self) -> impl Iterator<Item = (&str, ArrayViewD<'_, T>)> {
        self.layout.statistics().iter().map(|entry| (&entry.name[..], view(entry, &self.statistics)))
    }

    /// Freezes parameters by name: see [`Layout::freeze`].
    ///
    /// # Panics
    /// If nothing matches.
    #[track_caller]
    pub fn freeze(&mut self, pattern: &str) -> usize {
        Arc::make_mut(&mut self.layout).freeze(pattern)
    }

    /// Unfreezes parameters by name: see [`Layout::unfreeze`].
    ///
    /// # Panics
    /// If nothing matches.
    #[track_caller]
    pub fn unfreeze(&mut self, pattern: &str) -> usize {
        Arc::make_mut(&mut self.layout).unfreeze(pattern)
    }
}

fn view<'a, T>(entry: &Parameter, all: &'a [T]) -> ArrayViewD<'a, T> {
    let elements = &all[entry.range.clone()];
    ArrayViewD::from_shape(IxDyn(&entry.shape), elements).expect("a range is as long as its shape")
}
