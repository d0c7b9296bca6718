//! Confusion matrices.

use crate::cells::merged;
use crate::chart::Chart;
use crate::figure::{Axis, Figure, Panel, Shape, Ticks};
use crate::mark::Mark;
use crate::scale::Scale;
use crate::theme::Ink;

/// The number of steps between no and full colour.
const SHADES: usize = 20;
/// Counts are written into the cells of matrices of at most this many classes.
const MOST_WITH_COUNTS: usize = 12;

/// How often each class is taken for each other class: one row per true class, one column per predicted
/// class. The colour of a cell is its share of the row.
///
/// ```
/// use wengert_figures::{Chart, ConfusionMatrix};
///
/// let chart = ConfusionMatrix::new(&["cat", "dog"], &[8, 2, 1, 9]);
/// assert!(chart.svg().contains("predicted class"));
/// ```
#[derive(Clone, Debug)]
pub struct ConfusionMatrix {
    pub(super) title: String,
    classes: Vec<String>,
    counts: Vec<u64>,
}

impl ConfusionMatrix {
    /// The counts of a matrix, row by row.
    ///
    /// # Panics
    /// If the number of counts is not the square of the number of classes.
    #[track_caller]
    #[must_use]
    pub fn new(classes: &[impl AsRef<str>], counts: &[u64]) -> Self {
        let count = classes.len();
        assert!(counts.len() == count * count, "{} counts for {count} classes", counts.len());
        let classes = classes.iter().map(|class| class.as_ref().to_owned()).collect();
        Self { title: "Confusion matrix".to_owned(), classes, counts: counts.to_vec() }
    }
}

impl Chart for ConfusionMatrix {
    fn figure(&self) -> Figure {
        let count = self.classes.len();
        let rows = || self.counts.chunks(count.max(1));
        let share = |row: &[u64], cell: u64| {
            let total: f64 = row.iter().map(|&count| count as f64).sum();
            if total == 0.0 { 0.0 } else { cell as f64 / total }
        };
        let shade = |row: &[u64], cell: u64| match (share(row, cell) * SHADES as f64).round() as usize {
            0 => (cell > 0).then_some(1),
            shade => Some(shade),
        };
        let shades: Vec<Option<usize>> =
            rows().flat_map(|row| row.iter().map(|&cell| shade(row, cell))).collect();
        let corner = |(column, row): (usize, usize)| (column as f64 - 0.5, row as f64 - 0.5);
        let boxes =
            |boxes: Vec<[(usize, usize); 2]>| boxes.into_iter().map(|corners| corners.map(corner)).collect();
        let mut marks: Vec<Mark> = merged(count, &shades)
            .into_iter()
            .map(|(shade, cells)| Mark::Boxes {
                boxes: boxes(cells),
                ink: Ink::Series(0),
                opacity: 0.14 + 0.86 * shade as f64 / SHADES as f64,
            })
            .collect();
        marks.push(lines(count));
        if count <= MOST_WITH_COUNTS {
            // All counts have the size that the longest one needs.
            let longest = self.counts.iter().map(|&cell| short(cell).len()).max().unwrap_or(1);
            let size = (380.0 / (count * longest) as f64 * 1.2).clamp(8.0, 13.0);
            for (i, row) in rows().enumerate() {
                for (j, &cell) in row.iter().enumerate() {
                    let text = short(cell);
                    let ink = if share(row, cell) > 0.55 { Ink::Paper } else { Ink::Text };
                    marks.push(Mark::Text { at: (j as f64, i as f64), text, ink, size });
                }
            }
        }
        let names = || Scale::Names(self.classes.clone());
        let x = Axis::new("predicted class", names()).with(Ticks::Labels);
        let y = Axis::new("true class", names()).with(Ticks::FromTop);
        let panel = Panel::new(x, y, marks).shaped(Shape::Ratio(if count <= 6 { 0.72 } else { 1.0 }));
        Figure::of(&self.title, panel).notes(self.notes())
    }
}

impl ConfusionMatrix {
    fn notes(&self) -> Vec<String> {
        let count = self.classes.len();
        let right: f64 = self.counts.iter().step_by(count + 1).map(|&count| count as f64).sum();
        let total: f64 = self.counts.iter().map(|&count| count as f64).sum();
        if total == 0.0 {
            return vec!["There are no examples.".to_owned()];
        }
        let percent = 100.0 * right / total;
        vec![format!(
            "{right} of {total} examples are right ({percent:.1} %). Colour: share of the true class."
        )]
    }
}

/// The lines between the cells.
fn lines(count: usize) -> Mark {
    let end = count.max(1) as f64 - 0.5;
    let both = |i: usize| {
        let at = i as f64 - 0.5;
        [[(at, -0.5), (at, end)], [(-0.5, at), (end, at)]]
    };
    let paint = crate::mark::Paint::Ink(Ink::Grid);
    Mark::Segments { segments: (0..=count.max(1)).flat_map(both).collect(), paint, width: 1.0 }
}

/// A count in at most five characters.
fn short(count: u64) -> String {
    match count {
        0..100_000 => count.to_string(),
        100_000..1_000_000 => format!("{}k", count / 1000),
        _ => format!("{:.0e}", count as f64),
    }
}

pub(super) fn example() -> ConfusionMatrix {
    let classes = ["Adelie", "Chinstrap", "Gentoo"];
    ConfusionMatrix::new(&classes, &[143, 7, 2, 5, 61, 2, 0, 3, 121])
}

pub(super) fn of_any(numbers: &[f64], text: &str) -> ConfusionMatrix {
    let classes: Vec<String> = (0..numbers.len().min(50)).map(|i| format!("{text} {i}")).collect();
    let count = classes.len() * classes.len();
    let counts: Vec<u64> = (0..count).map(|i| numbers[i % numbers.len()] as u64).collect();
    ConfusionMatrix::new(&classes, &counts)
}
