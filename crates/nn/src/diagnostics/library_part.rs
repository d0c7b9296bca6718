//! Operations that a part of this library recorded, without a line of the user's code.

use std::panic::Location;

/// A part of this library that records operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LibraryPart {
    /// A module, such as a layer or a network.
    Module,
    /// A loss.
    Loss,
}

/// The part of this library whose own line recorded an operation; `None` for a line of other code.
///
/// Modules and losses of this library record their operations with the line that calls them, so that this is
/// usually a line of the user's module or loss. Only if they are called through `dyn Module` or `dyn Loss`,
/// as training calls the model, do they have a line of their own.
pub fn library_part(site: &Location<'_>) -> Option<LibraryPart> {
    let own = file!();
    let source = &own[..own.len() - "diagnostics/library_part.rs".len()];
    let file = site.file().strip_prefix(source)?;
    Some(if file.starts_with("loss") { LibraryPart::Loss } else { LibraryPart::Module })
}
