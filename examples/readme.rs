//! The example of the README: derivatives in every mode, and a network trained on handwritten digits.

use wengert::prelude::*;

// A function written once runs in every mode.
fn f<T: Number>(v: &[T]) -> T {
    let (x, y) = (v[0], v[1]);
    x.powi(3) * (x + y * 3.0)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    assert_eq!(value_and_grad(|v| f(v), &[2.0, 3.0]), (88.0, vec![140.0, 24.0])); // reverse: one sweep
    assert_eq!(jvp(f, &[2.0, 3.0], &[1.0, 0.0]), (88.0, 140.0)); // forward: one input
    assert_eq!(hvp(|v| f(v), &[2.0, 3.0], &[1.0, 0.0]), [156.0, 36.0]); // forward over reverse

    // Define by run: record the operations as they happen.
    let tape = Tape::new();
    let (x, y) = (tape.var(2.0), tape.var(3.0));
    let z = x.powi(3) * (x + 3.0 * y);
    let g = z.gradient();
    assert_eq!((g.wrt(x), g.wrt(y)), (140.0, 24.0));

    // Train.
    let data = digits().split(0.8, 0.1, 0.1, 7)?.standardised();
    let model = Mlp::new([64, 128, 64, 10]).activation(Relu).init(HeNormal);
    let report = Trainer::new(model, CrossEntropy, Adam::new(1e-3)).early_stopping(5).seed(7).fit(&data)?;
    println!("test accuracy {:.3}", report.test.and_then(|found| found.accuracy).unwrap_or_default());
    Ok(())
}
