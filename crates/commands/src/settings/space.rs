//! The space of a search: settings of `train` in TOML, each with a value, a list of values, or a range.

use super::reading::{File, SettingsError, argument, check, in_order, texts, unknown};
use clap::Command;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use wengert::train::{Range, Space};
use wengert_files::{excerpt, shortened};

/// Options of the groups below that say how the machine is used, and nothing about what is trained.
pub(crate) const OF_THE_MACHINE: [&str; 2] = ["threads", "rank-timeout"];
/// The groups of options that can be searched.
const SEARCHED: [&str; 2] = ["Network", "Training"];
/// The group of options that can only have one value, as it decides what the trials are compared on.
const FIXED: &str = "Data";
/// Options of the groups above that can only have one value, with the reason.
const SAME: [(&str, &str); 2] = [
    ("loss", "trials with different losses cannot be compared"),
    ("seed", "it also splits the data, and trials on different validation parts cannot be compared"),
];
/// The most steps of a range in a grid.
const MOST_STEPS: i64 = 10_000;

/// What a file with a space says.
#[derive(Debug)]
pub(crate) struct SpaceFile {
    /// The settings with several values.
    pub(crate) space: Space,
    /// The settings with one value, as arguments.
    pub(crate) fixed: Vec<String>,
}

/// Reads the space in the text of the file at `path`, whose keys are options of `command`. Those in `given`
/// are on the command line: they take precedence over settings with one value, and an error for others.
///
/// # Errors
/// If a key is not an option that can be searched, or if a value is wrong.
pub(crate) fn read_space(
    path: &Path,
    text: &str,
    command: &Command,
    given: &[&str],
) -> Result<SpaceFile, SettingsError> {
    let file = File { path, text };
    let table = file.table()?;
    let mut found = SpaceFile { space: Space::new(), fixed: Vec::new() };
    for (key, value) in in_order(&table) {
        let (name, start): (&str, usize) = (key.get_ref(), key.span().start);
        let Some(argument) = argument(command, name) else {
            return Err(file.error(start, unknown(command, name)));
        };
        let heading = argument.get_help_heading().unwrap_or_default();
        let is_setting = argument.get_action().takes_values() && !OF_THE_MACHINE.contains(&name);
        let can_be_searched = SEARCHED.contains(&heading) && is_setting;
        if !can_be_searched && heading != FIXED || argument.get_long().is_none() {
            let problem = format!("{name} is no setting of a network or its training; leave it out");
            return Err(file.error(start, problem));
        }
        let searches = matches!(value.get_ref(), DeValue::Array(_) | DeValue::Table(_));
        if !searches {
            let mut arguments = file.arguments(command, name, start, value)?;
            if let (false, Some(argument)) = (given.contains(&name), arguments.pop()) {
                found.fixed.push(argument.to_string_lossy().into_owned());
            }
            continue;
        }
        let same = SAME.iter().find(|(same, _)| *same == name).map(|(_, reason)| *reason);
        let same = same.or((heading == FIXED).then_some("it decides what trials are compared on"));
        if let Some(reason) = same {
            return Err(file.error(start, format!("{name} must have one value: {reason}")));
        }
        if given.contains(&name) {
            let problem =
                format!("{name} has several values here and one on the command line; remove one of them");
            return Err(file.error(start, problem));
        }
        found.space = match value.get_ref() {
            DeValue::Table(table) => {
                let range = file.range(name, value.span().start, table)?;
                for end in [range.low(), range.high()] {
                    // 8.0 where whole numbers are not meant, which an option for a number of things refuses.
                    let text = if range.is_whole() { end.to_string() } else { format!("{end:?}") };
                    check(argument, &text).map_err(|problem| file.error(value.span().start, problem))?;
                }
                found.space.range(name, range)
            }
            _ => {
                let values = file.choices(name, value)?;
                for (text, at) in &values {
                    check(argument, text).map_err(|problem| file.error(*at, problem))?;
                }
                found.space.choices(name, values.into_iter().map(|(text, _)| text))
            }
        };
    }
    Ok(found)
}

impl File<'_> {
    /// The values of a list with their places.
    fn choices(
        &self,
        name: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<(String, usize)>, SettingsError> {
        let DeValue::Array(list) = value.get_ref() else { return Ok(Vec::new()) };
        let mut values: Vec<(String, usize)> = Vec::new();
        for item in list {
            let at = item.span().start;
            let text = texts(item.get_ref()).map(|texts| texts.join(",")).ok_or_else(|| {
                self.error(at, format!("a value of {name} must be a number, a string, or a list of these"))
            })?;
            if values.iter().any(|(known, _)| *known == text) {
                return Err(self.error(at, format!("{} is twice in the list of {name}", excerpt(&text))));
            }
            values.push((text, at));
        }
        if values.is_empty() {
            return Err(self.error(value.span().start, format!("{name} has no values; give at least one")));
        }
        Ok(values)
    }

    /// A range: `{ from = 1e-4, to = 1e-1, scale = "log", steps = 4 }`.
    fn range(&self, name: &str, start: usize, table: &DeTable<'_>) -> Result<Range, SettingsError> {
        let (mut ends, mut is_log, mut steps) = ([None, None], false, None);
        for (key, value) in in_order(table) {
            let at = value.span().start;
            let wrong = |what: &str| self.error(at, format!("{} of {name} must be {what}", key.get_ref()));
            match (&**key.get_ref(), value.get_ref()) {
                ("from", value) => ends[0] = Some(number(value).ok_or_else(|| wrong("a number"))?),
                ("to", value) => ends[1] = Some(number(value).ok_or_else(|| wrong("a number"))?),
                ("scale", DeValue::String(scale)) if scale == "linear" => is_log = false,
                ("scale", DeValue::String(scale)) if scale == "log" => is_log = true,
                ("scale", _) => return Err(wrong("\"linear\" or \"log\"")),
                ("steps", value) => {
                    let count =
                        number(value).filter(|count| count.1 && (2.0..=MOST_STEPS as f64).contains(&count.0));
                    let count =
                        count.ok_or_else(|| wrong(&format!("a whole number from 2 to {MOST_STEPS}")))?;
                    steps = Some(count.0 as usize);
                }
                (key, _) => {
                    let problem = format!(
                        "{:?} is not a part of a range; a range has from, to, scale and steps",
                        shortened(key, 40)
                    );
                    return Err(self.error(at, problem));
                }
            }
        }
        let [Some((low, low_is_whole)), Some((high, high_is_whole))] = ends else {
            return Err(self.error(start, format!("the range of {name} must have two ends, from and to")));
        };
        if low >= high || is_log && low <= 0.0 {
            let positive = if is_log { ", and positive on a logarithmic scale" } else { "" };
            return Err(self.error(start, format!("in the range of {name}, from must be below to{positive}")));
        }
        let range = if is_log { Range::log(low, high) } else { Range::linear(low, high) };
        let range = if low_is_whole && high_is_whole { range.whole() } else { range };
        Ok(steps.map_or(range, |steps| range.steps(steps)))
    }
}

/// A finite number, and whether it is written as a whole one that is exact.
fn number(value: &DeValue<'_>) -> Option<(f64, bool)> {
    let (text, is_whole) = match value {
        DeValue::Integer(number) if number.radix() == 10 => (number.as_str(), true),
        DeValue::Float(number) => (number.as_str(), false),
        _ => return None,
    };
    let x: f64 = text.replace('_', "").parse().ok()?;
    (x.is_finite() && (!is_whole || x.abs() < 9e15)).then_some((x, is_whole))
}
