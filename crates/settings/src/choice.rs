//! A choice from a registry.

use crate::error::{ChoiceError, ChoiceProblem};
use crate::registry::{Entry, Registry, Setting, normalised};
use crate::valid::Valid;
use std::fmt;
use wengert_files::excerpt;

/// An entry of a [`Registry`], and the settings that were given for it.
///
/// Its text is the shortest that describes it, so that equal choices have equal texts: settings that were not
/// given are left out, the others are in the order of the registry.
#[derive(Clone, Debug)]
pub struct Choice {
    registry: &'static Registry,
    entry: &'static Entry,
    /// The settings that were given, each with its values; none for a flag.
    given: Vec<(&'static Setting, Vec<f64>)>,
}

/// Choosing.
impl Registry {
    /// The choice that a text describes, such as `sgd:momentum=0.9,nesterov`.
    ///
    /// # Errors
    /// If nothing has this name, if it has no such setting, or if a value is not valid. The message says what
    /// is.
    pub fn parse(&'static self, text: &str) -> Result<Choice, ChoiceError> {
        let (name, settings) = match text.split_once(':') {
            Some((name, settings)) => (name, Some(settings)),
            None => (text, None),
        };
        let mut choice = self.choose(name)?;
        for part in settings.into_iter().flat_map(|settings| settings.split(',')) {
            choice = match part.split_once('=') {
                Some((setting, value)) => choice.given_once(setting, Some(value))?,
                None => choice.given_once(part, None)?,
            };
        }
        Ok(choice)
    }

    /// The choice of this name, with its default settings.
    ///
    /// # Errors
    /// If nothing has this name.
    pub fn choose(&'static self, name: &str) -> Result<Choice, ChoiceError> {
        let wanted = normalised(name);
        let entry = self.entries.iter().find(|entry| entry.name == wanted);
        entry.map(|entry| Choice::new(self, entry)).ok_or_else(|| {
            let (known, nearest) = (self.names().collect(), self.nearest(&wanted));
            let problem = ChoiceProblem::UnknownName { name: excerpt(name), known, nearest };
            ChoiceError { kind: self.kind, problem }
        })
    }
}

impl PartialEq for Choice {
    fn eq(&self, other: &Self) -> bool {
        self.registry.kind == other.registry.kind && self.to_string() == other.to_string()
    }
}

impl Choice {
    fn new(registry: &'static Registry, entry: &'static Entry) -> Self {
        Self { registry, entry, given: Vec::new() }
    }

    /// The name of the entry.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.entry.name
    }

    /// The entry.
    #[must_use]
    pub fn entry(&self) -> &'static Entry {
        self.entry
    }

    /// The settings that the entry has: its own, then the common ones of the registry.
    pub fn settings(&self) -> impl Iterator<Item = &'static Setting> + use<> {
        self.entry.settings.iter().chain(self.registry.common)
    }

    /// The value of a setting: the given one, or the default.
    ///
    /// # Panics
    /// If the entry has no such setting.
    #[must_use]
    #[track_caller]
    pub fn number(&self, setting: &str) -> f64 {
        self.given(setting).and_then(|values| values.first().copied()).unwrap_or_else(|| {
            let known = self.settings().find(|known| known.name == setting);
            known.unwrap_or_else(|| panic!("{} has no setting {setting}", self.name())).default
        })
    }

    /// The value of a whole number, or its default.
    ///
    /// # Panics
    /// If the entry has no such setting.
    #[must_use]
    #[track_caller]
    pub fn count(&self, setting: &str) -> u64 {
        self.number(setting) as u64
    }

    /// Whether a setting was given.
    #[must_use]
    pub fn has(&self, setting: &str) -> bool {
        self.given(setting).is_some()
    }

    /// The values of a setting that was given; empty for a flag.
    #[must_use]
    pub fn given(&self, setting: &str) -> Option<&[f64]> {
        let found = self.given.iter().find(|(known, _)| known.name == setting);
        found.map(|(_, values)| values.as_slice())
    }

    /// The choice with another value for a setting; `None` for a flag.
    ///
    /// # Errors
    /// If the entry has no such setting, or if the value is not valid.
    pub fn with(mut self, setting: &str, value: Option<&str>) -> Result<Self, ChoiceError> {
        let known = self.find(setting)?;
        self.given.retain(|(other, _)| other.name != known.name);
        self.given_once(setting, value)
    }

    /// As [`with`](Self::with), but an error if the setting was given before.
    fn given_once(mut self, setting: &str, value: Option<&str>) -> Result<Self, ChoiceError> {
        let known = self.find(setting)?;
        if self.has(known.name) {
            return Err(self.error(ChoiceProblem::Twice { choice: self.name(), setting: known.name }));
        }
        let values = match (known.valid, value) {
            (Valid::Flag, None) => Some(Vec::new()),
            (valid, value) => value.and_then(|value| valid.parse(value)),
        };
        let Some(values) = values else {
            let (choice, setting, valid) = (self.name(), known.name, known.valid);
            return Err(self.error(ChoiceProblem::Value {
                choice,
                setting,
                value: value.map(excerpt),
                valid,
            }));
        };
        let order: Vec<&str> = self.settings().map(|known| known.name).collect();
        let position = |name: &str| order.iter().position(|known| *known == name);
        self.given.push((known, values));
        self.given.sort_by_key(|(known, _)| position(known.name));
        Ok(self)
    }

    fn find(&self, setting: &str) -> Result<&'static Setting, ChoiceError> {
        let wanted = normalised(setting);
        self.settings().find(|known| known.name == wanted).ok_or_else(|| {
            let known = self.settings().map(|known| known.name).collect();
            let (choice, setting) = (self.name(), excerpt(setting));
            self.error(ChoiceProblem::UnknownSetting { choice, setting, known })
        })
    }

    fn error(&self, problem: ChoiceProblem) -> ChoiceError {
        ChoiceError { kind: self.registry.kind, problem }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        let mut separator = ':';
        for (setting, values) in &self.given {
            write!(f, "{separator}{}", setting.name)?;
            let values: Vec<String> = values.iter().map(f64::to_string).collect();
            if !values.is_empty() {
                write!(f, "={}", values.join("/"))?;
            }
            separator = ',';
        }
        Ok(())
    }
}
