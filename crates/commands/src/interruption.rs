//! Ctrl-C and SIGTERM during a training run whose state is saved.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The signals that interrupt a run.
pub(crate) struct Interruption {
    /// Set by the first signal; a second one ends the program at once.
    pub(crate) flag: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Interruption {
    /// Begins to wait for signals, which end the program until then.
    pub(crate) fn watch() -> io::Result<Self> {
        let (flag, signal) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        for number in [SIGINT, SIGTERM] {
            // Actions run in the order in which they are registered: the first signal finds the flag unset.
            flag::register_conditional_shutdown(
                number,
                exit_code(number as usize).into(),
                Arc::clone(&flag),
            )?;
            flag::register(number, Arc::clone(&flag))?;
            flag::register_usize(number, Arc::clone(&signal), number as usize)?;
        }
        Ok(Self { flag, signal })
    }

    /// The exit code of a program that was interrupted, as shells know it: 128 and the number of the signal.
    pub(crate) fn exit_code(&self) -> u8 {
        match self.signal.load(Ordering::Relaxed) {
            // The signal came to another rank.
            0 => exit_code(SIGTERM as usize),
            signal => exit_code(signal),
        }
    }
}

fn exit_code(signal: usize) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}
