//! A measurement of the cheap gradient principle: the gradient costs a constant number of function
//! evaluations for any number of inputs, while forward mode takes one sweep per input.
//!
//! Prints a table and writes `cheap_gradient.svg` to the folder given as the argument (default: `target`).
//!
//! ```text
//! cargo run --release --example cheap_gradient -- docs/figures
//! ```

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;
use wengert::prelude::*;
use wengert_files::Output;

/// A function that is defined for any number of inputs.
trait Family: Copy {
    const NAME: &'static str;
    fn at<T: Number>(self, x: &[T]) -> T;
    /// The number of elementary operations of one evaluation with `n` inputs.
    fn operations(self, n: usize) -> f64;
}

/// `sum_i 100 (x_(i+1) - x_i^2)^2 + (x_i - 1)^2`.
#[derive(Clone, Copy)]
struct Rosenbrock;

impl Family for Rosenbrock {
    const NAME: &'static str = "Rosenbrock";
    fn at<T: Number>(self, x: &[T]) -> T {
        let term = |pair: &[T]| {
            let (a, b) = (pair[1] - pair[0] * pair[0], pair[0] - 1.0);
            a * a * 100.0 + b * b
        };
        x.windows(2).map(term).sum()
    }
    fn operations(self, n: usize) -> f64 {
        8.0 * (n as f64 - 1.0)
    }
}

/// Helmholtz energy of a mixture with a full, constant interaction matrix (Griewank and Walther 2008,
/// chapter 1).
#[derive(Clone, Copy)]
struct Helmholtz;

impl Family for Helmholtz {
    const NAME: &'static str = "Helmholtz";
    fn at<T: Number>(self, x: &[T]) -> T {
        let b = |i: usize| 0.1 / (x.len() + i) as f64;
        let a = |i: usize, j: usize| 1.0 / (1 + i + j) as f64;
        let bx: T = x.iter().enumerate().map(|(i, &x)| x * b(i)).sum();
        let entropy: T = x.iter().map(|&x| x * (x / (bx - 1.0)).square().ln()).sum();
        let row = |i: usize| x.iter().enumerate().map(|(j, &x)| x * a(i, j)).sum::<T>();
        let energy: T = x.iter().enumerate().map(|(i, &x)| x * row(i)).sum();
        let root = 2.0_f64.sqrt();
        entropy - energy / bx * ((bx * (1.0 + root) + 1.0) / (bx * (1.0 - root) + 1.0)).ln()
    }
    fn operations(self, n: usize) -> f64 {
        (2 * n * n + 8 * n) as f64
    }
}

/// A perceptron with two inputs and two hidden layers of equal width, as a function of its parameters.
#[derive(Clone, Copy)]
struct ScalarMlp;

impl ScalarMlp {
    /// The number of parameters for a given width of the hidden layers.
    fn parameters(width: usize) -> usize {
        width * width + 5 * width + 1
    }

    /// The width of the hidden layers for a given number of parameters.
    fn width(n: usize) -> usize {
        (((21 + 4 * n) as f64).sqrt().round() as usize - 5) / 2
    }
}

impl Family for ScalarMlp {
    const NAME: &'static str = "scalar MLP";
    fn at<T: Number>(self, p: &[T]) -> T {
        let width = Self::width(p.len());
        let unit = |p: &[T], inputs: &[T]| {
            (p[0] + p[1..].iter().zip(inputs).map(|(&w, &x)| w * x).sum::<T>()).relu()
        };
        let (first, rest) = p.split_at(3 * width);
        let (second, out) = rest.split_at(width * (width + 1));
        let inputs = [T::constant(0.7), T::constant(-0.3)];
        let mut hidden = Vec::with_capacity(2 * width);
        hidden.extend(first.chunks_exact(3).map(|p| unit(p, &inputs)));
        for p in second.chunks_exact(width + 1) {
            hidden.push(unit(p, &hidden[..width]));
        }
        unit(out, &hidden[width..])
    }
    fn operations(self, n: usize) -> f64 {
        let width = Self::width(n) as f64;
        2.0 * width * (width + 4.0) + 1.0
    }
}

/// Times in nanoseconds: the function, its gradient in reverse mode, and its gradient in forward mode
/// (one sweep times the number of inputs).
struct Measured {
    n: usize,
    operations: f64,
    function: f64,
    reverse: f64,
    forward: f64,
}

