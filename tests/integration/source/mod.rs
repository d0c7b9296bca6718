//! The source code of the workspace, as tests look at it.

pub(crate) mod cycles;
pub(crate) mod modules;
pub(crate) mod packages;
pub(crate) mod paths;
