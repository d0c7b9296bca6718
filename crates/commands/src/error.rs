//! The reasons why a command fails.

#[cfg(feature = "playground")]
use crate::playground_error::PlaygroundError;
use crate::rank_problem::RankProblem;
use crate::settings::{ResumeProblem, SettingsError};
use crate::shell_word::quoted;
use crate::unfit_data::UnfitData;
use std::path::PathBuf;
use std::{fmt, io};
use wengert::ad::kernels::InstructionSetError;
use wengert::data::DataError;
use wengert::figures::SaveError;
#[cfg(feature = "formats")]
use wengert::formats::FormatError;
use wengert::optim::{ScheduleError, SuggestRateError};
use wengert::settings::ChoiceError;
use wengert::train::{Divergence, DivergenceCause, SavedModelError, SearchError, TrainError};
use wengert_files::{WriteError, excerpt};
use wengert_formula::{ParseError, PointError};
#[cfg(feature = "lab")]
use wengert_lab::LabError;

#[derive(Debug)]
pub(crate) enum CliError {
    /// Data cannot be read or split.
    Data(DataError),
    /// A model cannot be saved or loaded.
    Model(SavedModelError),
    /// A model of another program cannot be written or read.
    #[cfg(feature = "formats")]
    Format(FormatError),
    /// A file that is not a text would be written to the terminal.
    #[cfg(feature = "formats")]
    NotText,
    /// Training cannot start.
    Train(TrainError),
    /// A choice, such as that of an optimizer, is not valid.
    Choice(ChoiceError),
    /// A training is too short for its schedule.
    Schedule(ScheduleError),
    /// The data do not fit the options or the model.
    Unfit(UnfitData),
    /// A picture cannot be written.
    Picture(SaveError),
    /// There are more things than the program can handle.
    TooMany { what: &'static str, size: u128, limit: u128, remedy: &'static str },
    /// A settings file is wrong.
    Settings(SettingsError),
    /// A text cannot be read.
    Input { name: String, error: io::Error },
    /// The loss became infinite or NaN; a checkpoint may have an earlier state, as the text says.
    Diverged { divergence: Box<Divergence>, kept: String },
    /// A signal interrupted a training run.
    Interrupted(Box<Interrupted>),
    /// A network did not learn one batch by heart.
    NotLearnt { first: f64, after: f64, steps: usize },
    /// A sweep over learning rates suggests none.
    Rate(SuggestRateError),
    /// A cross-validation or a search cannot be done.
    Search(SearchError),
    /// A trial of a search has settings that cannot be trained with.
    Trial { number: usize, settings: String, error: Box<CliError> },
    /// There are results at the path of a new search.
    ResultsExist { file: PathBuf },
    /// Arguments do not fit together.
    Arguments(String),
    /// The environment chooses instructions that the processor does not have.
    Instructions(InstructionSetError),
    /// A run cannot continue.
    Resume(ResumeProblem),
    /// Signals cannot be waited for.
    Signals(io::Error),
    /// The text is not a formula.
    Formula(ParseError),
    /// The given values do not match the variables of the formula.
    Point(PointError),
    /// The formula has no variables, and therefore no graph.
    ConstantFormula { value: f64 },
    /// The derivatives disagree; the printed report says where.
    GradcheckFailed,
    /// The differences leave a derivative open; the printed report says which.
    GradcheckCannotTell,
    /// Numbers of experiments are not what they should be; the report says which.
    #[cfg(feature = "lab")]
    UnexpectedNumbers { count: usize },
    /// An experiment cannot run with these settings.
    #[cfg(feature = "lab")]
    Lab(LabError),
    /// The playground cannot begin, or refuses a request.
    #[cfg(feature = "playground")]
    Playground(PlaygroundError),
    /// The program was compiled without a feature.
    #[cfg(any(test, not(all(feature = "formats", feature = "lab", feature = "playground"))))]
    CompiledWithout { what: &'static str, feature: &'static str },
    /// A command cannot run on several ranks.
    Ranks(RankProblem),
    /// A command failed on one of several ranks.
    OfRank { rank: usize, error: Box<CliError> },
    /// A file cannot be written.
    Write(WriteError),
    /// Standard output is closed or full.
    Output(io::Error),
}

