//! Arguments that know how they were given, to be written to a settings file.

use super::reading::name;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use std::ops::Deref;
use toml::Value;

/// Options that belong to one run of the program, and not to its settings.
const UNRECORDED: [&str; 8] =
    ["config", "write_config", "checkpoint", "resume", "dry_run", "overfit_batch", "find_lr", "cv"];

/// The arguments of a command, with the settings that they were parsed from.
pub(crate) struct Recorded<A> {
    arguments: A,
    settings: Vec<Setting>,
}

/// An option of a command.
struct Setting {
    heading: Option<String>,
    name: String,
    /// The values that were given, or the default values; `None` if there are none.
    value: Option<Value>,
    /// The argument as it was given on the command line.
    given: Option<String>,
}

impl<A> Deref for Recorded<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.arguments
    }
}

impl<A> Recorded<A> {
    /// A settings file with these arguments: those that were given, the default values, and for other options
    /// the values that were `chosen` for the data.
    pub(crate) fn settings_file(&self, command: &str, chosen: &[(&str, String)]) -> String {
        let mut text = format!("# Settings of `wengert {command}`; repeat the run with --config FILE.\n");
        let mut heading = &None;
        for setting in &self.settings {
            let chosen = chosen.iter().find(|(name, _)| *name == setting.name);
            let value = setting.value.clone().or_else(|| chosen.map(|(_, value)| number_or_text(value)));
            let Some(value) = value else { continue };
            if setting.heading != *heading {
                heading = &setting.heading;
                text += &heading.as_ref().map_or_else(String::new, |heading| format!("\n# {heading}\n"));
            }
            text += &format!("{} = {value}\n", setting.name);
        }
        text
    }
}

/// What was given on the command line.
impl<A> Recorded<A> {
    /// The options below these headings of the help, by name: `("lr", "--lr=0.1")`.
    pub(crate) fn given<'a>(&'a self, headings: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.settings.iter().filter_map(move |setting| {
            let is_below = headings.contains(&setting.heading.as_deref()?);
            is_below.then_some((&*setting.name, setting.given.as_deref()?))
        })
    }
}

impl Setting {
    fn of(argument: &Arg, matches: &ArgMatches) -> Self {
        let id = argument.get_id().as_str();
        let given = matches.value_source(id) == Some(ValueSource::CommandLine);
        let mut as_given = format!("--{}", name(argument));
        let value = if argument.get_action().takes_values() {
            let raw = matches.get_raw(id).into_iter().flatten();
            let texts: Vec<String> = raw.map(|value| value.to_string_lossy().into_owned()).collect();
            as_given = format!("{as_given}={}", texts.join(","));
            let is_list = argument.get_value_delimiter().is_some();
            let whole = || texts.first().map(|text| number_or_text(text));
            if is_list && !texts.is_empty() {
                Some(Value::Array(texts.iter().map(|text| number_or_text(text)).collect()))
            } else {
                whole()
            }
        } else {
            matches.get_flag(id).then_some(Value::Boolean(true))
        };
        // Where the results of a run go is not a default worth repeating.
        let is_output = argument.get_help_heading() == Some("Output");
        let value = value.filter(|_| given || !is_output);
        let heading = argument.get_help_heading().map(str::to_owned);
        Self { heading, name: name(argument).to_owned(), value, given: given.then_some(as_given) }
    }
}

/// A number where the text is one as TOML writes it.
fn number_or_text(text: &str) -> Value {
    let integer = text.parse::<i64>().ok().filter(|number| number.to_string() == text).map(Value::Integer);
    let float =
        || text.parse::<f64>().ok().filter(|x| x.is_finite() && x.to_string() == text).map(Value::Float);
    integer.or_else(float).unwrap_or_else(|| Value::String(text.to_owned()))
}

impl<A: Args> FromArgMatches for Recorded<A> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let command = A::augment_args(Command::new("settings"));
        let excluded = |argument: &&Arg| !UNRECORDED.contains(&argument.get_id().as_str());
        let arguments = command.get_arguments().filter(excluded);
        let settings = arguments.map(|argument| Setting::of(argument, matches)).collect();
        Ok(Self { arguments: A::from_arg_matches(matches)?, settings })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl<A: Args> Args for Recorded<A> {
    fn augment_args(command: Command) -> Command {
        A::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        A::augment_args_for_update(command)
    }
}
