//! The arguments that a settings file stands for.

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};
use wengert_files::{excerpt, shortened};

/// Options that a settings file cannot contain.
const EXCLUDED: [&str; 4] = ["config", "write_config", "resume", "help"];

/// The largest size of a file in bytes. The parser takes up to 140 times as much memory.
pub(crate) const LONGEST: usize = 1 << 14;

/// The most characters of a message about a value.
const MESSAGE: usize = 400;

/// A mistake in a settings file, and its place.
#[derive(Debug)]
pub(crate) struct SettingsError {
    file: PathBuf,
    line: usize,
    column: usize,
    problem: String,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, problem } = self;
        write!(f, "{}, line {line}, column {column}: {problem}", excerpt(&file.display().to_string()))
    }
}

/// The file that the option `config` of a command names.
pub(crate) fn file(given: &ArgMatches) -> Option<&PathBuf> {
    given.try_get_one::<PathBuf>("config").ok().flatten()
}

/// The arguments that the text of the file at `path` stands for, without those that are given on the command
/// line.
///
/// # Errors
/// If a key is not an option of the command, or if a value is wrong.
pub(crate) fn arguments(
    path: &Path,
    text: &str,
    command: &Command,
    given: &ArgMatches,
) -> Result<Vec<OsString>, SettingsError> {
    let file = File { path, text };
    let table = file.table()?;
    let mut arguments = Vec::new();
    for (key, value) in in_order(&table) {
        let found = file.arguments(command, key.get_ref(), key.span().start, value)?;
        let argument = argument(command, key.get_ref()).expect("the key was found");
        if given.value_source(argument.get_id().as_str()) != Some(ValueSource::CommandLine) {
            arguments.extend(found);
        }
    }
    Ok(arguments)
}

/// The argument of a command that a key stands for.
pub(super) fn argument<'a>(command: &'a Command, key: &str) -> Option<&'a Arg> {
    let named = command.get_arguments().find(|argument| name(argument) == key);
    named.filter(|argument| !EXCLUDED.contains(&argument.get_id().as_str()))
}

/// The key of an argument in a settings file.
pub(super) fn name(argument: &Arg) -> &str {
    argument.get_long().unwrap_or(argument.get_id().as_str())
}

/// The entries of a table in the order of the file.
pub(super) fn in_order<'a, 'f>(
    table: &'a DeTable<'f>,
) -> Vec<(&'a Spanned<DeString<'f>>, &'a Spanned<DeValue<'f>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// A file with its text.
pub(super) struct File<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl<'a> File<'a> {
    /// The content.
    pub(super) fn table(&self) -> Result<DeTable<'a>, SettingsError> {
        let length = self.text.len();
        if length > LONGEST {
            let problem = format!("the file has {length} bytes; it must have at most {LONGEST} bytes");
            return Err(self.error(0, problem));
        }
        let parsed = DeTable::parse(self.text).map(Spanned::into_inner);
        parsed.map_err(|error| {
            self.error(error.span().map_or(0, |span| span.start), error.message().to_owned())
        })
    }

    /// The arguments for one key, of which the values are checked.
    pub(super) fn arguments(
        &self,
        command: &Command,
        key: &str,
        start: usize,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<OsString>, SettingsError> {
        let Some(argument) = argument(command, key) else {
            return Err(self.error(start, unknown(command, key)));
        };
        let at = value.span().start;
        let expected = |what: &str| self.error(at, format!("{} must be {what}", excerpt(key)));
        if !argument.get_action().takes_values() {
            let flag = format!("--{key}").into();
            return match value.get_ref() {
                DeValue::Boolean(true) => Ok(vec![flag]),
                DeValue::Boolean(false) => Ok(Vec::new()),
                _ => Err(expected("true or false")),
            };
        }
        let values =
            texts(value.get_ref()).ok_or_else(|| expected("a number, a string, or a list of these"))?;
        let values = match argument.get_action() {
            ArgAction::Append => values,
            _ => vec![values.join(",")],
        };
        let mut arguments = Vec::new();
        for value in values {
            check(argument, &value).map_err(|problem| self.error(at, problem))?;
            let is_option = argument.get_long().is_some();
            arguments.push(if is_option { format!("--{key}={value}") } else { value }.into());
        }
        Ok(arguments)
    }

    pub(super) fn error(&self, start: usize, problem: String) -> SettingsError {
        let before = self.text.get(..start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |text| text.chars().count()) + 1;
        SettingsError { file: self.path.to_owned(), line, column, problem }
    }
}

/// The values of an option, as on the command line; `None` if they are of another kind.
pub(super) fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    let text = |value: &DeValue<'_>| match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        _ => None,
    };
    match value {
        DeValue::Array(values) => values.iter().map(|value| text(value.get_ref())).collect(),
        value => text(value).map(|text| vec![text]),
    }
}

/// Checks a value with the parser of the argument, and returns what is wrong with it.
pub(super) fn check(argument: &Arg, value: &str) -> Result<(), String> {
    let mut alone = Arg::new("value").value_parser(argument.get_value_parser().clone());
    alone = alone.long(name(argument).to_owned()).allow_hyphen_values(true);
    if let Some(delimiter) = argument.get_value_delimiter() {
        alone = alone.value_delimiter(delimiter);
    }
    if let Some(names) = argument.get_value_names() {
        alone = alone.value_names(names.iter().cloned());
    }
    let parsed = Command::new("settings")
        .arg(alone)
        .try_get_matches_from(["settings".to_owned(), format!("--{}={value}", name(argument))]);
    parsed.map(drop).map_err(|error| {
        let message = error.to_string();
        let first = message.split("\n\n").next().unwrap_or(&message).trim_start_matches("error: ");
        let lines: Vec<&str> = first.lines().map(str::trim).collect();
        // A value with line ends is not found any more.
        shortened(&lines.join(" ").replace(value, &excerpt(value)), MESSAGE)
    })
}

pub(super) fn unknown(command: &Command, key: &str) -> String {
    let known = command.get_arguments().filter(|argument| !EXCLUDED.contains(&argument.get_id().as_str()));
    let distances = known.map(|argument| (strsim::levenshtein(key, name(argument)), name(argument)));
    // A key of any length is not compared in full.
    let nearest = if key.len() < 100 { distances.min().filter(|(edits, _)| *edits <= 2) } else { None };
    let suggestion = nearest.map_or_else(String::new, |(_, name)| format!("; did you mean {name:?}?"));
    format!("{:?} is not an option of {}{suggestion}", excerpt(key), command.get_name())
}
