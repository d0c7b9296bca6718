//! The complaint about operands of two tapes.

use std::panic::Location;

#[cold]
#[track_caller]
pub(super) fn mixed_tapes(operator: &str, left: &Location<'_>, right: &Location<'_>) -> ! {
    panic!(
        "{operator}: the left operand lives on the tape made at {left}, the right one on the tape made at {right}"
    );
}
