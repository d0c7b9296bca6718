//! The commands of the program, one module each.

use crate::error::CliError;
use crate::ranks::Launcher;
use clap::Subcommand;

/// Declares the module of each command and lists it as a variant of [`Command`].
///
/// A module has a type `Arguments`, whose documentation is the help text, and a function `run`. The help
/// text must end with examples that the tests can run. The commands of the first list have to do with the
/// ranks of a run, which their `run` finds by the launcher. Those of the third list are features of the
/// program, without which they say how to compile it with them. Those of the fourth list describe the
/// program itself, to which their `run` has access.
macro_rules! commands {
    ($($joint:ident => $Joint:ident),+;
        $($module:ident => $Name:ident),+;
        $($feature:literal $part:ident => $Part:ident, $about:literal);+;
        $($(#[$attribute:meta])* $own:ident => $Own:ident),+ $(,)?) => {
        $(mod $joint;)+
        $(mod $module;)+
        $(
            #[cfg(feature = $feature)]
            mod $part;
            #[cfg(not(feature = $feature))]
            mod $part {
                use crate::error::CliError;

                #[derive(clap::Args)]
                #[command(
                    about = concat!($about, " (this program was compiled without it, see --help)"),
                    after_help = concat!(
                        "To compile the program with it:\n  cargo install --path . --features ", $feature
                    )
                )]
                pub(crate) struct Arguments {
                    /// Its arguments.
                    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENT")]
                    _arguments: Vec<String>,
                }

                pub(crate) fn run(_: &Arguments) -> Result<(), CliError> {
                    let what = concat!("`wengert ", stringify!($part), "`");
                    Err(CliError::CompiledWithout { what, feature: $feature })
                }
            }
        )+
        $(mod $own;)+

        /// A command with its arguments.
        #[derive(Subcommand)]
        #[allow(clippy::large_enum_variant, reason = "there is one command")]
        pub(crate) enum Command {
            $($Joint($joint::Arguments),)+
            $($Name($module::Arguments),)+
            $($Part($part::Arguments),)+
            $($(#[$attribute])* $Own($own::Arguments),)+
        }

        impl Command {
            pub(crate) fn run(
                &self,
                program: &mut clap::Command,
                launcher: &mut Launcher<'_>,
            ) -> Result<(), CliError> {
                match self {
                    $(Self::$Joint(arguments) => $joint::run(arguments, launcher),)+
                    $(Self::$Name(arguments) => $module::run(arguments),)+
                    $(Self::$Part(arguments) => $part::run(arguments),)+
                    $(Self::$Own(arguments) => $own::run(arguments, program),)+
                }
            }
        }
    };
}

commands! {
    train => Train,
    search => Search,
    launch => Launch;
    evaluate => Evaluate,
    predict => Predict,
    inspect => Inspect,
    data => Data,
    graph => Graph,
    gradcheck => Gradcheck;
    "formats" export => Export, "Write a model for another program";
    "formats" import => Import, "Read a model of another program";
    "lab" lab => Lab, "Run an experiment of a lecture";
    "playground" playground => Playground, "Open the interactive page in the browser";
    completions => Completions,
    #[command(hide = true)] man => Man,
}
