//! Weights as images.

use crate::chart::Chart;
use crate::figure::{Axis, Figure, Panel, Shape, Ticks};
use crate::image::{ColorMap, address};
use crate::mark::Mark;
use crate::numbers::numbers;
use crate::scale::{Scale, is_drawn};
use crate::theme::Rgb;

/// At most this many images are drawn, of at most this many pixels together.
const MOST_IMAGES: usize = 100;
const MOST_PIXELS: usize = 250_000;

/// The weights of the units of a layer, each as an image of the shape of the inputs. Blue is negative, red is
/// positive, white is 0; the colours mean the same in all images.
///
/// ```
/// use wengert_figures::{Chart, WeightImages};
///
/// // Two units with 3 x 2 inputs.
/// let weights = [0.5, -0.1, 0.0, 0.3, 0.2, -0.4, -0.5, 0.1, 0.0, 0.3, -0.2, 0.4];
/// let chart = WeightImages::new(3, 2, &weights);
/// assert!(chart.svg().contains("data:image/png"));
/// ```
#[derive(Clone, Debug)]
pub struct WeightImages {
    pub(super) title: String,
    width: usize,
    height: usize,
    weights: Vec<f64>,
}

impl WeightImages {
    /// The weights of the first unit, row by row from the top, then those of the next one.
    ///
    /// # Panics
    /// If the width or the height is 0, or the number of weights is not a multiple of their product.
    #[track_caller]
    #[must_use]
    pub fn new<T: Copy + Into<f64>>(width: usize, height: usize, weights: &[T]) -> Self {
        let count = weights.len();
        let whole =
            width.checked_mul(height).is_some_and(|pixels| pixels > 0 && count.is_multiple_of(pixels));
        assert!(whole, "{count} weights are not a number of images of {width} x {height}");
        Self { title: "Weights of the first layer".to_owned(), width, height, weights: numbers(weights) }
    }

    /// The images side by side with a gap of one pixel: the number of pixels per row, and the pixels. Weights
    /// of small images are squares of several pixels, so that the gap is narrow.
    fn mosaic(&self, shown: usize, columns: usize, largest: f64) -> (usize, Vec<Option<Rgb>>) {
        let zoom = 16_usize.div_ceil(self.width.max(self.height));
        let (width, height) = (zoom * self.width, zoom * self.height);
        let rows = shown.div_ceil(columns);
        let across = columns * (width + 1) - 1;
        let mut pixels = vec![None; across * (rows * (height + 1) - 1)];
        for (unit, image) in self.weights.chunks(self.width * self.height).take(shown).enumerate() {
            let (left, top) = (unit % columns * (width + 1), unit / columns * (height + 1));
            for (row, column) in (0..height).flat_map(|row| (0..width).map(move |column| (row, column))) {
                let weight = image[row / zoom * self.width + column / zoom];
                let color = ColorMap::Diverging.color(0.5 + 0.5 * weight / largest);
                pixels[(top + row) * across + left + column] = is_drawn(weight, false).then_some(color);
            }
        }
        (across, pixels)
    }
}

impl Chart for WeightImages {
    fn figure(&self) -> Figure {
        let size = self.width * self.height;
        let count = self.weights.len() / size;
        let shown = count.min(MOST_IMAGES).min(MOST_PIXELS / size);
        let finite = self.weights.iter().copied().filter(|&weight| is_drawn(weight, false));
        let largest = finite.map(f64::abs).fold(0.0, f64::max);
        let largest = if largest == 0.0 { 1.0 } else { largest };
        let mut notes = vec![match (count, shown) {
            (0, _) => "There are no values to draw.".to_owned(),
            (_, 0) => format!("An image of {} x {} is too large to draw.", self.width, self.height),
            (1, _) => "One image: the only unit.".to_owned(),
            (_, _) if shown < count => format!("The first {shown} of {count} units; one image per unit."),
            _ => format!("One image per unit; {count} units."),
        }];
        let left_out = self.weights.iter().filter(|&&weight| !is_drawn(weight, false)).count();
        if left_out > 0 {
            notes.push(format!("{left_out} of {} weights are not finite: holes.", self.weights.len()));
        }
        let columns = (((shown * self.height) as f64 / self.width as f64).sqrt() * 1.15).ceil() as usize;
        let columns = columns.clamp(1, shown.max(1));
        let unit = || Scale::Linear(0.0, 1.0);
        let axes =
            || (Axis::new("", unit()).with(Ticks::Hidden), Axis::new("weight", unit()).with(Ticks::Hidden));
        let (x, y) = axes();
        if shown == 0 {
            return Figure::of(&self.title, Panel::new(x, y, Vec::new()).shaped(Shape::Height(60.0)))
                .notes(notes);
        }
        let (across, pixels) = self.mosaic(shown, columns, largest);
        let down = pixels.len() / across;
        let image = Mark::Image {
            corners: [(0.0, 0.0), (1.0, 1.0)],
            address: address(across, &pixels),
            pixelated: true,
        };
        let mut panel = Panel::new(x, y, vec![image]).shaped(Shape::Ratio(down as f64 / across as f64));
        panel.color_bar = Some(ColorMap::Diverging.bar(Scale::Linear(-largest, largest)));
        Figure::of(&self.title, panel).notes(notes)
    }
}

/// Filters of edges and spots of several directions.
pub(super) fn example() -> WeightImages {
    let weight = |unit: i32, x: f64, y: f64| {
        let angle = f64::from(unit) * 0.7;
        let along = x * angle.cos() + y * angle.sin();
        let wave = (along * (2.0 + f64::from(unit % 4)) + f64::from(unit)).sin();
        0.4 * wave * (-(x * x + y * y) * (1.2 + 0.2 * f64::from(unit % 3))).exp()
    };
    let place = |i: i32| (f64::from(i) - 7.5) / 5.0;
    let unit = |unit: i32| (0..256).map(move |i| weight(unit, place(i % 16), place(i / 16)));
    let weights: Vec<f64> = (0..20).flat_map(unit).collect();
    WeightImages::new(16, 16, &weights)
}

pub(super) fn of_any(numbers: &[f64], _: &str) -> WeightImages {
    WeightImages::new(1, 1, numbers)
}
