//! Trains the network of the README on the digits, and fails unless the result is that of every processor:
//! the same accuracy, and the loss up to the rounding of matrix products.
//!
//! `wasm32-unknown-unknown` prints nothing: there, the program returns 0 or traps.

use wengert_ad::rules::Relu;
use wengert_data::digits;
use wengert_nn::{CrossEntropy, Init, Mlp};
use wengert_optim::Adam;
use wengert_train::Trainer;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = digits().split(0.8, 0.1, 0.1, 7)?.standardised();
    let model = Mlp::new([64, 128, 64, 10]).activation(Relu).init(Init::HeNormal);
    let report = Trainer::new(model, CrossEntropy, Adam::new(1e-3)).epochs(10).seed(7).fit(&data)?;
    let test = report.test.ok_or("the split has a test part")?;
    let (loss, accuracy) = (report.train.loss, test.accuracy.ok_or("the targets are classes")?);
    println!("training loss {loss:.9}, test accuracy {accuracy:.6}");
    assert!((loss - 0.035_813_07).abs() < 1e-6, "the training loss is {loss}");
    assert!((accuracy - 176.0 / 180.0).abs() < 1e-12, "the test accuracy is {accuracy}");
    Ok(())
}
