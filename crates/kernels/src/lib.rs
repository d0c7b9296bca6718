//! The ground floor of the workspace: loops on slices and the checks of numeric settings. Nothing here knows of derivatives.

pub mod validate;
