//! The commands of the program, one module each.

use crate::error::CliError;
use clap::Subcommand;

/// Declares the module of each command and lists it as a variant of [`Command`].
///
/// A module has a type `Arguments`, whose documentation is the help text, and a function `run`. The
/// help text must end with examples that the tests can run. The commands of the second list describe the
/// program itself, to which their `run` has access.
macro_rules! commands {
    ($($module:ident => $Name:ident),+; $($(#[$attribute:meta])* $own:ident => $Own:ident),+ $(,)?) => {
        $(mod $module;)+
        $(mod $own;)+

        /// A command with its arguments.
        #[derive(Subcommand)]
        #[allow(clippy::large_enum_variant, reason = "there is one command")]
        pub(crate) enum Command {
            $($Name($module::Arguments),)+
            $($(#[$attribute])* $Own($own::Arguments),)+
        }

        impl Command {
            pub(crate) fn run(&self, program: &mut clap::Command) -> Result<(), CliError> {
                match self {
                    $(Self::$Name(arguments) => $module::run(arguments),)+
                    $(Self::$Own(arguments) => $own::run(arguments, program),)+
                }
            }
        }
    };
}

commands! {
    train => Train,
    search => Search,
    evaluate => Evaluate,
    predict => Predict,
    inspect => Inspect,
    export => Export,
    import => Import,
    data => Data,
    graph => Graph,
    gradcheck => Gradcheck,
    lab => Lab,
    playground => Playground;
    completions => Completions,
    #[command(hide = true)] man => Man,
}
