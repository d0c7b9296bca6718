//! Data sets with names of columns and classes, and with weights of examples.

use crate::annotations::{check_weights, collected};
use crate::dataset::Dataset;
use crate::error::{DataError, NamedItems};
#[cfg(feature = "csv")]
use crate::preprocessing::Preprocessing;
use crate::targets::Targets;
use wengert_kernels::Float;

impl<F: Float> Dataset<F> {
    /// The names of the features, one per column.
    #[must_use]
    pub fn feature_names(&self) -> Option<&[String]> {
        self.annotations.feature_names.as_deref()
    }

    /// The names of the columns of the targets: one for classes, and one per value for regressions.
    #[must_use]
    pub fn target_names(&self) -> Option<&[String]> {
        self.annotations.target_names.as_deref()
    }

    /// The names of the classes, in the order of their labels. Regressions have none.
    #[must_use]
    pub fn class_names(&self) -> Option<&[String]> {
        self.annotations.class_names.as_deref()
    }

    /// The weights of the examples, one each, 0 or positive; `None` if all count the same.
    ///
    /// The loss of several examples with losses `l_i` is `sum w_i l_i / sum w_i`, and their accuracy is
    /// weighted likewise, so that a weight of 2 stands for two copies of an example, and only the ratios of
    /// weights matter. Statistics for standardisation, the sizes of batches and the parts of a split count
    /// each example once.
    #[must_use]
    pub fn weights(&self) -> Option<&[f64]> {
        self.annotations.weights.as_deref()
    }

    /// How the columns of a table became the features and the targets; `None` for data that do not come from
    /// a table. A model that is trained on the data needs it to take raw tables.
    #[cfg(feature = "csv")]
    #[cfg_attr(docsrs, doc(cfg(feature = "csv")))]
    #[must_use]
    pub fn preprocessing(&self) -> Option<&Preprocessing> {
        self.annotations.preprocessing.as_deref()
    }

    /// Sets the names of the features.
    ///
    /// # Errors
    /// If there is not one name per feature.
    pub fn with_feature_names(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, DataError> {
        self.annotations.feature_names =
            Some(collected(self.name(), NamedItems::Features, self.width(), names)?);
        Ok(self)
    }

    /// Sets the names of the columns of the targets.
    ///
    /// # Errors
    /// If there is not one name for classes, or one per value for regressions.
    pub fn with_target_names(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, DataError> {
        let needed = if let Targets::Values { width, .. } = self.targets() { *width } else { 1 };
        self.annotations.target_names = Some(collected(self.name(), NamedItems::Targets, needed, names)?);
        Ok(self)
    }

    /// Sets the names of the classes, in the order of their labels.
    ///
    /// # Errors
    /// If there is not one name per class; a regression has no classes.
    pub fn with_class_names(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, DataError> {
        let needed = if let Targets::Classes { classes, .. } = self.targets() { *classes } else { 0 };
        self.annotations.class_names = Some(collected(self.name(), NamedItems::Classes, needed, names)?);
        Ok(self)
    }

    /// Sets the [weights](Self::weights) of the examples.
    ///
    /// # Errors
    /// If there is not one weight per example, if a weight is neither 0 nor from 1e-300 to 1e300, or if all
    /// are 0 or their sum is infinite.
    pub fn with_weights(mut self, weights: impl Into<Vec<f64>>) -> Result<Self, DataError> {
        let weights = weights.into();
        check_weights(self.name(), &weights, self.examples())?;
        self.annotations.weights = Some(weights);
        Ok(self)
    }
}