/// A training that a signal interrupted.
#[derive(Debug)]
pub(crate) struct Interrupted {
    pub(crate) epoch: usize,
    pub(crate) step: usize,
    pub(crate) is_saved: bool,
    /// The checkpoint.
    pub(crate) file: PathBuf,
    pub(crate) exit_code: u8,
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { epoch, step, is_saved, file, .. } = self;
        write!(f, "interrupted after step {step} of epoch {epoch}; ")?;
        let quoted = quoted(&file.display().to_string());
        if *is_saved {
            write!(f, "continue with: wengert train --resume {quoted}")
        } else {
            write!(f, "the loss is not finite, and the state was not saved to {quoted}")
        }
    }
}

impl CliError {
    /// 2 if the arguments are wrong, as for arguments that cannot be parsed; 128 and the number of the signal
    /// if one interrupted the program; 1 for everything else.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Formula(_)
            | Self::Point(_)
            | Self::ConstantFormula { .. }
            | Self::Settings(_)
            | Self::Choice(_)
            | Self::Arguments(_)
            | Self::Instructions(_)
            | Self::Resume(ResumeProblem::Fixed { .. } | ResumeProblem::Settings(_))
            | Self::Unfit(UnfitData::NoData) => 2,
            #[cfg(feature = "lab")]
            Self::Lab(_) => 2,
            #[cfg(feature = "playground")]
            Self::Playground(error) if error.is_of_arguments() => 2,
            Self::Interrupted(interrupted) => interrupted.exit_code,
            Self::Ranks(problem) => problem.exit_code(),
            Self::OfRank { error, .. } => error.exit_code(),
            _ => 1,
        }
    }
}

/// How to get what this program was compiled without.
#[cfg(any(test, not(all(feature = "formats", feature = "lab", feature = "playground"))))]
fn how_to_compile(f: &mut fmt::Formatter<'_>, what: &str, feature: &str) -> fmt::Result {
    write!(
        f,
        "this program was compiled without {what}; in the folder of its source, \
         `cargo install --path . --features {feature}` adds it"
    )
}

/// What to do if a network did not learn one batch by heart.
fn not_learnt(f: &mut fmt::Formatter<'_>, first: f64, after: f64, steps: usize) -> fmt::Result {
    write!(
        f,
        "the network did not learn one batch by heart: its loss was {first:.4} before and {after:.4} after \
         {steps} steps, and should fall to a hundredth; check the targets, the activation and --lr, or \
         choose a larger network"
    )
}

/// The option that the advice about a divergence is about, with what leads to it in the sentence.
fn option_against(cause: &DivergenceCause) -> &'static str {
    match cause {
        DivergenceCause::LearningRate { .. } => " with --lr",
        DivergenceCause::WeightDecay { .. } => " with --weight-decay",
        _ => "",
    }
}

