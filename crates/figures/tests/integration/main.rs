//! Charts and reports as a user gets them.
#![allow(clippy::unwrap_used, reason = "in tests, helpers too")]

mod kinds;
mod picture;
#[cfg(feature = "png")]
mod png;
mod reports;
mod saving;
