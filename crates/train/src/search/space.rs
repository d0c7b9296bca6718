//! The space of settings that a search chooses from.

use super::error::SearchError;
use super::range::Range;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeSet;
use std::fmt;

/// The largest number of trials of a search.
const MOST_TRIALS: u128 = 100_000;
/// Random settings are drawn this many times for each trial, to find one that is new.
const DRAWS: usize = 20;

/// The settings that a search chooses from: a list of values or a range for each.
///
/// ```
/// use wengert_train::{Range, Space};
///
/// let space = Space::new()
///     .choices("optimizer", ["sgd:momentum=0.9", "adamw"])
///     .range("lr", Range::log(1e-4, 1e-1).steps(4));
/// assert_eq!(space.grid()?.len(), 8);
/// # Ok::<(), wengert_train::SearchError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Space {
    dimensions: Vec<Dimension>,
}

/// A setting, and what it may be.
#[derive(Clone, Debug, PartialEq)]
struct Dimension {
    name: String,
    values: Values,
}

#[derive(Clone, Debug, PartialEq)]
enum Values {
    Choices(Vec<String>),
    Range(Range),
}

/// The values of the settings of a trial, as texts, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrialSettings(pub(super) Vec<(String, String)>);

impl TrialSettings {
    /// The names with their values, in the order of the space.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The value of a setting.
    ///
    /// # Panics
    /// If the space has no setting of this name.
    #[must_use]
    #[track_caller]
    pub fn text(&self, name: &str) -> &str {
        let found = self.iter().find(|(known, _)| *known == name);
        found.map_or_else(|| panic!("the space has no setting {name}, but {self}"), |(_, value)| value)
    }

    /// The value of a setting that is a number.
    ///
    /// # Panics
    /// If the space has no setting of this name, or if its value is not a number.
    #[must_use]
    #[track_caller]
    pub fn number(&self, name: &str) -> f64 {
        let text = self.text(name);
        text.parse().unwrap_or_else(|_| panic!("the setting {name} is {text:?}, not a number"))
    }

    /// The value of a setting that is a whole number of at least 0, such as a width.
    ///
    /// # Panics
    /// If the space has no setting of this name, or if its value is not a whole number.
    #[must_use]
    #[track_caller]
    pub fn count(&self, name: &str) -> usize {
        let text = self.text(name);
        text.parse().unwrap_or_else(|_| panic!("the setting {name} is {text:?}, not a whole number"))
    }
}

/// In one line: `lr=0.01, width=16`.
impl fmt::Display for TrialSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each: Vec<String> = self.iter().map(|(name, value)| format!("{name}={value}")).collect();
        f.write_str(&each.join(", "))
    }
}

impl Space {
    /// A space without settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a setting with a list of values.
    ///
    /// # Panics
    /// If there are no values, or if there is a setting of this name.
    #[must_use]
    #[track_caller]
    pub fn choices<V: ToString>(self, name: &str, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
        assert!(!values.is_empty(), "Space: {name} has no values; give at least one");
        self.with(name, Values::Choices(values))
    }

    /// Adds a setting with a range of numbers.
    ///
    /// # Panics
    /// If there is a setting of this name.
    #[must_use]
    #[track_caller]
    pub fn range(self, name: &str, range: Range) -> Self {
        self.with(name, Values::Range(range))
    }

    #[track_caller]
    fn with(mut self, name: &str, values: Values) -> Self {
        let is_new = self.names().all(|known| known != name);
        assert!(is_new, "Space: there are two settings {name}; give each once");
        self.dimensions.push(Dimension { name: name.to_owned(), values });
        self
    }

    /// The names of the settings, in the order in which they were added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.dimensions.iter().map(|dimension| &*dimension.name)
    }

    /// The range of a setting; `None` for one with a list of values.
    #[must_use]
    pub fn range_of(&self, name: &str) -> Option<Range> {
        let found = self.dimensions.iter().find(|dimension| dimension.name == name)?;
        if let Values::Range(range) = found.values { Some(range) } else { None }
    }

    /// All combinations of the values, the last setting changing fastest. A range needs its
    /// [`steps`](Range::steps).
    ///
    /// # Errors
    /// If the space is empty, if a range has no steps, or if there are more than 100,000 combinations.
    pub fn grid(&self) -> Result<Vec<TrialSettings>, SearchError> {
        let mut all = vec![TrialSettings::default()];
        if self.dimensions.is_empty() {
            return Err(SearchError::NoSettings);
        }
        for Dimension { name, values } in &self.dimensions {
            let values = match values {
                Values::Choices(values) => values.clone(),
                Values::Range(range) => {
                    range.grid().ok_or_else(|| SearchError::NoSteps { name: name.clone() })?
                }
            };
            checked(all.len() as u128 * values.len() as u128)?;
            let with = |settings: &TrialSettings, value: &String| {
                let mut settings = settings.clone();
                settings.0.push((name.clone(), value.clone()));
                settings
            };
            all = all
                .iter()
                .flat_map(|settings| values.iter().map(move |value| with(settings, value)))
                .collect();
        }
        Ok(all)
    }

    /// `count` random settings (Bergstra and Bengio 2012), no two of them equal. The same seed gives the same
    /// settings, and a larger number adds to those of a smaller one. A space with fewer settings has fewer
    /// trials. Numbers of ranges have four significant digits.
    ///
    /// # Errors
    /// If the space is empty, or if there are more than 100,000 trials.
    pub fn random(&self, count: usize, seed: u64) -> Result<Vec<TrialSettings>, SearchError> {
        if self.dimensions.is_empty() || count == 0 {
            return Err(SearchError::NoSettings);
        }
        checked(count as u128)?;
        let (mut rng, mut known, mut settings) = (StdRng::seed_from_u64(seed), BTreeSet::new(), Vec::new());
        for _ in 0..count.saturating_mul(DRAWS) {
            if settings.len() == count || self.count().is_some_and(|count| settings.len() as u128 == count) {
                break;
            }
            let drawn = self.draw(&mut rng);
            if known.insert(drawn.clone()) {
                settings.push(drawn);
            }
        }
        Ok(settings)
    }

    fn draw(&self, rng: &mut StdRng) -> TrialSettings {
        let value = |dimension: &Dimension| match &dimension.values {
            Values::Choices(values) => values[rng.random_range(0..values.len())].clone(),
            Values::Range(range) => range.sample(rng),
        };
        let values: Vec<String> = self.dimensions.iter().map(value).collect();
        TrialSettings(self.names().map(str::to_owned).zip(values).collect())
    }

    /// The number of settings; `None` if it is not limited by lists and whole numbers.
    fn count(&self) -> Option<u128> {
        let count = |dimension: &Dimension| match &dimension.values {
            Values::Choices(values) => Some(values.iter().collect::<BTreeSet<_>>().len() as u128),
            Values::Range(range) => range.count(),
        };
        self.dimensions.iter().try_fold(1_u128, |product, dimension| product.checked_mul(count(dimension)?))
    }
}

fn checked(trials: u128) -> Result<(), SearchError> {
    if trials <= MOST_TRIALS {
        Ok(())
    } else {
        Err(SearchError::TooManyTrials { trials, limit: MOST_TRIALS })
    }
}

/// A line for each setting.
impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Dimension { name, values } in &self.dimensions {
            match values {
                Values::Choices(values) => writeln!(f, "{name}: one of {values:?}")?,
                Values::Range(range) => writeln!(f, "{name}: {range}")?,
            }
        }
        Ok(())
    }
}