const CANNOT_TELL: &str = "the gradient check cannot tell: the finite differences do not converge here, or \
                           rounding hides the derivative; choose another point";

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(error) => error.fmt(f),
            Self::Model(error) => error.fmt(f),
            #[cfg(feature = "formats")]
            Self::Format(error) => error.fmt(f),
            #[cfg(feature = "formats")]
            Self::NotText => f.write_str("this format is not a text; give a file with --output"),
            Self::Train(error) => error.fmt(f),
            Self::Settings(error) => error.fmt(f),
            Self::Choice(error) => error.fmt(f),
            Self::Schedule(error) => error.fmt(f),
            Self::Picture(error) => error.fmt(f),
            Self::TooMany { what, size, limit, remedy } => {
                write!(f, "{size} {what} are too many, at most {limit} are possible; {remedy}")
            }
            Self::Input { name, error } => write!(f, "cannot read {name}: {error}"),
            Self::Diverged { divergence, kept } => {
                write!(f, "training diverged: {divergence}{}{kept}", option_against(&divergence.cause))
            }
            Self::Interrupted(interrupted) => interrupted.fmt(f),
            Self::NotLearnt { first, after, steps } => not_learnt(f, *first, *after, *steps),
            Self::Rate(error) => error.fmt(f),
            Self::Search(error) => error.fmt(f),
            Self::Trial { number, settings, error } => write!(f, "trial {number} ({settings}): {error}"),
            Self::ResultsExist { file } => {
                let file = excerpt(&file.display().to_string());
                write!(f, "{file} exists: continue its search with --resume, or remove it first")
            }
            Self::Arguments(problem) => f.write_str(problem),
            Self::Instructions(error) => error.fmt(f),
            Self::Resume(problem) => problem.fmt(f),
            Self::Signals(error) => write!(f, "cannot wait for signals: {error}; leave out --checkpoint"),
            Self::Formula(error) => error.fmt(f),
            Self::Point(error) => error.fmt(f),
            Self::ConstantFormula { value } => {
                write!(f, "the expression is constant, {value}: it has no graph. Use a variable, as in x^2")
            }
            Self::GradcheckFailed => f.write_str("the gradient check failed"),
            #[cfg(feature = "lab")]
            Self::UnexpectedNumbers { count } => {
                write!(f, "{count} numbers are not what they should be: those that the table marks")
            }
            #[cfg(feature = "lab")]
            Self::Lab(error) => error.fmt(f),
            #[cfg(feature = "playground")]
            Self::Playground(error) => error.fmt(f),
            #[cfg(any(test, not(all(feature = "formats", feature = "lab", feature = "playground"))))]
            Self::CompiledWithout { what, feature } => how_to_compile(f, what, feature),
            Self::Ranks(problem) => problem.fmt(f),
            Self::OfRank { rank, error } => write!(f, "rank {rank}: {error}"),
            Self::Write(error) => error.fmt(f),
            Self::GradcheckCannotTell => f.write_str(CANNOT_TELL),
            Self::Output(error) => write!(f, "cannot write to standard output: {error}"),
            Self::Unfit(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CliError {}

impl From<DataError> for CliError {
    fn from(error: DataError) -> Self {
        Self::Data(error)
    }
}

impl From<SavedModelError> for CliError {
    fn from(error: SavedModelError) -> Self {
        Self::Model(error)
    }
}

#[cfg(feature = "formats")]
impl From<FormatError> for CliError {
    fn from(error: FormatError) -> Self {
        Self::Format(error)
    }
}

impl From<TrainError> for CliError {
    fn from(error: TrainError) -> Self {
        Self::Train(error)
    }
}

impl From<SettingsError> for CliError {
    fn from(error: SettingsError) -> Self {
        Self::Settings(error)
    }
}

impl From<ResumeProblem> for CliError {
    fn from(problem: ResumeProblem) -> Self {
        Self::Resume(problem)
    }
}

impl From<SearchError> for CliError {
    fn from(error: SearchError) -> Self {
        Self::Search(error)
    }
}

impl From<RankProblem> for CliError {
    fn from(problem: RankProblem) -> Self {
        Self::Ranks(problem)
    }
}

impl From<ChoiceError> for CliError {
    fn from(error: ChoiceError) -> Self {
        Self::Choice(error)
    }
}

impl From<ScheduleError> for CliError {
    fn from(error: ScheduleError) -> Self {
        Self::Schedule(error)
    }
}

impl From<SaveError> for CliError {
    fn from(error: SaveError) -> Self {
        Self::Picture(error)
    }
}

impl From<UnfitData> for CliError {
    fn from(error: UnfitData) -> Self {
        Self::Unfit(error)
    }
}

impl From<ParseError> for CliError {
    fn from(error: ParseError) -> Self {
        Self::Formula(error)
    }
}

impl From<PointError> for CliError {
    fn from(error: PointError) -> Self {
        Self::Point(error)
    }
}

#[cfg(feature = "lab")]
impl From<LabError> for CliError {
    fn from(error: LabError) -> Self {
        Self::Lab(error)
    }
}

impl From<WriteError> for CliError {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

#[cfg(test)]
mod tests {
    use super::CliError;

    #[test]
    fn the_message_about_a_missing_feature_says_how_to_get_it() {
        let error = CliError::CompiledWithout { what: "`wengert lab`", feature: "lab" };
        let wanted = "this program was compiled without `wengert lab`; in the folder of its source, \
                      `cargo install --path . --features lab` adds it";
        assert_eq!(error.to_string(), wanted);
    }
}
