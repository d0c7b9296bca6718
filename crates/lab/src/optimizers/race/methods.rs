//! The table of methods, each entry of which is found in the steps of the optimizer.

use crate::number::Number;
use crate::report::Table;
use wengert_optim::{AdaGrad, Adam, Optimizer, RmsProp, Sgd, trajectory};

/// A method and what the table says of it: first moment, second moment, leaky, bias correction.
struct Method {
    name: &'static str,
    new: fn() -> Box<dyn Optimizer<f64>>,
    says: [bool; 4],
}

const METHODS: [Method; 5] = [
    Method { name: "SGD", new: || Box::new(Sgd::new(0.1)), says: [false, false, false, false] },
    Method {
        name: "momentum",
        new: || Box::new(Sgd::new(0.1).momentum(0.9)),
        says: [true, false, true, false],
    },
    Method { name: "AdaGrad", new: || Box::new(AdaGrad::new(0.1)), says: [false, true, false, false] },
    Method { name: "RMSProp", new: || Box::new(RmsProp::new(0.1)), says: [false, true, true, false] },
    Method { name: "Adam", new: || Box::new(Adam::new(0.1)), says: [true, true, true, true] },
];

/// The steps of a fresh optimizer for these gradients.
fn steps(method: &Method, gradient: impl Fn(usize) -> f64, count: usize) -> Vec<f64> {
    let mut t = 0;
    let slope = |_: &[f64], g: &mut [f64]| {
        g[0] = gradient(t);
        t += 1;
    };
    let points = trajectory(&mut *(method.new)(), slope, &[0.0], count);
    points.windows(2).map(|pair| pair[0][0] - pair[1][0]).collect()
}

/// What the steps of a method show: whether it goes on without a gradient (first moment), whether its steps
/// do not depend on the scale of the gradients (second moment), whether it forgets a large gradient (leaky),
/// and whether its first step is as long as later ones although its averages start at 0 (bias correction).
fn seen(method: &Method) -> [bool; 4] {
    let coasts = steps(method, |t| if t == 0 { 1.0 } else { 0.0 }, 2)[1] != 0.0;
    let [small, large] = [1.0, 1000.0].map(|scale| steps(method, |_| scale, 1)[0]);
    let scales = (large / small - 1.0).abs() < 1e-3;
    let long = 10_000;
    let after = steps(method, |t| if t == 0 { 100.0 } else { 1.0 }, long)[long - 1];
    let without = steps(method, |_| 1.0, long)[long - 1];
    let has_memory = coasts || scales;
    let leaks = has_memory && (after / without - 1.0).abs() < 1e-3;
    let first = steps(method, |_| 1.0, 1)[0];
    [coasts, scales, leaks, leaks && (first / without - 1.0).abs() < 1e-3]
}

/// 8.17: the number of methods that the table describes rightly.
pub(super) fn number() -> Number {
    let right = METHODS.iter().filter(|method| seen(method) == method.says).count();
    Number::new("8.17", "methods whose steps are as the table says", right as f64)
        .exactly(METHODS.len() as f64, 0.0)
}

pub(super) fn table() -> Table {
    let header = ["method", "first moment", "second moment", "leaky", "bias correction"];
    METHODS.iter().fold(Table::new("The methods by what they remember", &header), |table, method| {
        let entries = seen(method).map(|is_so| if is_so { "yes" } else { "no" });
        table.row(std::iter::once(method.name).chain(entries))
    })
}
