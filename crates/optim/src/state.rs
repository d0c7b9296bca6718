//! What an optimizer remembers, as plain data that can be saved.

use std::fmt;

/// What an optimizer has come to remember: enough to go on with the same bits.
///
/// [`Optimizer::state`](crate::Optimizer::state) gives it, [`Optimizer::restore`](crate::Optimizer::restore)
/// takes it, for an optimizer that was built in the same way. All of it is plain data, for any file format that
/// keeps numbers exactly.
///
/// ```
/// use wengert_optim::{Adam, Optimizer};
///
/// let (mut w, gradient) = ([1.0_f32, -2.0], [0.5, 0.25]);
/// let mut adam = Adam::new(0.1);
/// adam.step(&mut w, &gradient);
///
/// let (saved, mut u) = (adam.state(), w);
/// let mut resumed = Adam::new(0.1);
/// resumed.restore(saved)?;
///
/// adam.step(&mut w, &gradient);
/// resumed.step(&mut u, &gradient);
/// assert_eq!(w, u);
/// # Ok::<(), wengert_optim::StateError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct State<F> {
    /// The method's name: `"adamw"`.
    pub method: String,
    /// The learning rate, which is restored.
    pub learning_rate: f64,
    /// The other settings by name, which must be those of the optimizer that restores the state.
    pub settings: Vec<(String, f64)>,
    /// How many steps have been taken: up to which parameter (exclusive), and the count. One entry, unless some
    /// parameters were frozen for a while; none before the first step.
    pub steps: Vec<(usize, u64)>,
    /// The numbers kept for each parameter, by name.
    pub buffers: Vec<(String, Vec<F>)>,
}

/// Why a saved state does not fit the optimizer that should go on from it.
#[derive(Clone, Debug, PartialEq)]
pub enum StateError {
    /// It is of another method.
    Method {
        /// The method of the state.
        saved: String,
        /// The method of the optimizer.
        here: String,
    },
    /// A setting differs; `None` where there is no such setting.
    Setting {
        /// The setting's name.
        name: String,
        /// Its value in the state.
        saved: Option<f64>,
        /// Its value in the optimizer.
        here: Option<f64>,
    },
    /// The learning rate is not in `[0, inf)`.
    LearningRate(f64),
    /// The buffers have other names.
    Buffers {
        /// Those of the state.
        saved: Vec<String>,
        /// Those of the optimizer.
        here: Vec<String>,
    },
    /// A buffer has not the length that the counts of steps, or earlier steps of the optimizer, tell.
    Length {
        /// The buffer's name; `"steps"` for the counts of steps.
        buffer: String,
        /// Its length in the state.
        saved: usize,
        /// The length that would fit.
        expected: usize,
    },
    /// The ends of the counts of steps do not ascend.
    Steps(Vec<(usize, u64)>),
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<f64>| value.map_or("missing".to_owned(), |value| value.to_string());
        match self {
            Self::Method { saved, here } => {
                write!(
                    f,
                    "the state is of {saved}, the optimizer is {here}; build the optimizer that was saved"
                )
            }
            Self::Setting { name, saved, here } => write!(
                f,
                "the setting {name} is {} in the state, {} in the optimizer; build it as it was saved",
                shown(saved),
                shown(here)
            ),
            Self::LearningRate(rate) => {
                write!(f, "the learning rate of the state is {rate}, must be in [0, inf)")
            }
            Self::Buffers { saved, here } => {
                write!(f, "the state has the buffers {saved:?}, the optimizer keeps {here:?}")
            }
            Self::Length { buffer, saved, expected } => {
                write!(f, "the buffer {buffer} of the state has length {saved}, must have {expected}")
            }
            Self::Steps(steps) => {
                write!(f, "the ends in the counts of steps of the state must ascend, but are {steps:?}")
            }
        }
    }
}

impl std::error::Error for StateError {}

/// Compares the settings of a state with those of the optimizer that restores it.
pub(crate) fn fit_settings(saved: &[(String, f64)], here: &[(&'static str, f64)]) -> Result<(), StateError> {
    let here_at = |name: &str| here.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
    let saved_at = |name: &str| saved.iter().find(|(own, _)| own == name).map(|(_, value)| *value);
    let names = here.iter().map(|(name, _)| *name).chain(saved.iter().map(|(name, _)| name.as_str()));
    for name in names {
        let (saved, here) = (saved_at(name), here_at(name));
        if saved != here {
            return Err(StateError::Setting { name: name.to_owned(), saved, here });
        }
    }
    Ok(())
}

/// Compares the names of the buffers, and their length with what is `expected`.
pub(crate) fn fit_buffers<F>(
    saved: &[(String, Vec<F>)],
    here: &[&'static str],
    expected: usize,
) -> Result<(), StateError> {
    if !saved.iter().map(|(name, _)| name.as_str()).eq(here.iter().copied()) {
        return Err(StateError::Buffers {
            saved: saved.iter().map(|(name, _)| name.clone()).collect(),
            here: here.iter().map(|&name| name.to_owned()).collect(),
        });
    }
    match saved.iter().find(|(_, numbers)| numbers.len() != expected) {
        Some((name, numbers)) => {
            Err(StateError::Length { buffer: name.clone(), saved: numbers.len(), expected })
        }
        None => Ok(()),
    }
}
