//! The back end of plotters that writes SVG.
//!
//! plotters places things, this module writes them. Unlike the back end that comes with plotters, it writes
//! roles instead of colours, so that a picture follows the theme of its page; tenths of a pixel; and one
//! element for a whole run of equal shapes, so that ten thousand points take 100 kB instead of a megabyte.

use crate::text::{self, escaped};
use crate::theme::{Ink, Theme};
use plotters::element::{Drawable, PointCollection};
use plotters::style::RGBColor;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
};
use std::convert::Infallible;
use std::fmt::Write;

/// The number of units of the canvas per pixel.
pub(crate) const UNITS: f64 = 10.0;

/// The colour under which plotters knows a role.
pub(crate) fn color(ink: Ink) -> RGBColor {
    let (red, green, blue) = ink.rgb(Theme::Light);
    RGBColor(red, green, blue)
}

/// The elements of an SVG file, while they are written.
pub(crate) struct Canvas<'a> {
    size: (u32, u32),
    body: &'a mut String,
    /// The shapes of the path that is not closed yet, since the next ones may have the same attributes.
    path: String,
    attributes: String,
    /// Where the path ends.
    end: BackendCoord,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl<'a> Canvas<'a> {
    /// A canvas of a size in units.
    pub(crate) fn new(size: (u32, u32), body: &'a mut String) -> Self {
        Self { size, body, path: String::new(), attributes: String::new(), end: (0, 0) }
    }

    /// The path to which shapes with these attributes are added.
    fn path_with(&mut self, attributes: String) -> &mut String {
        if self.attributes != attributes {
            self.finish_path();
            self.attributes = attributes;
        }
        &mut self.path
    }

    /// Writes the path.
    fn finish_path(&mut self) {
        if !self.path.is_empty() {
            let _ = write!(self.body, "<path{} d=\"{}\"/>", self.attributes, self.path);
        }
        self.path.clear();
        self.attributes.clear();
    }

    /// Adds an open or closed line to the current path, in relative coordinates, which are shorter.
    fn trace(&mut self, points: impl IntoIterator<Item = BackendCoord>, close: bool) {
        let mut points = points.into_iter();
        let Some(first) = points.next() else { return };
        let start = self.path.len();
        let _ = write!(self.path, "M{}", pair(first));
        let mut last = first;
        let mut moved = false;
        for point in points.filter(|&point| std::mem::replace(&mut last, point) != point) {
            let before = if moved { self.end } else { first };
            let step = (point.0 - before.0, point.1 - before.1);
            let _ = match step {
                (x, 0) => write!(self.path, "h{}", number(x)),
                (0, y) => write!(self.path, "v{}", number(y)),
                step => write!(self.path, "l{}", pair(step)),
            };
            (moved, self.end) = (true, point);
        }
        match (moved, close) {
            (true, true) => self.path.push('z'),
            (true, false) => {}
            // A point: a line of length 0 with round ends.
            (false, false) => self.path.push_str("h0"),
            (false, true) => self.path.truncate(start),
        }
    }

    /// A dot of a diameter in units, with round or square ends.
    fn dot(&mut self, at: BackendCoord, dot: Dot) {
        let end = if dot.square { "square" } else { "round" };
        let attributes = format!(
            " class=\"n s{}\" stroke-linecap=\"{end}\" stroke-width=\"{}\"",
            dot.ink.name(),
            number(dot.diameter)
        );
        let path = self.path_with(attributes);
        let _ = write!(path, "M{}h0", pair(at));
    }
}

/// A number of units, in pixels.
fn number(units: i32) -> String {
    let sign = if units < 0 { "-" } else { "" };
    match (units.unsigned_abs() / 10, units.unsigned_abs() % 10) {
        (whole, 0) => format!("{sign}{whole}"),
        (0, tenth) => format!("{sign}.{tenth}"),
        (whole, tenth) => format!("{sign}{whole}.{tenth}"),
    }
}

/// A point or a step, in pixels.
fn pair((x, y): BackendCoord) -> String {
    let (x, y) = (number(x), number(y));
    let comma = if y.starts_with('-') { "" } else { "," };
    format!("{x}{comma}{y}")
}

