//! A picture as a value: panels with axes and marks, a title, a legend and notes.

use crate::mark::Mark;
use crate::scale::Scale;
use crate::theme::Ink;

/// A picture, ready to be written.
///
/// Charts become figures by [`Chart::figure`](crate::Chart::figure).
#[derive(Clone, Debug)]
pub struct Figure {
    pub(crate) title: String,
    pub(crate) panels: Vec<Panel>,
    pub(crate) legend: Vec<Key>,
    pub(crate) notes: Vec<String>,
}

/// A pair of axes and what is drawn between them.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) marks: Vec<Mark>,
    pub(crate) shape: Shape,
    pub(crate) color_bar: Option<ColorBar>,
}

/// The size of a panel.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// The whole width, and a height in pixels.
    Height(f64),
    /// A ratio of height to width.
    Ratio(f64),
}

/// An axis with its label. The label of a vertical axis is above it.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) label: String,
    pub(crate) scale: Scale,
    /// Whether ticks and lines of the grid are drawn.
    pub(crate) ticks: Ticks,
}

/// What marks the values of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ticks {
    /// Numbers with lines of a grid.
    Grid,
    /// Numbers or names only.
    Labels,
    /// Names; the first one of a vertical axis is at the top.
    FromTop,
    /// Nothing; a vertical axis points downwards.
    Hidden,
}

/// The meaning of the colours of an image.
#[derive(Clone, Debug)]
pub(crate) struct ColorBar {
    pub(crate) scale: Scale,
    /// The image of the bar: the greatest value at the top.
    pub(crate) address: String,
}

/// A line of the legend.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) ink: Ink,
    pub(crate) symbol: Symbol,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    Line,
    /// A line without dashes.
    Path,
    Dot,
    Square,
    Band,
    Box,
}

impl Axis {
    /// An axis with lines of a grid.
    pub(crate) fn new(label: &str, scale: Scale) -> Self {
        Self { label: label.to_owned(), scale, ticks: Ticks::Grid }
    }

    /// The same axis with other ticks.
    pub(crate) fn with(self, ticks: Ticks) -> Self {
        Self { ticks, ..self }
    }
}

impl Panel {
    /// A panel of the usual height.
    pub(crate) fn new(x: Axis, y: Axis, marks: Vec<Mark>) -> Self {
        Self { x, y, marks, shape: Shape::Height(240.0), color_bar: None }
    }

    /// The same panel with another shape.
    pub(crate) fn shaped(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }
}

impl Key {
    pub(crate) fn new(name: &str, ink: Ink, symbol: Symbol) -> Self {
        Self { name: name.to_owned(), ink, symbol }
    }
}

impl Figure {
    /// A figure of one panel.
    pub(crate) fn of(title: &str, panel: Panel) -> Self {
        Self { title: title.to_owned(), panels: vec![panel], legend: Vec::new(), notes: Vec::new() }
    }

    /// The same figure with a legend.
    pub(crate) fn legend(self, legend: Vec<Key>) -> Self {
        Self { legend, ..self }
    }

    /// The same figure with notes below it.
    pub(crate) fn notes(self, notes: impl IntoIterator<Item = String>) -> Self {
        Self { notes: self.notes.into_iter().chain(notes).collect(), ..self }
    }

    /// The title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The same figure with another title.
    #[must_use]
    pub fn titled(self, title: &str) -> Self {
        Self { title: title.to_owned(), ..self }
    }

    /// The same figure with one more note below it.
    #[must_use]
    pub fn note(self, note: &str) -> Self {
        self.notes([note.to_owned()])
    }

    /// What the picture shows, for readers who cannot see it: the title, the axes, the legend and the notes.
    #[must_use]
    pub fn description(&self) -> String {
        let axes = self.panels.iter().map(|panel| match (&*panel.y.label, &*panel.x.label) {
            ("", "") => String::new(),
            ("", label) | (label, "") => label.to_owned(),
            (y, x) => format!("{y} against {x}"),
        });
        let names: Vec<&str> = self.legend.iter().map(|key| &*key.name).collect();
        let parts = std::iter::once(self.title.clone()).chain(axes).chain([names.join(", ")]);
        let parts = parts.chain(self.notes.iter().cloned()).filter(|part| !part.is_empty());
        let parts: Vec<String> = parts.collect();
        if parts.is_empty() { "A figure without texts".to_owned() } else { parts.join(". ") }
    }
}
