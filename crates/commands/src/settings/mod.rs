//! Settings files: the options of a command in TOML, as `--config` reads them and `--write-config` writes
//! them.
//!
//! A key is an option without its dashes, or `data`, and a value is what follows the option on the command
//! line: a number, a string, `true` for an option without a value, or a list for options with several values.
//! Options on the command line take precedence.

mod reading;
mod recorded;
mod resumed;
mod space;

#[cfg(test)]
pub(crate) use reading::LONGEST;
pub(crate) use reading::{SettingsError, arguments, file};
pub(crate) use recorded::Recorded;
pub(crate) use resumed::{ResumeProblem, SETTINGS, resumed};
pub(crate) use space::{OF_THE_MACHINE, SpaceFile, read_space};