/// The attributes that give a colour to the property `fill` or `stroke`: a class that starts with `class`.
fn paint(property: &str, class: &str, color: BackendColor) -> String {
    let mut paint = match Ink::of_light(color.rgb) {
        Some(ink) => format!(" class=\"{class}{}\"", ink.name()),
        None => {
            let (red, green, blue) = color.rgb;
            let class = if property == "stroke" { " class=\"n\"" } else { "" };
            format!("{class} {property}=\"#{red:02x}{green:02x}{blue:02x}\"")
        }
    };
    if color.alpha < 1.0 {
        let _ = write!(paint, " {property}-opacity=\"{}\"", (color.alpha * 100.0).round() / 100.0);
    }
    paint
}

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        self.finish_path();
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        if fill {
            self.fill_polygon(corners, style)
        } else {
            self.draw_path(corners.into_iter().chain([corners[0]]), style)
        }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let width = number(i32::try_from(style.stroke_width()).unwrap_or(i32::MAX));
        let color = paint("stroke", "n l", style.color());
        self.path_with(format!("{color} stroke-width=\"{width}\" stroke-linejoin=\"round\""));
        self.trace(path, false);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let r = i32::try_from(radius).unwrap_or(i32::MAX);
        let attributes = if fill {
            paint("fill", "f", style.color())
        } else {
            let width = number(i32::try_from(style.stroke_width()).unwrap_or(i32::MAX));
            format!("{} stroke-width=\"{width}\"", paint("stroke", "n s", style.color()))
        };
        let path = self.path_with(attributes);
        let (start, r, d) = (pair((x - r, y)), number(r), number(2 * r));
        let _ = write!(path, "M{start}a{r},{r},0,1,0,{d},0a{r},{r},0,1,0-{d},0z");
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        polygon: I,
        style: &S,
    ) -> Drawn {
        self.path_with(paint("fill", "f", style.color()));
        self.trace(polygon, true);
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        self.finish_path();
        let size = style.size();
        // The baseline of a line of text, relative to its top, its middle and its bottom.
        let down = match style.anchor().v_pos {
            VPos::Top => 0.78,
            VPos::Center => 0.35,
            VPos::Bottom => -0.22,
        } * size;
        let down = down.round() as i32;
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let ((x, y), turn) = match style.transform() {
            FontTransform::None => ((at.0, at.1 + down), None),
            FontTransform::Rotate90 => ((at.0 - down, at.1), Some(90)),
            FontTransform::Rotate180 => ((at.0, at.1 - down), Some(180)),
            FontTransform::Rotate270 => ((at.0 + down, at.1), Some(-90)),
        };
        let (x, y) = (number(x), number(y));
        let turn = turn.map_or_else(String::new, |angle| format!(" transform=\"rotate({angle},{x},{y})\""));
        let bold = if matches!(style.style(), FontStyle::Bold) { "b f" } else { "f" };
        let class = paint("fill", bold, style.color());
        let size = number(size.round() as i32);
        let text = escaped(text);
        let _ = write!(
            self.body,
            "<text{class} x=\"{x}\" y=\"{y}\"{anchor}{turn} font-size=\"{size}\">{text}</text>"
        );
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let bold = matches!(style.style(), FontStyle::Bold);
        Ok((text::width(text, style.size(), bold).ceil() as u32, style.size().ceil() as u32))
    }
}

/// A filled circle or square whose size does not depend on the coordinates.
#[derive(Clone, Copy)]
pub(crate) struct Dot {
    pub(crate) ink: Ink,
    /// The diameter or the side, in units.
    pub(crate) diameter: i32,
    pub(crate) square: bool,
}

/// Equal dots at several points, as an element of plotters.
pub(crate) struct Dots<'a> {
    pub(crate) points: &'a [(f64, f64)],
    pub(crate) dot: Dot,
}

impl<'a> PointCollection<'a, (f64, f64)> for &'a Dots<'_> {
    type Point = &'a (f64, f64);
    type IntoIter = &'a [(f64, f64)];

    fn point_iter(self) -> Self::IntoIter {
        self.points
    }
}

impl Drawable<Canvas<'_>> for Dots<'_> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        points: I,
        canvas: &mut Canvas<'_>,
        _: (u32, u32),
    ) -> Drawn {
        // Points at the same place are one.
        let mut seen = std::collections::HashSet::new();
        points.filter(|&point| seen.insert(point)).for_each(|point| canvas.dot(point, self.dot));
        Ok(())
    }
}

/// A line that is solid in the colour of any series, as an element of plotters.
pub(crate) struct Solid<'a, C> {
    pub(crate) points: &'a [C],
    pub(crate) ink: Ink,
    /// The width, in units.
    pub(crate) width: i32,
}

impl<'a, C> PointCollection<'a, C> for &'a Solid<'_, C> {
    type Point = &'a C;
    type IntoIter = &'a [C];

    fn point_iter(self) -> Self::IntoIter {
        self.points
    }
}

impl<C> Drawable<Canvas<'_>> for Solid<'_, C> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        points: I,
        canvas: &mut Canvas<'_>,
        _: (u32, u32),
    ) -> Drawn {
        let class = self.ink.name();
        let width = number(self.width);
        canvas.path_with(format!(" class=\"n s{class}\" stroke-width=\"{width}\" stroke-linejoin=\"round\""));
        canvas.trace(points, false);
        Ok(())
    }
}

/// An image between two opposite corners, as an element of plotters.
pub(crate) struct Raster<'a> {
    pub(crate) corners: [(f64, f64); 2],
    /// The address of the image, such as `data:image/png;base64,...`.
    pub(crate) address: &'a str,
    /// Whether the pixels are enlarged as squares rather than smoothly.
    pub(crate) pixelated: bool,
}

impl<'a> PointCollection<'a, (f64, f64)> for &'a Raster<'_> {
    type Point = &'a (f64, f64);
    type IntoIter = &'a [(f64, f64); 2];

    fn point_iter(self) -> Self::IntoIter {
        &self.corners
    }
}

impl Drawable<Canvas<'_>> for Raster<'_> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        mut points: I,
        canvas: &mut Canvas<'_>,
        _: (u32, u32),
    ) -> Drawn {
        let (Some(a), Some(b)) = (points.next(), points.next()) else { return Ok(()) };
        canvas.finish_path();
        let (x, y) = (number(a.0.min(b.0)), number(a.1.min(b.1)));
        let (width, height) = (number((a.0 - b.0).abs()), number((a.1 - b.1).abs()));
        let rendering = if self.pixelated {
            " image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\""
        } else {
            ""
        };
        let _ = write!(
            canvas.body,
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\"\
             {rendering} href=\"{}\"/>",
            self.address
        );
        Ok(())
    }
}
