//! What is drawn into the area between the axes of a panel.

use crate::canvas::{Canvas, Dot, Dots, Raster, Solid, UNITS, color};
use crate::pen::{Pen, drawn};
use crate::scale::Scale;
use crate::theme::Ink;
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::DrawingArea;
use plotters::element::{PathElement, Polygon, Rectangle};
use plotters::style::{Color, ShapeStyle};

/// A place in the coordinates of a panel.
pub(crate) type Point = (f64, f64);

/// One element of a panel, in the coordinates of its axes.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// A line through points. It is interrupted where one of them is NaN.
    Line { points: Vec<Point>, ink: Ink, width: f64 },
    /// A line with an outline, for images.
    Path { points: Vec<Point>, ink: Ink },
    /// Lines that are not connected.
    Segments { segments: Vec<[Point; 2]>, paint: Paint, width: f64 },
    /// Dots of a diameter in pixels.
    Dots { points: Vec<Point>, ink: Ink, diameter: f64, square: bool },
    /// The area between two lines: x, the lower and the upper value.
    Band { points: Vec<(f64, f64, f64)>, ink: Ink },
    /// Rectangles between opposite corners.
    Boxes { boxes: Vec<[Point; 2]>, ink: Ink, opacity: f64 },
    /// An image between opposite corners.
    Image { corners: [Point; 2], address: String, pixelated: bool },
    /// A short text in the middle of a place.
    Text { at: Point, text: String, ink: Ink, size: f64 },
}

/// A colour that follows the theme, or a fixed one, for lines on images.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Paint {
    Ink(Ink),
    /// White in both themes. (Pure white is the paper of the light theme.)
    White,
}

/// A panel that plotters draws into.
pub(crate) type Area<'a> = DrawingArea<Canvas<'a>, Cartesian2d<Scale, Scale>>;

impl Mark {
    /// Draws the mark. `pen` draws on the whole picture.
    pub(crate) fn draw(&self, area: &Area<'_>, pen: &Pen<'_>) {
        match self {
            Self::Line { points, ink, width } => {
                let style = stroke(color(*ink).to_rgba(), *width);
                for run in runs(points, |(x, y)| x.is_nan() || y.is_nan()) {
                    drawn(pen.picture.draw(&PathElement::new(thinned(&mapped(run, area)), style)));
                }
            }
            Self::Path { points, ink } => {
                for run in runs(points, |(x, y)| x.is_nan() || y.is_nan()) {
                    let points = &apart(&mapped(run, area));
                    for (ink, width) in [(Ink::Paper, 4.5), (*ink, 2.5)] {
                        let width = (width * UNITS) as i32;
                        drawn(pen.picture.draw(&Solid { points, ink, width }));
                    }
                }
            }
            Self::Segments { segments, paint, width } => {
                let paint = match paint {
                    Paint::Ink(ink) => color(*ink),
                    Paint::White => plotters::style::RGBColor(0xff, 0xff, 0xfe),
                };
                let style = stroke(paint.to_rgba(), *width);
                for segment in segments {
                    drawn(area.draw(&PathElement::new(segment.to_vec(), style)));
                }
            }
            Self::Dots { points, ink, diameter, square } => {
                let dot = Dot { ink: *ink, diameter: (diameter * UNITS) as i32, square: *square };
                drawn(area.draw(&Dots { points, dot }));
            }
            Self::Band { points, ink } => {
                for run in runs(points, |(x, low, high)| x.is_nan() || low.is_nan() || high.is_nan()) {
                    let line = |value: fn(&(f64, f64, f64)) -> Point| {
                        thinned(&mapped(&run.iter().map(value).collect::<Vec<_>>(), area))
                    };
                    let (upper, lower) = (line(|&(x, _, high)| (x, high)), line(|&(x, low, _)| (x, low)));
                    let outline: Vec<(i32, i32)> = upper.into_iter().chain(lower.into_iter().rev()).collect();
                    drawn(pen.picture.draw(&Polygon::new(outline, fill(*ink, 0.2))));
                }
            }
            Self::Boxes { boxes, ink, opacity } => {
                for &corners in boxes {
                    drawn(area.draw(&Rectangle::new(corners, fill(*ink, *opacity))));
                }
            }
            Self::Image { corners, address, pixelated } => {
                drawn(area.draw(&Raster { corners: *corners, address, pixelated: *pixelated }));
            }
            Self::Text { at, text, ink, size } => {
                let (x, y) = area.map_coordinate(at);
                pen.centered(text, f64::from(x) / UNITS, f64::from(y) / UNITS, *size, *ink);
            }
        }
    }
}

/// The style of a line of a width in pixels.
fn stroke(color: plotters::style::RGBAColor, width: f64) -> ShapeStyle {
    color.stroke_width((width * UNITS) as u32)
}

fn fill(ink: Ink, opacity: f64) -> ShapeStyle {
    color(ink).mix(opacity).filled()
}

/// The parts of a line between its gaps.
fn runs<T>(points: &[T], is_gap: impl FnMut(&T) -> bool) -> impl Iterator<Item = &[T]> {
    points.split(is_gap).filter(|run| !run.is_empty())
}

/// The points in units of the canvas.
fn mapped(points: &[Point], area: &Area<'_>) -> Vec<(i32, i32)> {
    points.iter().map(|point| area.map_coordinate(point)).collect()
}

/// At most four points of a line per pixel column: the first, the lowest, the highest and the last one. The
/// line looks the same.
fn thinned(points: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut thinned: Vec<(i32, i32)> = Vec::new();
    for column in points.chunk_by(|a, b| a.0 / UNITS as i32 == b.0 / UNITS as i32) {
        let extreme = |sign: i32| (0..column.len()).min_by_key(|&i| sign * column[i].1);
        let mut kept = [Some(0), extreme(1), extreme(-1), column.len().checked_sub(1)];
        kept.sort_unstable();
        thinned.extend(kept.into_iter().flatten().map(|i| column[i]));
    }
    thinned.dedup();
    thinned
}

/// The points of a line that are at least half a pixel from the last one before them, and the end.
fn apart(points: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let end = points.last().copied();
    let mut apart: Vec<(i32, i32)> = Vec::new();
    for &(x, y) in points {
        let is_far =
            |&(last_x, last_y): &(i32, i32)| (x - last_x).abs().max((y - last_y).abs()) >= UNITS as i32 / 2;
        if apart.last().is_none_or(is_far) {
            apart.push((x, y));
        }
    }
    apart.extend(end);
    apart.dedup();
    apart
}

/// The area of a panel, for the coordinates of its axes.
pub(crate) fn area<'a>(
    picture: &DrawingArea<Canvas<'a>, Shift>,
    (x, y): (Scale, Scale),
    [left, top, right, bottom]: [f64; 4],
    y_downwards: bool,
) -> Area<'a> {
    let units = |pixels: f64| (pixels * UNITS).round() as i32;
    let rows = if y_downwards { units(top)..units(bottom) } else { units(bottom)..units(top) };
    picture.apply_coord_spec(Cartesian2d::new(x, y, (units(left)..units(right), rows)))
}
