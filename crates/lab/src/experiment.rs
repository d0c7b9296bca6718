//! What an experiment is, and how experiments are listed.

use crate::error::LabError;
use crate::report::Report;
use clap::{ArgMatches, Args, Command};

/// An experiment: a type whose fields are the settings, with their defaults as `clap` reads them.
///
/// A new experiment is one file: the type, with `#[derive(Args)]` and a comment for each field, and an
/// implementation of this trait. It is listed in the `mod.rs` of its topic.
pub trait Experiment: Args {
    /// The name, in lower case with hyphens: `"condition-number"`.
    const NAME: &'static str;
    /// What one sees, in one line without a full stop.
    const ABOUT: &'static str;
    /// The numbered facts that the experiment shows, such as `"6.7"`; see [`FACTS`](crate::FACTS).
    const SHOWS: &'static [&'static str];
    /// Arguments to try after the name: `"--condition 30"`.
    const EXAMPLE: &'static str;
    /// Whether the report contains times, which differ from run to run. The numbers with an expectation do
    /// not.
    const MEASURES_TIME: bool = false;

    /// Runs the experiment. The same settings give the same report, up to times.
    ///
    /// # Errors
    /// If settings that are valid on their own do not go together.
    fn run(&self) -> Result<Report, LabError>;

    /// The experiment with its default settings.
    #[must_use]
    fn with_defaults() -> Self {
        let command = Self::augment_args(Command::new(Self::NAME).no_binary_name(true));
        let matches = command.try_get_matches_from(std::iter::empty::<&str>());
        let matches = matches.expect("every setting of an experiment has a default");
        Self::from_arg_matches(&matches).expect("the matches come from the same arguments")
    }
}

/// An experiment in the list of its topic.
#[derive(Debug)]
pub struct Entry {
    /// [`Experiment::NAME`].
    pub name: &'static str,
    /// [`Experiment::ABOUT`].
    pub about: &'static str,
    /// [`Experiment::SHOWS`].
    pub shows: &'static [&'static str],
    /// [`Experiment::EXAMPLE`].
    pub example: &'static str,
    /// [`Experiment::MEASURES_TIME`].
    pub measures_time: bool,
    arguments: fn(Command) -> Command,
    run: fn(&ArgMatches) -> Result<Report, LabError>,
}

impl Entry {
    /// The entry of an experiment.
    #[must_use]
    pub const fn of<E: Experiment>() -> Self {
        Self {
            name: E::NAME,
            about: E::ABOUT,
            shows: E::SHOWS,
            example: E::EXAMPLE,
            measures_time: E::MEASURES_TIME,
            arguments: E::augment_args,
            run: |matches| E::from_arg_matches(matches).map_err(LabError::Arguments)?.run(),
        }
    }

    /// The experiment as a command with its settings as flags.
    #[must_use]
    pub fn command(&self) -> Command {
        let example = format!("Example:\n  wengert lab {} {}", self.name, self.example);
        (self.arguments)(Command::new(self.name)).about(self.about).long_about(None).after_help(example)
    }

    /// Runs the experiment with the arguments of its [`command`](Self::command).
    ///
    /// # Errors
    /// If settings do not go together.
    pub fn run(&self, matches: &ArgMatches) -> Result<Report, LabError> {
        (self.run)(matches)
    }

    /// Runs the experiment with arguments as on a command line, without the name.
    ///
    /// # Errors
    /// If an argument is not valid, or if settings do not go together.
    pub fn run_with<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Result<Report, LabError> {
        let command = self.command().no_binary_name(true);
        self.run(&command.try_get_matches_from(arguments).map_err(LabError::Arguments)?)
    }
}

/// Experiments on one topic.
#[derive(Debug)]
pub struct Topic {
    /// The title: `"Least squares"`.
    pub title: &'static str,
    /// The experiments, in the order of the book.
    pub experiments: &'static [Entry],
}
