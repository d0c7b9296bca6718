//! The results of a search while it runs: in memory, and in a file if there is one.

use super::error::SearchError;
use super::outcome::TrialOutcome;
#[cfg(feature = "tables")]
use super::results_file::ResultsFile;
use super::space::TrialSettings;
use std::collections::BTreeMap;

/// Where results are kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Results {
    #[cfg(feature = "tables")]
    file: Option<ResultsFile>,
}

/// The results so far, by the trial and the round.
pub(super) struct OpenResults {
    outcomes: BTreeMap<(usize, usize), TrialOutcome>,
    #[cfg(feature = "tables")]
    file: Option<ResultsFile>,
}

impl Results {
    #[cfg(feature = "tables")]
    pub(super) fn in_file(path: std::path::PathBuf, search: String) -> Self {
        Self { file: Some(ResultsFile::new(path, search)) }
    }

    /// The results that are there already, of trials with these settings.
    pub(super) fn open(&self, settings: &[TrialSettings]) -> Result<OpenResults, SearchError> {
        #[cfg(feature = "tables")]
        let found = match &self.file {
            Some(file) => file.read(settings)?,
            None => Vec::new(),
        };
        #[cfg(not(feature = "tables"))]
        let found = {
            let _ = settings;
            Vec::new()
        };
        let outcomes = found.into_iter().map(|outcome: TrialOutcome| (key(&outcome), outcome)).collect();
        Ok(OpenResults {
            outcomes,
            #[cfg(feature = "tables")]
            file: self.file.clone(),
        })
    }
}

fn key(outcome: &TrialOutcome) -> (usize, usize) {
    (outcome.number, outcome.round)
}

impl OpenResults {
    /// No results, and no file.
    pub(super) fn new() -> Self {
        Self {
            outcomes: BTreeMap::new(),
            #[cfg(feature = "tables")]
            file: None,
        }
    }

    /// All results.
    pub(super) fn all(&self) -> Vec<TrialOutcome> {
        self.outcomes.values().cloned().collect()
    }

    /// Adds a result that is in the file already, if there is one.
    pub(super) fn insert(&mut self, outcome: TrialOutcome) {
        self.outcomes.insert(key(&outcome), outcome);
    }

    pub(super) fn get(&self, number: usize, round: usize) -> Option<&TrialOutcome> {
        self.outcomes.get(&(number, round))
    }

    pub(super) fn len(&self) -> usize {
        self.outcomes.len()
    }

    /// Adds a result, and writes the file if it is time.
    pub(super) fn add(&mut self, outcome: TrialOutcome) -> Result<(), SearchError> {
        self.insert(outcome);
        #[cfg(feature = "tables")]
        if self.file.as_ref().is_some_and(ResultsFile::is_due) {
            return self.write();
        }
        Ok(())
    }

    /// Writes the file.
    pub(super) fn write(&mut self) -> Result<(), SearchError> {
        #[cfg(feature = "tables")]
        if let Some(file) = &mut self.file {
            file.write(self.outcomes.values())?;
        }
        Ok(())
    }
}