fn measure<F: Family>(f: F, n: usize) -> Measured {
    let x: Vec<f64> = (0..n).map(|i| (1.0 + 0.5 * (i as f64 * 0.7).sin()) / (n as f64).sqrt()).collect();
    let (mut tape, mut gradient) = (Tape::new(), vec![0.0; n]);
    let duals: Vec<Dual> = x.iter().map(|&x| Dual::new(x, 1.0)).collect();
    Measured {
        n,
        operations: f.operations(n),
        function: nanoseconds(|| f.at(black_box(&x[..]))),
        reverse: nanoseconds(|| value_and_grad_into(&mut tape, |v| f.at(v), black_box(&x), &mut gradient)),
        forward: nanoseconds(|| f.at(black_box(&duals[..]))) * n as f64,
    }
}

/// The time of one call in nanoseconds: the minimum of nine runs of about a millisecond each.
fn nanoseconds<Y>(mut work: impl FnMut() -> Y) -> f64 {
    let mut timed = |repetitions: u32| {
        let start = Instant::now();
        for _ in 0..repetitions {
            black_box(work());
        }
        start.elapsed().as_secs_f64() / f64::from(repetitions)
    };
    let repetitions = (1e-3 / timed(3)).ceil().clamp(1.0, 1e6) as u32;
    (0..9).map(|_| timed(repetitions)).fold(f64::INFINITY, f64::min) * 1e9
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target".to_owned());
    let path = Path::new(&folder).join("cheap_gradient.svg");
    let output = Output::new(&path)?;
    let series = [
        (
            Rosenbrock::NAME,
            [10, 100, 1000, 10_000, 100_000, 1_000_000].map(|n| measure(Rosenbrock, n)).into(),
        ),
        (Helmholtz::NAME, [10, 30, 100, 300, 1000].map(|n| measure(Helmholtz, n)).into()),
        (
            ScalarMlp::NAME,
            [2, 8, 29, 97, 313, 997].map(|width| measure(ScalarMlp, ScalarMlp::parameters(width))).into(),
        ),
    ];
    println!(
        "{:12} {:>8} {:>14} {:>14} {:>12} {:>10} {:>14}",
        "", "inputs", "function ns", "gradient ns", "ns per op", "ratio", "forward ratio"
    );
    for (name, measured) in &series as &[(&str, Vec<Measured>)] {
        for m in measured {
            let (per_operation, ratio, forward) =
                (m.reverse / m.operations, m.reverse / m.function, m.forward / m.function);
            println!(
                "{name:12} {:8} {:14.0} {:14.0} {per_operation:12.2} {ratio:10.1} {forward:14.1}",
                m.n, m.function, m.reverse
            );
        }
    }
    output.write(figure(&series)?.as_bytes())?;
    println!("wrote {}", path.display());
    Ok(())
}

/// The ratio of gradient time to function time against the number of inputs, on logarithmic axes, as SVG.
fn figure(series: &[(&str, Vec<Measured>)]) -> Result<String, Box<dyn std::error::Error>> {
    let mut svg = String::new();
    draw(&SVGBackend::with_string(&mut svg, (860, 560)).into_drawing_area(), series)?;
    Ok(svg)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type AreaError<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

fn draw<'a>(area: &Area<'a>, series: &[(&str, Vec<Measured>)]) -> Result<(), AreaError<'a>> {
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(area)
        .caption("Cost of the gradient, in function evaluations", ("sans-serif", 24))
        .margin(16)
        .x_label_area_size(48)
        .y_label_area_size(72)
        .build_cartesian_2d((8.0..1.6e6).log_scale(), (1.0..1e7).log_scale())?;
    let power =
        |x: &f64| format!("10{}", ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷"][x.log10().round() as usize]);
    chart
        .configure_mesh()
        .x_label_formatter(&power)
        .y_label_formatter(&power)
        .x_desc("number of inputs")
        .y_desc("gradient time / function time")
        .label_style(("sans-serif", 15))
        .light_line_style(WHITE)
        .draw()?;
    let colors = [RGBColor(0, 90, 160), RGBColor(200, 80, 0), RGBColor(0, 130, 90)];
    for ((name, measured), color) in series.iter().zip(colors) {
        let points =
            |time: fn(&Measured) -> f64| measured.iter().map(move |m| (m.n as f64, time(m) / m.function));
        let reverse = LineSeries::new(points(|m| m.reverse), color.stroke_width(3)).point_size(4);
        chart
            .draw_series(reverse)?
            .label(format!("{name}, reverse mode"))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 24, y)], color.stroke_width(3)));
        let forward = DashedLineSeries::new(points(|m| m.forward), 6, 5, color.stroke_width(2));
        chart
            .draw_series(forward)?
            .label(format!("{name}, forward mode"))
            .legend(move |(x, y)| DashedPathElement::new([(x, y), (x + 24, y)], 6, 5, color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.9))
        .border_style(BLACK.mix(0.3))
        .label_font(("sans-serif", 15))
        .draw()?;
    area.present()
}
