//! The panic for operands that were recorded on two tapes.

use std::panic::Location;

/// Panics with the places where both tapes were made.
#[cold]
#[track_caller]
pub(super) fn mixed_tapes(operator: &str, left: &Location<'_>, right: &Location<'_>) -> ! {
    panic!(
        "{operator}: the operands were recorded on two tapes; the left one was made at {left}, the right \
         one at {right}"
    );
}
