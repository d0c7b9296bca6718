//! A custom model: layers are lightweight descriptors, the parameters are stored in `Params`.

use wengert::prelude::*;

/// Two ReLU layers with a residual connection around the second.
struct Net {
    first: Linear,
    second: Linear,
    out: Linear,
}

impl<T: Element> Module<T> for Net {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let h = self.first.forward(p, x).relu();
        let h = h + self.second.forward(p, h).relu();
        self.out.forward(p, h)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = spiral(3, 200, 0.02, 7).split(0.8, 0.1, 0.1, 7)?.standardised();
    let model = Model::new(|layout| Net {
        first: Linear::new(layout, "first", 2, 32, LecunNormal),
        second: Linear::new(layout, "second", 32, 32, HeNormal),
        out: Linear::new(layout, "out", 32, 3, HeNormal),
    });
    let report = Trainer::new(model, CrossEntropy, Adam::new(1e-2)).epochs(300).seed(7).fit(&data)?;
    for epoch in report.history.iter().step_by(50) {
        println!("epoch {:3}  train loss {:.4}", epoch.number, epoch.train.loss);
    }
    println!("train {:?}\ntest  {:?}", report.train, report.test);
    Ok(())
}
