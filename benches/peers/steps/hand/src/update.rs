//! The optimizers, each one loop.

use workloads::{Method, Workload};

/// How the next step moves the parameters.
pub struct Update {
    method: Method,
    rate: f32,
    /// The next step, counted from 1.
    step: i32,
}

impl Update {
    pub fn new(workload: &Workload) -> Self {
        Self { method: workload.method, rate: workload.rate, step: 1 }
    }

    pub fn advance(&mut self) {
        self.step += 1;
    }

    /// Moves these parameters, of which `gradient` gives the derivatives and `states` the
    /// velocities or the two moments.
    pub fn apply(
        &self,
        parameters: &mut [f32],
        gradient: impl Iterator<Item = f32>,
        states: [&mut [f32]; 2],
    ) {
        let (rate, [first, second]) = (self.rate, states);
        let all = parameters.iter_mut().zip(gradient);
        match self.method {
            Method::Sgd => all.for_each(|(p, g)| *p -= rate * g),
            Method::Momentum => all.zip(first).for_each(|((p, g), velocity)| {
                *velocity = 0.9 * *velocity + g;
                *p -= rate * *velocity;
            }),
            Method::Adam => {
                let rate = rate / (1.0 - 0.9f32.powi(self.step));
                let root = 1.0 / (1.0 - 0.999f32.powi(self.step)).sqrt();
                all.zip(first).zip(second).for_each(|(((p, g), m), v)| {
                    *m = 0.9 * *m + 0.1 * g;
                    *v = 0.999 * *v + 0.001 * g * g;
                    *p -= rate * *m / (v.sqrt() * root + 1e-8);
                });
            }
        }
    }
}
