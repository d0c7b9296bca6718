//! Texts and shapes at places in pixels.

use crate::canvas::{Canvas, Solid, UNITS, color};
use crate::theme::Ink;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, PathElement, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform, TextStyle};
use std::convert::Infallible;

/// Drawing into a string does not fail.
pub(crate) fn drawn(result: Result<(), DrawingAreaErrorKind<Infallible>>) {
    result.expect("a string takes every element");
}

/// Draws on a whole picture.
pub(crate) struct Pen<'a> {
    pub(crate) picture: DrawingArea<Canvas<'a>, Shift>,
}

/// Where a text is, relative to its anchor.
#[derive(Clone, Copy)]
pub(crate) enum Align {
    /// To the right of the anchor.
    Left,
    /// Centred.
    Center,
    /// To the left of the anchor.
    Right,
    /// Below the anchor, reading upwards.
    Upwards,
}

/// The look of a text.
#[derive(Clone, Copy)]
pub(crate) struct Type {
    /// The font size in pixels.
    pub(crate) size: f64,
    pub(crate) ink: Ink,
    pub(crate) bold: bool,
}

impl Pen<'_> {
    /// A text whose vertical middle is at `y`.
    pub(crate) fn text(&self, text: &str, (x, y): (f64, f64), align: Align, look: Type) {
        let (h_pos, transform) = match align {
            Align::Left => (HPos::Left, FontTransform::None),
            Align::Center => (HPos::Center, FontTransform::None),
            Align::Right => (HPos::Right, FontTransform::None),
            Align::Upwards => (HPos::Right, FontTransform::Rotate270),
        };
        let style = if look.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::SansSerif, look.size * UNITS, style).transform(transform);
        let ink = color(look.ink);
        let style = TextStyle::from(font).color(&ink).pos(Pos::new(h_pos, VPos::Center));
        drawn(self.picture.draw(&Text::new(text, units(x, y), style)));
    }

    /// A text that is centred at a place.
    pub(crate) fn centered(&self, text: &str, x: f64, y: f64, size: f64, ink: Ink) {
        self.text(text, (x, y), Align::Center, Type { size, ink, bold: false });
    }

    /// A straight line of a width in pixels.
    pub(crate) fn line(&self, from: (f64, f64), to: (f64, f64), ink: Ink, width: f64) {
        let style = color(ink).stroke_width((width * UNITS) as u32);
        drawn(self.picture.draw(&PathElement::new([units(from.0, from.1), units(to.0, to.1)], style)));
    }

    /// A straight line without dashes in the colour of any series.
    pub(crate) fn solid(&self, from: (f64, f64), to: (f64, f64), ink: Ink, width: f64) {
        let (from, to) = (units(from.0, from.1), units(to.0, to.1));
        drawn(self.picture.draw(&Solid { points: &[from, to], ink, width: (width * UNITS) as i32 }));
    }

    /// A filled rectangle.
    pub(crate) fn rectangle(&self, from: (f64, f64), to: (f64, f64), ink: Ink, opacity: f64) {
        let style = color(ink).mix(opacity).filled();
        drawn(self.picture.draw(&Rectangle::new([units(from.0, from.1), units(to.0, to.1)], style)));
    }

    /// A filled circle.
    pub(crate) fn circle(&self, (x, y): (f64, f64), diameter: f64, ink: Ink) {
        let radius = (diameter * UNITS / 2.0) as i32;
        drawn(self.picture.draw(&Circle::new(units(x, y), radius, color(ink).filled())));
    }
}

fn units(x: f64, y: f64) -> (i32, i32) {
    ((x * UNITS).round() as i32, (y * UNITS).round() as i32)
}
