//! The command of each experiment, which are up to the crate of the lab.

use super::{all, list, one};
use crate::error::CliError;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use wengert_lab::{Entry, experiment, experiments};

/// The arguments of one of them.
pub(crate) struct Arguments {
    action: Action,
}

enum Action {
    List(list::Arguments),
    All(all::Arguments),
    One { experiment: &'static Entry, settings: ArgMatches, output: one::Arguments },
}

impl Args for Arguments {
    fn augment_args(command: Command) -> Command {
        let command = command
            .about("Run an experiment of a lecture: numbers, figures, and what to see in them")
            .after_help("Examples:\n  wengert lab list\n  wengert lab condition-number --condition 100")
            .subcommand_required(true)
            .arg_required_else_help(false)
            .subcommand_value_name("EXPERIMENT")
            .subcommand(list::Arguments::augment_args(Command::new("list")))
            .subcommand(all::Arguments::augment_args(Command::new("all")));
        experiments().fold(command, |command, experiment| {
            let flags = one::Arguments::augment_args(experiment.command());
            command.subcommand(flags.about(experiment.about))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Arguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let (name, matches) = matches.subcommand().expect("a subcommand is required");
        let action = match name {
            "list" => Action::List(list::Arguments::from_arg_matches(matches)?),
            "all" => Action::All(all::Arguments::from_arg_matches(matches)?),
            name => Action::One {
                experiment: experiment(name).expect("the other subcommands are experiments"),
                settings: matches.clone(),
                output: one::Arguments::from_arg_matches(matches)?,
            },
        };
        Ok(Self { action })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CliError> {
    match &arguments.action {
        Action::List(arguments) => list::run(arguments),
        Action::All(arguments) => all::run(arguments),
        Action::One { experiment, settings, output } => one::run(experiment, settings, output),
    }
}
