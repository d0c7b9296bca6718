//! Where the parts of a figure are, from top to bottom: the title, the legend, the panels, the notes.

use crate::canvas::{Canvas, UNITS};
use crate::figure::{Axis, Figure, Key, Panel, Shape, Symbol, Ticks};
use crate::mark::{Area, Mark, area};
use crate::pen::{Align, Pen, Type};
use crate::scale::Scale;
use crate::text::{squeezed, width, wrapped};
use crate::theme::Ink;
use plotters::drawing::IntoDrawingArea;

/// The width of each picture in pixels, and the margin around it.
pub(crate) const WIDTH: f64 = 480.0;
const MARGIN: f64 = 12.0;
/// The size of titles, of labels, and of notes.
const TITLE: f64 = 16.0;
const LABEL: f64 = 13.0;
const NOTE: f64 = 12.0;
/// The width of a colour bar.
const COLOR_BAR: f64 = 14.0;
/// The legend has at most this many rows.
const LEGEND_ROWS: usize = 4;

const TITLE_TYPE: Type = Type { size: TITLE, ink: Ink::Text, bold: true };
const TEXT_TYPE: Type = Type { size: LABEL, ink: Ink::Text, bold: false };
const LABEL_TYPE: Type = Type { size: LABEL, ink: Ink::Muted, bold: false };
const NOTE_TYPE: Type = Type { size: NOTE, ink: Ink::Muted, bold: false };

/// The elements of the picture, and its height in pixels.
pub(crate) fn draw(figure: &Figure) -> (String, f64) {
    // The height is known after drawing: a taller canvas does not limit it.
    let mut body = String::new();
    let limit = 100_000;
    let canvas = Canvas::new(((WIDTH * UNITS) as u32, limit), &mut body);
    let pen = Pen { picture: canvas.into_drawing_area() };
    let mut y = MARGIN;
    let room = WIDTH - 2.0 * MARGIN;
    for line in wrapped(&figure.title, TITLE, true, room, 3) {
        pen.text(&line, (MARGIN, y + 10.0), Align::Left, TITLE_TYPE);
        y += 21.0;
    }
    y = legend(&figure.legend, &pen, y + 3.0);
    // The panels of a figure start at the same place.
    let left = figure.panels.iter().map(|panel| inset(&vertical(panel))).fold(0.0, f64::max);
    for panel in &figure.panels {
        y = self::panel(panel, left, &pen, y) + 6.0;
    }
    for note in &figure.notes {
        for line in wrapped(note, NOTE, false, room, 4) {
            pen.text(&line, (MARGIN, y + 8.0), Align::Left, NOTE_TYPE);
            y += 16.0;
        }
    }
    pen.picture.present().expect("a string takes every element");
    drop(pen);
    (body, (y + MARGIN - 4.0).ceil())
}

/// Draws the legend in rows; returns where it ends.
fn legend(keys: &[Key], pen: &Pen<'_>, top: f64) -> f64 {
    let (symbol, gap, height) = (24.0, 16.0, 20.0);
    let (mut x, mut row) = (MARGIN, 0);
    for (i, key) in keys.iter().enumerate() {
        let name = squeezed(&key.name, LABEL, 160.0);
        let used = symbol + width(&name, LABEL, false);
        let more = format!("and {} more", keys.len() - i);
        let is_last = i + 1 == keys.len();
        let reserve = if row + 1 == LEGEND_ROWS && !is_last { width(&more, LABEL, false) + gap } else { 0.0 };
        if x > MARGIN && x + used + reserve > WIDTH - MARGIN {
            if row + 1 == LEGEND_ROWS {
                pen.text(&more, (x, top + height * row as f64 + 9.0), Align::Left, LABEL_TYPE);
                break;
            }
            (x, row) = (MARGIN, row + 1);
        }
        let y = top + height * row as f64 + 9.0;
        match key.symbol {
            Symbol::Line => pen.line((x, y), (x + 18.0, y), key.ink, 2.0),
            Symbol::Path => pen.solid((x, y), (x + 18.0, y), key.ink, 3.0),
            Symbol::Dot => pen.circle((x + 9.0, y), 8.0, key.ink),
            Symbol::Square => pen.rectangle((x + 5.5, y - 3.5), (x + 12.5, y + 3.5), key.ink, 1.0),
            Symbol::Band => pen.rectangle((x, y - 5.0), (x + 18.0, y + 5.0), key.ink, 0.2),
            Symbol::Box => pen.rectangle((x + 3.0, y - 5.0), (x + 15.0, y + 5.0), key.ink, 0.85),
        }
        pen.text(&name, (x + symbol, y), Align::Left, TEXT_TYPE);
        x += used + gap;
    }
    if keys.is_empty() { top } else { top + height * (row + 1) as f64 + 4.0 }
}

