//! The file with the results of a search: lines of JSON, first one about the search, then one for each run.

use super::outcome::{TrialOutcome, TrialStatus};
use super::results_error::{ResultsError, VERSION};
use super::space::TrialSettings;
use crate::metrics::Metrics;
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use wengert_files::Output;

/// The largest file that is read: a line is short, and there are at most 100,000 trials.
const MOST_BYTES: u64 = 1 << 28;
/// Writing takes at most this share of the time.
const SHARE: u32 = 20;

/// The file, and when it was written.
#[derive(Clone, Debug)]
pub(super) struct ResultsFile {
    path: PathBuf,
    /// What the search is about, to tell it from others.
    search: String,
    /// When it was written last, and how long that took.
    written: Option<(Instant, Duration)>,
}

impl ResultsFile {
    pub(super) fn new(path: PathBuf, search: String) -> Self {
        Self { path, search, written: None }
    }

    /// Whether enough time has passed since it was written last.
    pub(super) fn is_due(&self) -> bool {
        self.written.is_none_or(|(at, took)| at.elapsed() >= took * SHARE)
    }

    pub(super) fn write<'a>(
        &mut self,
        outcomes: impl Iterator<Item = &'a TrialOutcome>,
    ) -> Result<(), ResultsError> {
        let start = Instant::now();
        let header = json!({ "format": "wengert search", "version": VERSION, "search": self.search });
        let mut text = format!("{header}\n");
        outcomes.for_each(|outcome| text += &format!("{}\n", line_of(outcome)));
        let written = Output::new(&self.path).and_then(|output| output.write(text.as_bytes()));
        written.map_err(ResultsError::Unwritable)?;
        let end = Instant::now();
        self.written = Some((end, end - start));
        Ok(())
    }

    /// The results in the file; none if there is no file.
    pub(super) fn read(&self, settings: &[TrialSettings]) -> Result<Vec<TrialOutcome>, ResultsError> {
        let mut text = String::new();
        let read = File::open(&self.path).and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text));
        match read {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // Better now than after the first trial.
                Output::new(&self.path).map_err(ResultsError::Unwritable)?;
                Ok(Vec::new())
            }
            Err(source) => Err(ResultsError::Unreadable { path: self.path.clone(), source }),
            Ok(_) => self.parsed(&text, settings),
        }
    }

    fn parsed(&self, text: &str, settings: &[TrialSettings]) -> Result<Vec<TrialOutcome>, ResultsError> {
        let wrong = |line: usize, problem: &str| ResultsError::NoResults {
            path: self.path.clone(),
            line,
            problem: problem.to_owned(),
        };
        let mut lines = text.lines().zip(1..).map(|(line, number)| {
            let value = serde_json::from_str::<Value>(line);
            value.map(|value| (value, number)).map_err(|_| wrong(number, "this is not an object in JSON"))
        });
        let (header, _) = lines.next().unwrap_or_else(|| Err(wrong(1, "the file is empty")))?;
        if header["format"] != "wengert search" {
            return Err(wrong(1, "this is not the first line of the results of a search"));
        }
        match header["version"].as_u64() {
            Some(VERSION) => {}
            Some(version) => return Err(ResultsError::Newer { path: self.path.clone(), version }),
            None => return Err(wrong(1, "the version is missing")),
        }
        let search = header["search"].as_str().ok_or_else(|| wrong(1, "what was searched is missing"))?;
        if search != self.search {
            let mut pairs = search.lines().chain([""]).zip(self.search.lines().chain([""]));
            let (file, own) = pairs.find(|(file, own)| file != own).unwrap_or_default();
            let lines = [file.to_owned(), own.to_owned()];
            return Err(ResultsError::OtherSearch { path: self.path.clone(), lines });
        }
        lines
            .map(|line| {
                let (value, number) = line?;
                outcome_of(&value, settings).ok_or_else(|| wrong(number, "this is not the result of a trial"))
            })
            .collect()
    }
}

/// A loss; infinities and NaN, which JSON does not have, as text.
fn loss(x: f64) -> Value {
    serde_json::Number::from_f64(x).map_or_else(|| x.to_string().into(), Value::Number)
}

fn line_of(outcome: &TrialOutcome) -> Value {
    let TrialOutcome { number, settings, epochs, train, validation, status, seconds, round } = outcome;
    let settings: Map<String, Value> =
        settings.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    json!({
        "trial": number,
        "round": round,
        "settings": settings,
        "epochs": epochs,
        "train_loss": loss(train.loss),
        "train_accuracy": train.accuracy.map(loss),
        "validation_loss": loss(validation.loss),
        "validation_accuracy": validation.accuracy.map(loss),
        "status": status.name(),
        "seconds": seconds,
    })
}

/// The outcome in a line, if it is one of a trial with these settings.
fn outcome_of(value: &Value, all: &[TrialSettings]) -> Option<TrialOutcome> {
    let count = |name: &str| value[name].as_u64().and_then(|count| usize::try_from(count).ok());
    let float = |value: &Value| match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_f64(),
    };
    let metrics = |part: &str| {
        let accuracy = match &value[format!("{part}_accuracy")] {
            Value::Null => None,
            accuracy => Some(float(accuracy)?),
        };
        Some(Metrics { loss: float(&value[format!("{part}_loss")])?, accuracy })
    };
    let number = count("trial")?;
    let settings = all.get(number.checked_sub(1)?)?;
    let is_same = settings.iter().all(|(name, text)| value["settings"][name] == *text);
    let status = TrialStatus::ALL.into_iter().find(|status| value["status"] == status.name());
    is_same.then_some(TrialOutcome {
        number,
        settings: settings.clone(),
        epochs: count("epochs")?,
        train: metrics("train")?,
        validation: metrics("validation")?,
        status: status?,
        seconds: value["seconds"].as_f64()?,
        round: count("round")?,
    })
}
