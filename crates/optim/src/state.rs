//! The state of an optimizer, as plain data that can be saved.

use std::fmt;

/// The state of an optimizer: everything that it needs to continue with the same bits.
///
/// [`Optimizer::state`](crate::Optimizer::state) returns it, and
/// [`Optimizer::restore`](crate::Optimizer::restore) of an optimizer that was built in the same way takes
/// it. It is plain data, for any file format that stores numbers exactly; with the feature `serde`, it is
/// serialised.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OptimizerState<F> {
    /// The name of the method: `"adamw"`.
    pub method: String,
    /// The learning rate, which is restored.
    pub learning_rate: f64,
    /// The other settings by name. They must equal those of the optimizer that restores the state.
    pub settings: Vec<(String, f64)>,
    /// The step counts: the end of each run of parameters with equal counts (exclusive), and the count.
    /// There is one run, unless some parameters were frozen for a while, and none before the first step.
    pub steps: Vec<(usize, u64)>,
    /// Numbers that the whole method has, by name; empty for most methods.
    #[cfg_attr(feature = "serde", serde(default))]
    pub numbers: Vec<(String, f64)>,
    /// The buffers by name, each with one number per parameter.
    pub buffers: Vec<(String, Vec<F>)>,
}

/// Why an optimizer cannot continue from a saved state.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StateError {
    /// The state is that of another method.
    Method {
        /// The method of the state.
        saved: String,
        /// The method of the optimizer.
        expected: String,
    },
    /// A setting differs.
    Setting {
        /// The name of the setting.
        name: String,
        /// Its value in the state; `None` if the state does not have it.
        saved: Option<f64>,
        /// Its value in the optimizer; `None` if the optimizer does not have it.
        expected: Option<f64>,
    },
    /// The learning rate is not in `[0, inf)`.
    LearningRate {
        /// The learning rate of the state.
        rate: f64,
    },
    /// The buffers have other names.
    Buffers {
        /// The names in the state.
        saved: Vec<String>,
        /// The names in the optimizer.
        expected: Vec<String>,
    },
    /// The length of a buffer differs from the number of parameters in the step counts, or that number from
    /// the number of parameters in earlier steps of the optimizer.
    Length {
        /// The name of the buffer; `"steps"` for the step counts.
        buffer: String,
        /// The length in the state.
        saved: usize,
        /// The length that would fit.
        expected: usize,
    },
    /// The numbers of the whole method have other names, or one of them is not finite.
    Numbers {
        /// The numbers in the state.
        saved: Vec<(String, f64)>,
        /// The names in the optimizer.
        expected: Vec<String>,
    },
    /// The ends of the runs of step counts do not ascend.
    Steps {
        /// The end and the count of each run.
        runs: Vec<(usize, u64)>,
    },
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<f64>| value.map_or("missing".to_owned(), |value| value.to_string());
        match self {
            Self::Method { saved, expected } => write!(
                f,
                "the state is that of {saved}, but the optimizer is {expected}; build the optimizer that \
                 was saved"
            ),
            Self::Setting { name, saved, expected } => write!(
                f,
                "the setting {name} is {} in the state, but {} in the optimizer; build it as it was saved",
                shown(saved),
                shown(expected)
            ),
            Self::LearningRate { rate } => {
                write!(f, "the learning rate of the state is {rate}, must be in [0, inf)")
            }
            Self::Buffers { saved, expected } => {
                write!(f, "the state has the buffers {saved:?}, but the optimizer has {expected:?}")
            }
            Self::Length { buffer, saved, expected } => {
                write!(f, "the buffer {buffer} of the state has length {saved}, must have {expected}")
            }
            Self::Numbers { saved, expected } => {
                write!(f, "the state has the numbers {saved:?}, must have finite ones named {expected:?}")
            }
            Self::Steps { runs } => {
                write!(f, "the ends of the step counts in the state must ascend, but the runs are {runs:?}")
            }
        }
    }
}

impl std::error::Error for StateError {}

/// Compares the settings of a state with those of the optimizer that restores it.
pub(crate) fn check_settings(
    saved: &[(String, f64)],
    expected: &[(&'static str, f64)],
) -> Result<(), StateError> {
    let expected_at = |name: &str| expected.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
    let saved_at = |name: &str| saved.iter().find(|(own, _)| own == name).map(|(_, value)| *value);
    let names = expected.iter().map(|(name, _)| *name).chain(saved.iter().map(|(name, _)| name.as_str()));
    for name in names {
        let (saved, expected) = (saved_at(name), expected_at(name));
        if saved != expected {
            return Err(StateError::Setting { name: name.to_owned(), saved, expected });
        }
    }
    Ok(())
}

/// The numbers of a state, if they have the expected names.
pub(crate) fn checked_numbers<const N: usize>(
    saved: &[(String, f64)],
    names: [&'static str; N],
) -> Result<[f64; N], StateError> {
    let are_named = saved.iter().map(|(name, _)| name.as_str()).eq(names);
    if !are_named || saved.iter().any(|(_, x)| !x.is_finite()) {
        let expected = names.iter().map(|&name| name.to_owned()).collect();
        return Err(StateError::Numbers { saved: saved.to_vec(), expected });
    }
    Ok(std::array::from_fn(|i| saved[i].1))
}

/// Compares the names and the lengths of the buffers of a state with the expected ones.
pub(crate) fn check_buffers<F>(
    saved: &[(String, Vec<F>)],
    names: &[&'static str],
    length: usize,
) -> Result<(), StateError> {
    if !saved.iter().map(|(name, _)| name.as_str()).eq(names.iter().copied()) {
        return Err(StateError::Buffers {
            saved: saved.iter().map(|(name, _)| name.clone()).collect(),
            expected: names.iter().map(|&name| name.to_owned()).collect(),
        });
    }
    match saved.iter().find(|(_, numbers)| numbers.len() != length) {
        Some((name, numbers)) => {
            Err(StateError::Length { buffer: name.clone(), saved: numbers.len(), expected: length })
        }
        None => Ok(()),
    }
}
