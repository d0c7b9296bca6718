//! Handwritten value and gradient of the mean loss: no tape, no allocation, products with the `gemm` crate.

use gemm::Parallelism;
use workloads::Workload;

/// The ranges of the parameters of a layer in the flat buffers, and its widths.
struct Layer {
    weight: std::ops::Range<usize>,
    bias: std::ops::Range<usize>,
    inputs: usize,
    outputs: usize,
}

pub struct Network {
    layers: Vec<Layer>,
    /// The number of rows of the whole batch, over which the mean is taken.
    rows: usize,
    parallelism: Parallelism,
}

/// The outputs of the layers for some rows, and their cotangents.
pub struct Buffers {
    outputs: Vec<Vec<f32>>,
    cotangents: Vec<Vec<f32>>,
}

/// A matrix in a slice: its elements, and the distances between rows and between columns.
type Matrix<'a> = (&'a [f32], usize, usize);

impl Network {
    pub fn new(workload: &Workload, parallelism: Parallelism) -> Self {
        let mut end = 0;
        let layer = |fan: &[usize]| {
            let (inputs, outputs) = (fan[0], fan[1]);
            let weight = end..end + inputs * outputs;
            let bias = weight.end..weight.end + outputs;
            end = bias.end;
            Layer { weight, bias, inputs, outputs }
        };
        let layers = workload.widths.windows(2).map(layer).collect();
        Self { layers, rows: workload.batch, parallelism }
    }

    pub fn buffers(&self, rows: usize) -> Buffers {
        let all = || self.layers.iter().map(|layer| vec![0.0; rows * layer.outputs]).collect();
        Buffers { outputs: all(), cotangents: all() }
    }

    /// The contribution of these rows to the mean loss; its gradient overwrites `gradient`.
    pub fn value_and_grad(
        &self,
        parameters: &[f32],
        (x, labels): (&[f32], &[u32]),
        buffers: &mut Buffers,
        gradient: &mut [f32],
    ) -> f32 {
        let rows = labels.len();
        let last = self.layers.len() - 1;
        for (l, layer) in self.layers.iter().enumerate() {
            let (before, from) = buffers.outputs.split_at_mut(l);
            let input = before.last().map_or(x, |output| output);
            let weight = (&parameters[layer.weight.clone()], layer.outputs, 1);
            let shape = [rows, layer.inputs, layer.outputs];
            self.multiply(shape, (input, layer.inputs, 1), weight, &mut from[0]);
            add_bias(&mut from[0], &parameters[layer.bias.clone()], l < last);
        }
        let loss = self.cross_entropy(&buffers.outputs[last], labels, &mut buffers.cotangents[last]);
        for (l, layer) in self.layers.iter().enumerate().rev() {
            let input = if l == 0 { x } else { &buffers.outputs[l - 1] };
            let (before, from) = buffers.cotangents.split_at_mut(l);
            let y_bar: Matrix = (&from[0], layer.outputs, 1);
            let slot = &mut gradient[layer.weight.clone()];
            self.multiply([layer.inputs, rows, layer.outputs], (input, 1, layer.inputs), y_bar, slot);
            sum_rows(&from[0], &mut gradient[layer.bias.clone()]);
            if let Some(x_bar) = before.last_mut() {
                let weight = (&parameters[layer.weight.clone()], 1, layer.outputs);
                self.multiply([rows, layer.outputs, layer.inputs], y_bar, weight, x_bar);
                x_bar
                    .iter_mut()
                    .zip(input)
                    .for_each(|(x_bar, &x)| *x_bar = if x > 0.0 { *x_bar } else { 0.0 });
            }
        }
        loss
    }

    /// `C = A B`; shapes `(m, k) (k, n) -> (m, n)`.
    fn multiply(&self, [m, k, n]: [usize; 3], a: Matrix, b: Matrix, c: &mut [f32]) {
        let reach = |(x, down, right): Matrix, i: usize, j: usize| (i - 1) * down + (j - 1) * right < x.len();
        assert!(c.len() == m * n && reach(a, m, k) && reach(b, k, n));
        let (down, right) = (|x: Matrix| x.1 as isize, |x: Matrix| x.2 as isize);
        // SAFETY: the assertion above checks that shapes and strides stay inside the slices.
        unsafe {
            gemm::gemm(
                m,
                n,
                k,
                c.as_mut_ptr(),
                1,
                n as isize,
                false,
                a.0.as_ptr(),
                right(a),
                down(a),
                b.0.as_ptr(),
                right(b),
                down(b),
                0.0,
                1.0,
                false,
                false,
                false,
                self.parallelism,
            );
        }
    }

    /// The cross-entropy of the softmax of the outputs, and its cotangent.
    fn cross_entropy(&self, outputs: &[f32], labels: &[u32], cotangents: &mut [f32]) -> f32 {
        let classes = outputs.len() / labels.len();
        let factor = 1.0 / self.rows as f32;
        let rows = outputs.chunks_exact(classes).zip(cotangents.chunks_exact_mut(classes));
        let loss = |((z, z_bar), &label): ((&[f32], &mut [f32]), &u32)| {
            let largest = z.iter().copied().fold(f32::MIN, f32::max);
            let mut sum = 0.0;
            for (z_bar, &z) in z_bar.iter_mut().zip(z) {
                *z_bar = (z - largest).exp();
                sum += *z_bar;
            }
            z_bar.iter_mut().for_each(|z_bar| *z_bar *= factor / sum);
            z_bar[label as usize] -= factor;
            sum.ln() - (z[label as usize] - largest)
        };
        rows.zip(labels).map(loss).sum::<f32>() * factor
    }
}

fn add_bias(outputs: &mut [f32], bias: &[f32], relu: bool) {
    for row in outputs.chunks_exact_mut(bias.len()) {
        if relu {
            row.iter_mut().zip(bias).for_each(|(y, b)| *y = (*y + b).max(0.0));
        } else {
            row.iter_mut().zip(bias).for_each(|(y, b)| *y += b);
        }
    }
}

fn sum_rows(y_bar: &[f32], b_bar: &mut [f32]) {
    b_bar.fill(0.0);
    for row in y_bar.chunks_exact(b_bar.len()) {
        b_bar.iter_mut().zip(row).for_each(|(sum, y_bar)| *sum += y_bar);
    }
}
