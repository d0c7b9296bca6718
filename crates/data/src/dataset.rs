//! Data sets: a table of features, and one target per example.

use crate::annotations::Annotations;
use crate::error::{DataError, DataProblem, Role};
use crate::precision::{nearest, stored};
#[cfg(feature = "csv")]
use crate::rows::reorder;
use crate::rows::{first_not_finite, labels_at, rows};
use crate::scaling::{Scaling, change_map};
use crate::scaling_method::ScalingMethod;
use crate::standardiser::Standardiser;
use crate::targets::Targets;
use crate::task::Task;
use std::borrow::Cow;
use wengert_kernels::{Float, PerFloat, compiled_here};

/// Examples to learn from, each with a row of features and a target.
///
/// A data set has at least one example (except for the empty parts of a [`Split`](crate::Split)), labels
/// below the number of classes, and finite values. Its constructor checks that.
///
/// The stored numbers may differ from the values in the user's units: [`scaling`](Self::scaling) has the maps
/// from one to the other. They are identities until the data are [standardised](crate::Split::standardised),
/// except for pixels, which are stored from 0 to 1, and for columns that need [other numbers](Self::cast) in
/// single precision. A model that is trained on the data answers in the user's units.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset<F = f32> {
    name: String,
    features: Vec<F>,
    width: usize,
    targets: Targets<F>,
    scaling: Scaling,
    standardised: Standardised,
    pub(crate) annotations: Annotations,
}

/// Which tables were standardised with statistics of a training part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Standardised {
    features: bool,
    targets: bool,
}

/// A data set in double precision.
struct Widened;

impl PerFloat for Widened {
    type Of<F: Float> = fn(&Dataset<F>) -> Cow<'_, Dataset<f64>>;
}

impl<F: Float> Dataset<F> {
    /// A data set of row-major `features` of shape `(examples, width)` and one target per example.
    ///
    /// # Errors
    /// If there are no examples or no features, if the features do not fill rows of `width`, if the number of
    /// targets differs from that of the examples, if a label is not below the number of classes, or if a
    /// value is infinite or NaN.
    pub fn new(
        name: impl Into<String>,
        features: Vec<F>,
        width: usize,
        targets: Targets<F>,
    ) -> Result<Self, DataError> {
        let (scaling, standardised) = (Scaling::default(), Standardised::default());
        let (name, annotations) = (name.into(), Annotations::default());
        let data = Self { name, features, width, targets, scaling, standardised, annotations };
        data.check_rows()?;
        data.check_one_target_per_example()?;
        data.check_finite(Role::Features, &data.features, data.width)?;
        match &data.targets {
            Targets::Classes { labels, classes } => data.check_labels(labels, *classes)?,
            Targets::Values { values, width } => data.check_finite(Role::Targets, values, *width)?,
        }
        Ok(data)
    }

    /// The name of the data set in messages and reports.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of examples.
    #[must_use]
    pub fn examples(&self) -> usize {
        self.features.len() / self.width
    }

    /// The number of features per example.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// All features, row-major, shape `(examples, width)`.
    #[must_use]
    pub fn features(&self) -> &[F] {
        &self.features
    }

    /// The features of example `i`.
    ///
    /// # Panics
    /// If `i` is not below the number of examples.
    #[must_use]
    #[track_caller]
    pub fn row(&self, i: usize) -> &[F] {
        &self.features[i * self.width..(i + 1) * self.width]
    }

    /// The targets of all examples.
    #[must_use]
    pub fn targets(&self) -> &Targets<F> {
        &self.targets
    }

    /// The maps from values in the user's units to the stored numbers.
    #[must_use]
    pub fn scaling(&self) -> &Scaling {
        &self.scaling
    }

    /// The task: classification if the targets are classes, regression if they are values.
    #[must_use]
    pub fn task(&self) -> Task {
        match &self.targets {
            Targets::Classes { .. } => Task::Classification,
            Targets::Values { .. } => Task::Regression,
        }
    }

    /// The data set in another precision.
    ///
    /// Values are rounded to the nearest number. A column for which that would overflow, or blur the
    /// differences between its values (an error of more than 2^-20 of half their range, as for times in
    /// seconds since 1970 in single precision), is stored as its values less the middle of their range, and
    /// [`scaling`](Self::scaling) contains this shift; values whose range is beyond 1e30 or below 1e-30 are
    /// also divided by half of it.
    #[must_use]
    pub fn cast<G: Float>(&self) -> Dataset<G> {
        let joined = |map: Option<Standardiser>, before: &Option<Standardiser>| match (map, before) {
            (Some(map), Some(before)) => Some(map.after(before)),
            (map, before) => map.or_else(|| before.clone()),
        };
        let (features, inputs) = stored(&self.features, self.width);
        let (targets, outputs) = match &self.targets {
            Targets::Classes { labels, classes } => {
                (Targets::Classes { labels: labels.clone(), classes: *classes }, None)
            }
            Targets::Values { values, width } => {
                let (values, map) = stored(values, *width);
                (Targets::Values { values, width: *width }, map)
            }
        };
        let scaling = Scaling {
            inputs: joined(inputs, &self.scaling.inputs),
            targets: joined(outputs, &self.scaling.targets),
        };
        let (name, width, standardised) = (self.name.clone(), self.width, self.standardised);
        let annotations = self.annotations.clone();
        Dataset { name, features, width, targets, scaling, standardised, annotations }
    }

