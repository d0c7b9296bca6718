//! Charts for training and evaluating networks, as SVG for light and dark pages, as PNG, and in reports.
//!
//! A chart takes names and plain slices of numbers; [`Chart::save`] writes it.
//!
//! ```
//! use wengert_figures::{Chart, LearningCurves};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("curves.svg");
//! let (training, validation) = ([0.69, 0.41, 0.28, 0.22], [0.70, 0.45, 0.37, 0.36]);
//! LearningCurves::new("loss (nats)").series("training", &training).series("validation",
//! &validation).save(path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! All charts have the same look, with colours that differ for readers with colour-vision deficiencies and
//! lines that differ in print. Values that a chart cannot draw, such as NaN, are left out, and a note below
//! the chart counts them. [`GALLERY`] lists the kinds of charts. [`Report`] combines charts, tables and texts
//! in one HTML file.
//!
//! | feature | adds |
//! |---|---|
//! | `png` | PNG files, drawn by resvg with a font that is part of the crate |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod animation;
mod canvas;
mod cells;
mod chart;
mod charts;
mod contours;
mod example_numbers;
mod figure;
mod image;
mod layout;
mod left_out;
mod mark;
mod numbers;
mod pen;
#[cfg(feature = "png")]
mod raster_file;
mod report;
mod save_error;
mod scale;
mod text;
mod theme;

pub use animation::animation;
pub use chart::Chart;
pub use charts::{
    BarChart, ConfusionMatrix, DecisionRegions, GALLERY, HeatMap, Histogram, Kind, LearningCurves, LineChart,
    PredictedAgainstTrue, RegressionFit, Reliability, Residuals, Scatter, WeightImages,
};
pub use figure::Figure;
pub use report::Report;
pub use save_error::SaveError;
pub use theme::Theme;
