//! The commands of the program, one module each.

use crate::error::CliError;
use clap::Subcommand;

/// Declares the module of each command and lists it as a variant of [`Command`].
///
/// A module has a type `Arguments`, whose documentation is the help text, and a function `run`. The
/// help text must end with an example that the tests can run.
macro_rules! commands {
    ($($module:ident => $Name:ident),+ $(,)?) => {
        $(mod $module;)+

        /// A command with its arguments.
        #[derive(Subcommand)]
        pub(crate) enum Command {
            $($Name($module::Arguments)),+
        }

        impl Command {
            pub(crate) fn run(&self) -> Result<(), CliError> {
                match self {
                    $(Self::$Name(arguments) => $module::run(arguments)),+
                }
            }
        }
    };
}

commands! {
    train => Train,
    predict => Predict,
    graph => Graph,
    gradcheck => Gradcheck,
}