/// The ticks of an axis, shortened to what has room.
struct Labels {
    ticks: Vec<(f64, String)>,
    /// Whether the labels of a horizontal axis read upwards.
    upwards: bool,
    /// The width of the longest label.
    width: f64,
}

impl Labels {
    fn of(ticks: Vec<(f64, String)>, upwards: bool, limit: f64) -> Self {
        let fit = |(at, label): (f64, String)| (at, squeezed(&label, LABEL, limit));
        let ticks: Vec<(f64, String)> = ticks.into_iter().map(fit).collect();
        let width = ticks.iter().map(|(_, label)| width(label, LABEL, false)).fold(0.0, f64::max);
        Self { ticks, upwards, width }
    }

    /// The labels of a vertical axis of a height.
    fn vertical(axis: &Axis, height: f64) -> Self {
        if axis.ticks == Ticks::Hidden {
            return Self::of(Vec::new(), false, 0.0);
        }
        let ticks = axis.scale.ticks((height / 36.0) as usize);
        let skip = match &axis.scale {
            Scale::Names(names) => (14.0 * names.len() as f64 / height).ceil().max(1.0) as usize,
            _ => 1,
        };
        Self::of(ticks.into_iter().step_by(skip).collect(), false, 110.0)
    }

    /// The labels of a horizontal axis of a width: as many as do not touch.
    fn horizontal(axis: &Axis, room: f64) -> Self {
        if axis.ticks == Ticks::Hidden {
            return Self::of(Vec::new(), false, 0.0);
        }
        if let Scale::Names(names) = &axis.scale {
            let step = room / names.len().max(1) as f64;
            let labels = Self::of(axis.scale.ticks(names.len()), false, f64::INFINITY);
            if labels.width + 8.0 <= step {
                return labels;
            }
            let skip = (14.0 / step).ceil().max(1.0) as usize;
            return Self::of(labels.ticks.into_iter().step_by(skip).collect(), true, 90.0);
        }
        let attempts = (2..=8).rev().map(|most| Self::of(axis.scale.ticks(most), false, 120.0));
        let touch = |labels: &Self| {
            let ends = labels
                .ticks
                .iter()
                .map(|(at, label)| (axis.scale.position(*at) * room, width(label, LABEL, false) / 2.0 + 4.0));
            ends.collect::<Vec<_>>().windows(2).any(|pair| pair[0].0 + pair[0].1 > pair[1].0 - pair[1].1)
        };
        let mut attempts = attempts.peekable();
        while let Some(labels) = attempts.next() {
            if attempts.peek().is_none() || !touch(&labels) {
                return labels;
            }
        }
        Self::of(Vec::new(), false, 0.0)
    }

    /// How far the labels of a horizontal axis reach below and to the right of it.
    fn reach(&self, axis: &Axis, room: f64) -> (f64, f64) {
        let beyond = |(at, label): &(f64, String)| {
            let half = if self.upwards { LABEL / 2.0 } else { width(label, LABEL, false) / 2.0 };
            axis.scale.position(*at) * room + half - room
        };
        let below = match (self.ticks.is_empty(), self.upwards) {
            (true, _) => 0.0,
            (_, true) => self.width + 8.0,
            _ => 20.0,
        };
        (below, self.ticks.iter().map(beyond).fold(0.0, f64::max))
    }
}

/// The labels of the vertical axis of a panel. They depend on its height only; if it has a ratio, the height
/// is nearly the width.
fn vertical(panel: &Panel) -> Labels {
    let height = match panel.shape {
        Shape::Height(height) => height,
        Shape::Ratio(ratio) => (ratio * 380.0).clamp(60.0, 400.0),
    };
    Labels::vertical(&panel.y, height)
}

/// How far from the left a panel with these vertical labels starts.
fn inset(vertical: &Labels) -> f64 {
    MARGIN + if vertical.ticks.is_empty() { 0.0 } else { (vertical.width + 8.0).max(22.0) }
}

