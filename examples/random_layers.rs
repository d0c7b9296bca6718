//! Layers of your own that draw random numbers: noise on the inputs, and stochastic depth.
//!
//! The draws depend on the seed, the step, the layer and the row of the batch, so that training gives the
//! same bits on any number of threads.

use wengert::prelude::*;

/// Adds normal noise to each element in training passes.
struct GaussianNoise {
    random: RandomSlot,
    deviation: f64,
}

impl<T: Element> Module<T> for GaussianNoise {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        match p.drawn(self.random, &x.shape(), |draws| self.deviation * draws.normal()) {
            Some(noise) => x + noise,
            None => x,
        }
    }
}

/// A ReLU layer with a residual connection that is skipped for a share of the examples in training passes,
/// and shrunk to its expected value in evaluations (Huang et al. 2016).
struct StochasticDepth {
    random: RandomSlot,
    skipped: f64,
    layer: Linear,
}

impl<T: Element> Module<T> for StochasticDepth {
    fn forward<'t>(&self, p: &Bound<'t, T>, x: Tensor<'t, T>) -> Tensor<'t, T> {
        let (y, shape) = (self.layer.forward(p, x).relu(), x.shape());
        let keep = |draws: &mut Draws| if draws.chance(self.skipped) { 0.0 } else { 1.0 };
        match p.drawn(self.random, &[shape[0], 1], keep) {
            Some(kept) => x + y * kept.broadcast_to(&shape),
            None => x + y * (1.0 - self.skipped),
        }
    }
}

fn network() -> Model<Sequential> {
    Model::new(|layout| {
        let noise = GaussianNoise { random: layout.random_slot(), deviation: 0.05 };
        let first = Linear::new(layout, "first", 2, 32, LecunNormal);
        let layer = Linear::new(layout, "second", 32, 32, HeNormal);
        let second = StochasticDepth { random: layout.random_slot(), skipped: 0.2, layer };
        let out = Linear::new(layout, "out", 32, 2, HeNormal);
        Sequential::new().then(noise).then(first).then(Activation(Relu)).then(second).then(out)
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = moons(400, 0.1, 7).split(0.8, 0.1, 0.1, 7)?.standardised();
    let fit = |threads| {
        Trainer::new(network(), CrossEntropy, Adam::new(1e-2)).epochs(40).seed(7).threads(threads).fit(&data)
    };
    let (one, two) = (fit(1)?, fit(2)?);
    println!("train {:?}\ntest  {:?}", one.train, one.test);
    let same = one.model.params.values() == two.model.params.values();
    println!(
        "the parameters after training on one and on two threads are {}",
        if same { "equal" } else { "not equal" }
    );
    assert!(same);
    Ok(())
}
