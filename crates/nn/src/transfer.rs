//! Transfer of parameters from one model to another, by name.

use crate::layout::{Layout, Parameter};
use crate::params::Params;
use crate::pattern::NamePattern;
use std::fmt;
use std::sync::Arc;
use wengert_ad::Element;

/// Transfer by name.
impl<T: Element> Params<T> {
    /// Copies the parameters and statistics whose names match the [pattern](NamePattern) from those of the
    /// same names in `source`. Copies all of them or, on an error, none. Returns their number of arrays.
    ///
    /// # Errors
    /// If nothing in `self` matches, if `source` lacks one of the names, or if the shapes under a name
    /// differ.
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
        let layout = Arc::clone(self.shared_layout());
        let from = source.layout();
        let parameters = pairs(pattern, layout.parameters(), |name| from.find(name))?;
        let statistics = pairs(pattern, layout.statistics(), |name| from.find_statistic(name))?;
        let count = parameters.len() + statistics.len();
        if count == 0 {
            let (pattern, names) = (pattern.to_owned(), layout.name_list());
            return Err(TransferError::NothingMatches { pattern, names });
        }
        for (to, from) in parameters {
            self.values_mut()[to.range.clone()].copy_from_slice(&source.values()[from.range.clone()]);
        }
        for (to, from) in statistics {
            self.statistics_mut()[to.range.clone()].copy_from_slice(&source.statistics()[from.range.clone()]);
        }
        Ok(count)
    }

    /// The parameters and statistics of `layout`, copied from these by name.
    ///
    /// # Errors
    /// If one of them is missing here, or has another shape.
    pub fn pick(&self, layout: &Layout) -> Result<Self, TransferError> {
        let mut picked = Self::new(Arc::new(layout.clone()), vec![T::constant(0.0); layout.len()]);
        if !layout.is_empty() {
            picked.copy_from(self, "*")?;
        }
        Ok(picked)
    }
}

/// Each target whose name matches, with the source array of the same name and shape.
fn pairs<'a>(
    pattern: &str,
    targets: &'a [Parameter],
    find: impl Fn(&str) -> Option<&'a Parameter>,
) -> Result<Vec<(&'a Parameter, &'a Parameter)>, TransferError> {
    let names = NamePattern::new(pattern);
    let matching = targets.iter().filter(|target| names.matches(&target.name));
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

/// The reason why parameters could not be copied by name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransferError {
    /// No parameter of the target has a name that matches the pattern.
    NothingMatches {
        /// The pattern asked for.
        pattern: String,
        /// The names of the target, separated by commas.
        names: String,
    },
    /// The source has no parameter with a name that the target has.
    Missing {
        /// The name missing from the source.
        name: String,
    },
    /// The parameter has different shapes in source and target.
    Shape {
        /// The name of the parameter.
        name: String,
        /// The shape in the source.
        source: Vec<usize>,
        /// The shape in the target.
        target: Vec<usize>,
    },
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingMatches { pattern, names } => {
                write!(f, "no parameter matches {pattern:?}; the names are {names}")
            }
            Self::Missing { name } => {
                write!(f, "the source has no {name:?}; exclude it from the pattern, or rename the layer")
            }
            Self::Shape { name, source, target } => write!(
                f,
                "{name:?} has shape {source:?} in the source and {target:?} in the target; exclude it from \
                 the pattern, or use layers of equal widths"
            ),
        }
    }
}

impl std::error::Error for TransferError {}