    /// The data set in another precision, stored with these maps: those of other data, or of a model.
    ///
    /// # Panics
    /// As [`scaled_as`](Self::scaled_as).
    #[must_use]
    #[track_caller]
    pub fn cast_as<G: Float>(&self, scaling: &Scaling) -> Dataset<G> {
        let wide = F::choose::<Widened>(|data| Cow::Owned(data.cast()), |data| Cow::Borrowed(data))(self);
        let wide = wide.scaled_as(scaling);
        let targets = match &wide.targets {
            Targets::Classes { labels, classes } => {
                Targets::Classes { labels: labels.clone(), classes: *classes }
            }
            Targets::Values { values, width } => Targets::Values { values: nearest(values), width: *width },
        };
        let (features, width, scaling) = (nearest(&wide.features), wide.width, wide.scaling.clone());
        let (name, annotations) = (self.name.clone(), self.annotations.clone());
        let standardised = self.standardised;
        Dataset { name, features, width, targets, scaling, standardised, annotations }
    }

    /// The same examples, stored with other maps; computed in double precision.
    ///
    /// # Panics
    /// If a map has another width than the features or the targets, or if there is one for classes.
    #[must_use]
    #[track_caller]
    pub fn scaled_as(&self, scaling: &Scaling) -> Cow<'_, Self> {
        if self.scaling == *scaling {
            return Cow::Borrowed(self);
        }
        let mut data = self.clone();
        let (from, to) = (&self.scaling, scaling);
        change_map(&mut data.features, self.width, from.inputs.as_ref(), to.inputs.as_ref());
        match &mut data.targets {
            Targets::Values { values, width } => {
                change_map(values, *width, from.targets.as_ref(), to.targets.as_ref());
            }
            Targets::Classes { .. } => {
                assert!(to.targets.is_none(), "scaled_as: classes have no scale, so targets must be None");
            }
        }
        data.scaling = scaling.clone();
        Cow::Owned(data)
    }

    /// The examples in the user's units, in double precision; exact up to the rounding of the stored numbers.
    #[must_use]
    pub fn unscaled(&self) -> Dataset<f64> {
        let wide = self.cast::<f64>().scaled_as(&Scaling::default()).into_owned();
        Dataset { standardised: Standardised::default(), ..wide }
    }

    /// The examples at `indices`, in that order. The result has no examples if there are no indices.
    pub(crate) fn select(&self, indices: &[usize]) -> Self {
        self.select_without_features(indices).with_stored(rows(&self.features, self.width, indices))
    }

    /// [`select`](Self::select), but without features: [`with_stored`](Self::with_stored) adds them.
    fn select_without_features(&self, indices: &[usize]) -> Self {
        let targets = match &self.targets {
            Targets::Classes { labels, classes } => {
                Targets::Classes { labels: labels_at(labels, indices), classes: *classes }
            }
            Targets::Values { values, width } => {
                Targets::Values { values: rows(values, *width, indices), width: *width }
            }
        };
        let (name, annotations) = (self.name.clone(), self.annotations.of_examples(indices));
        let (width, scaling, standardised) = (self.width, self.scaling.clone(), self.standardised);
        Self { name, features: Vec::new(), width, targets, scaling, standardised, annotations }
    }

    /// The same without features.
    pub(crate) fn without_features(&self) -> Self {
        let Self { name, width, targets, scaling, standardised, annotations, .. } = self;
        let (name, targets, scaling) = (name.clone(), targets.clone(), scaling.clone());
        let (features, annotations) = (Vec::new(), annotations.clone());
        Self { name, features, width: *width, targets, scaling, standardised: *standardised, annotations }
    }

    /// The same with these features, stored as its scaling says.
    pub(crate) fn with_stored(mut self, features: Vec<F>) -> Self {
        self.features = features;
        self
    }

    /// The examples in parts, of which each has those with its numbers, in that order. Every number occurs
    /// once.
    #[cfg(feature = "csv")]
    pub(crate) fn into_parts<const N: usize>(mut self, parts: [Vec<usize>; N]) -> [Self; N] {
        let mut features = std::mem::take(&mut self.features);
        reorder(&mut features, self.width, &parts.concat());
        let mut parts = parts.map(|part| (self.select_without_features(&part), part.len() * self.width));
        for (data, len) in parts.iter_mut().rev() {
            data.features = features.split_off(features.len() - *len);
            data.features.shrink_to_fit();
        }
        parts.map(|(data, _)| data)
    }

    /// These examples, and after them those of a data set with the same columns and the same scaling.
    pub(crate) fn followed_by(mut self, others: &Self) -> Self {
        self.features.extend_from_slice(&others.features);
        match (&mut self.targets, &others.targets) {
            (Targets::Classes { labels, .. }, Targets::Classes { labels: more, .. }) => labels.extend(more),
            (Targets::Values { values, .. }, Targets::Values { values: more, .. }) => {
                values.extend_from_slice(more);
            }
            _ => unreachable!("the targets are of one kind"),
        }
        self.annotations.extend(&others.annotations, self.examples());
        self
    }

    /// The same examples with other features of the same shape, in the stored numbers: those of images that
    /// were turned, say.
    ///
    /// # Errors
    /// If their number differs, or if one is infinite or NaN.
    pub fn with_features(&self, features: Vec<F>) -> Result<Self, DataError> {
        let (values, width) = (features.len(), self.width);
        if values != self.features.len() {
            let examples = Some(self.examples());
            return Err(DataProblem::Shape { table: Role::Features, values, width, examples }.of(&self.name));
        }
        self.check_finite(Role::Features, &features, width)?;
        let Self { name, targets, scaling, annotations, .. } = self;
        let (name, targets, scaling) = (name.clone(), targets.clone(), scaling.clone());
        let (standardised, annotations) = (self.standardised, annotations.clone());
        Ok(Self { name, features, width, targets, scaling, standardised, annotations })
    }

    /// The same examples, whose features were brought to the stored numbers by this map.
    pub(crate) fn with_input_scale(mut self, map: Standardiser) -> Self {
        self.scaling.inputs = Some(map);
        self
    }

    /// Whether the features or the targets are standardised with statistics of a training part.
    pub(crate) fn is_standardised(&self) -> bool {
        self.standardised.features || self.standardised.targets
    }

    /// The map of a table by a method; `None` if it is scaled already, or for the method of no map.
    ///
    /// # Panics
    /// If the table is that of the targets, and they are classes.
    #[track_caller]
    pub(crate) fn statistics(&self, table: Role, method: ScalingMethod) -> Option<Standardiser> {
        match (table, &self.targets) {
            (Role::Features, _) => {
                (!self.standardised.features).then(|| method.fit(&self.features, self.width)).flatten()
            }
            (Role::Targets, Targets::Values { values, width }) => {
                (!self.standardised.targets).then(|| method.fit(values, *width)).flatten()
            }
            (Role::Targets, Targets::Classes { .. }) => {
                panic!("standardised_targets: the targets are classes, must be values")
            }
        }
    }

    /// Standardises the stored numbers of a table with these statistics of stored numbers.
    pub(crate) fn standardise(&mut self, table: Role, statistics: &Standardiser) {
        let scale = match table {
            Role::Features => {
                statistics.apply(&mut self.features);
                self.standardised.features = true;
                &mut self.scaling.inputs
            }
            Role::Targets => {
                if let Targets::Values { values, .. } = &mut self.targets {
                    statistics.apply(values);
                }
                self.standardised.targets = true;
                &mut self.scaling.targets
            }
        };
        *scale = Some(match &*scale {
            Some(before) => statistics.after(before),
            None => statistics.clone(),
        });
    }

    fn check_rows(&self) -> Result<(), DataError> {
        let (values, width) = (self.features.len(), self.width);
        if values == 0 && width == 0 && self.targets.has_any() {
            return Err(DataProblem::NoFeatures.of(&self.name));
        }
        if values == 0 {
            return Err(DataProblem::NoExamples.of(&self.name));
        }
        if width == 0 || !values.is_multiple_of(width) {
            let table = Role::Features;
            return Err(DataProblem::Shape { table, values, width, examples: None }.of(&self.name));
        }
        Ok(())
    }

    fn check_one_target_per_example(&self) -> Result<(), DataError> {
        let (values, width) = match &self.targets {
            Targets::Classes { labels, .. } => (labels.len(), 1),
            Targets::Values { values, width } => (values.len(), *width),
        };
        if width == 0 || self.examples().checked_mul(width) != Some(values) {
            let (table, examples) = (Role::Targets, Some(self.examples()));
            return Err(DataProblem::Shape { table, values, width, examples }.of(&self.name));
        }
        Ok(())
    }

    fn check_labels(&self, labels: &[u32], classes: usize) -> Result<(), DataError> {
        let Some(i) = labels.iter().position(|&label| label as usize >= classes) else { return Ok(()) };
        let mut error = DataProblem::LabelOutOfRange { label: labels[i], classes }.of(&self.name);
        error.place.row = Some(i + 1);
        Err(error)
    }

    fn check_finite(&self, table: Role, values: &[F], width: usize) -> Result<(), DataError> {
        let Some(i) = compiled_here!(F: first_not_finite(values: &[F]) -> Option<usize>)(values) else {
            return Ok(());
        };
        let value = values[i].widened();
        let mut error = DataProblem::NotFinite { table, value }.of(&self.name);
        (error.place.row, error.place.column) = (Some(i / width + 1), Some(i % width + 1));
        Err(error)
    }
}
