//! Times of values and gradients.

use super::family::Family;
use crate::number::{digits, short};
use crate::report::{Report, Table};
use std::hint::black_box;
use std::time::{Duration, Instant};
use wengert_ad::{Function, Tape, value_and_grad_into};
use wengert_figures::LineChart;

/// The times in nanoseconds of one value and of one value with gradient.
struct Timed {
    n: f64,
    value: f64,
    gradient: f64,
}

/// The numbers of variables.
const SIZES: [usize; 6] = [10, 100, 1000, 10_000, 100_000, 1_000_000];

/// Adds the table of times, and the figure of their ratios.
pub(super) fn add_times(report: Report) -> Report {
    let timed = Family::ALL.map(|family| SIZES.map(|n| measure(family, n)));
    let header = ["function", "n", "value (ns)", "value and gradient (ns)", "ratio"];
    let table = Table::new("Times on this machine, the least of several runs", &header);
    let rows = Family::ALL.iter().zip(&timed).flat_map(|(family, timed)| {
        timed.iter().map(|t| {
            let times = [t.value, t.gradient].map(short);
            let ratio = format!("{:.1}", t.ratio());
            [vec![family.name().to_owned(), digits(t.n)], times.into(), vec![ratio]].concat()
        })
    });
    let table = rows.fold(table, Table::row);
    let chart = LineChart::new("number of variables", "time of the gradient / time of the function")
        .title("The ratio of the times is flat, too; its height is up to the function")
        .log_x()
        .log_y();
    let chart = Family::ALL.iter().zip(&timed).fold(chart, |chart, (family, timed)| {
        let places: Vec<f64> = timed.iter().map(|t| t.n).collect();
        let ratios: Vec<f64> = timed.iter().map(Timed::ratio).collect();
        chart.line(family.name(), &places, &ratios)
    });
    report.table(table).figure("times", &chart)
}

impl Timed {
    fn ratio(&self) -> f64 {
        self.gradient / self.value
    }
}

fn measure(family: Family, n: usize) -> Timed {
    let x = Family::point(n);
    let (mut tape, mut gradient) = (Tape::new(), vec![0.0; n]);
    Timed {
        n: n as f64,
        value: nanoseconds(|| family.eval(black_box(&x[..]))),
        gradient: nanoseconds(|| {
            value_and_grad_into(&mut tape, |v| family.eval(v), black_box(&x), &mut gradient) //
        }),
    }
}

/// The time of one call: the least of five runs, each of which repeats the call for about a millisecond.
fn nanoseconds<Y>(mut work: impl FnMut() -> Y) -> f64 {
    const LONG_ENOUGH: Duration = Duration::from_millis(1);
    let mut timed = |repetitions: u32| {
        let start = Instant::now();
        for _ in 0..repetitions {
            black_box(work());
        }
        start.elapsed()
    };
    let mut repetitions = 1;
    while timed(repetitions) < LONG_ENOUGH && repetitions < 1 << 20 {
        repetitions *= 2;
    }
    let least = (0..5).map(|_| timed(repetitions)).min().expect("there are runs");
    least.as_secs_f64() * 1e9 / f64::from(repetitions)
}