/// Draws a panel; returns where it ends.
fn panel(panel: &Panel, left: f64, pen: &Pen<'_>, top: f64) -> f64 {
    let mut top = top + 4.0;
    for line in wrapped(&panel.y.label, LABEL, false, WIDTH - 2.0 * MARGIN, 2) {
        pen.text(&line, (MARGIN, top + 6.0), Align::Left, LABEL_TYPE);
        top += 18.0;
    }
    top += 4.0;
    let vertical = vertical(panel);
    let bar = panel.color_bar.as_ref().map(|bar| {
        let labels = Labels::of(bar.scale.ticks(5), false, 80.0);
        (bar, labels)
    });
    let bar_width = bar.as_ref().map_or(0.0, |(_, labels)| 12.0 + COLOR_BAR + 8.0 + labels.width);
    let mut room = WIDTH - MARGIN - bar_width - left;
    let mut horizontal = Labels::horizontal(&panel.x, room);
    let (_, beyond) = horizontal.reach(&panel.x, room);
    room -= (beyond - MARGIN / 2.0).max(0.0);
    let height = match panel.shape {
        Shape::Height(height) => height,
        Shape::Ratio(ratio) => {
            let height = (room * ratio).min(400.0);
            room = height / ratio;
            height
        }
    };
    if matches!(panel.shape, Shape::Ratio(_)) {
        horizontal = Labels::horizontal(&panel.x, room);
    }
    let frame = [left, top, left + room, top + height];
    let downwards = matches!(panel.y.ticks, Ticks::FromTop | Ticks::Hidden);
    let area = area(&pen.picture, (panel.x.scale.clone(), panel.y.scale.clone()), frame, downwards);
    grid(panel, (&horizontal, &vertical), &area, frame, pen);
    panel.marks.iter().for_each(|mark| mark.draw(&area, pen));
    if let Some((bar, labels)) = bar {
        let corner = (left + room + 12.0, top);
        color_bar(&bar.scale, &bar.address, &labels, (corner, height), pen);
    }
    let (below, _) = horizontal.reach(&panel.x, room);
    x_label(&panel.x.label, (left, left + room, top + height + below), pen)
}

/// Draws the label of the horizontal axis; returns where it ends.
fn x_label(label: &str, (left, right, top): (f64, f64, f64), pen: &Pen<'_>) -> f64 {
    let mut y = top + 6.0;
    for line in wrapped(label, LABEL, false, WIDTH - 2.0 * MARGIN, 2) {
        // Centred below the panel, unless it is wider.
        let half = width(&line, LABEL, false) / 2.0;
        let x = f64::midpoint(left, right).clamp(MARGIN + half, (WIDTH - MARGIN - half).max(MARGIN + half));
        pen.centered(&line, x, y + 6.0, LABEL, Ink::Muted);
        y += 18.0;
    }
    y
}

/// Draws the lines of the grid and the labels of the ticks.
fn grid(
    panel: &Panel,
    (horizontal, vertical): (&Labels, &Labels),
    area: &Area<'_>,
    [left, top, right, bottom]: [f64; 4],
    pen: &Pen<'_>,
) {
    let start = |scale: &Scale| plotters::coord::ranged1d::Ranged::range(scale).start;
    for (at, label) in &horizontal.ticks {
        let x = f64::from(area.map_coordinate(&(*at, start(&panel.y.scale))).0) / UNITS;
        if panel.x.ticks == Ticks::Grid {
            pen.line((x, top), (x, bottom), Ink::Grid, 1.0);
        }
        if horizontal.upwards {
            pen.text(label, (x, bottom + 6.0), Align::Upwards, TEXT_TYPE);
        } else {
            // The first label may be wider than the margin.
            let x = x.max(width(label, LABEL, false) / 2.0 + 3.0);
            pen.text(label, (x, bottom + 13.0), Align::Center, TEXT_TYPE);
        }
    }
    for (at, label) in &vertical.ticks {
        let y = f64::from(area.map_coordinate(&(start(&panel.x.scale), *at)).1) / UNITS;
        if panel.y.ticks == Ticks::Grid {
            pen.line((left, y), (right, y), Ink::Grid, 1.0);
        }
        pen.text(label, (left - 8.0, y), Align::Right, TEXT_TYPE);
    }
}

/// Draws a colour bar with its labels.
fn color_bar(
    scale: &Scale,
    address: &str,
    labels: &Labels,
    ((x, y), height): ((f64, f64), f64),
    pen: &Pen<'_>,
) {
    let frame = [x, y, x + COLOR_BAR, y + height];
    let area = area(&pen.picture, (Scale::Linear(0.0, 1.0), Scale::Linear(0.0, 1.0)), frame, false);
    let bar =
        Mark::Image { corners: [(0.0, 0.0), (1.0, 1.0)], address: address.to_owned(), pixelated: false };
    bar.draw(&area, pen);
    for (at, label) in &labels.ticks {
        let y = y + height * (1.0 - scale.position(*at));
        pen.text(
            label,
            (x + COLOR_BAR + 6.0, y.clamp(frame[1] + 4.0, frame[3] - 4.0)),
            Align::Left,
            TEXT_TYPE,
        );
    }
}
