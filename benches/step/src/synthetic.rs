//! Synthetic classification data and initial weights, the same bits in every program that is compared.
//!
//! Nothing here depends on Wengert: the programs of the other libraries include this file.

/// The number of distinct batches; training cycles through them.
pub const BATCHES: usize = 8;

/// The first `count` numbers of stream `stream`, uniform on `[-1, 1)` with 24 random bits each.
///
/// The generator is splitmix64 (Steele, Lea and Flood 2014). Each number depends on its index alone.
pub fn uniform(stream: u64, count: usize) -> Vec<f32> {
    let number = |i: u64| {
        let mut z =
            stream.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 40) as f32 * (2.0 / (1u32 << 24) as f32) - 1.0
    };
    (1..=count as u64).map(number).collect()
}

/// The stream that a seed uses for one purpose; the streams of different seeds do not overlap.
fn stream(seed: u64, purpose: u64) -> u64 {
    seed.wrapping_mul(1 << 20).wrapping_add(purpose)
}

/// The features of batch number `batch`, shape `(rows, width)` in row-major order and uniform on
/// `[-1, 1)`, and their labels.
///
/// The sum of every `classes`-th feature, starting at feature `c`, is the score of class `c`; the
/// label is the class with the largest score, but a random class for a quarter of the examples.
pub fn batch(seed: u64, batch: usize, rows: usize, width: usize, classes: usize) -> (Vec<f32>, Vec<u32>) {
    let features = uniform(stream(seed, 1000 + batch as u64), rows * width);
    let noise = uniform(stream(seed, 2000 + batch as u64), 2 * rows);
    let label = |(row, x): (usize, &[f32])| {
        if noise[row] < -0.5 {
            let random = (f64::from(noise[rows + row]) + 1.0) * 0.5 * classes as f64;
            return (random as usize).min(classes - 1) as u32;
        }
        let sum = |class: usize| x.iter().skip(class).step_by(classes).map(|&x| f64::from(x)).sum::<f64>();
        let sums: Vec<f64> = (0..classes).map(sum).collect();
        (0..classes).fold(0, |best, class| if sums[class] > sums[best] { class } else { best }) as u32
    };
    let labels = features.chunks_exact(width).enumerate().map(label).collect();
    (features, labels)
}

/// The initial weights of layer number `layer`, shape `(fan_in, fan_out)` in row-major order: uniform on
/// `[-1, 1) / sqrt(fan_in)`.
pub fn weights(seed: u64, layer: usize, fan_in: usize, fan_out: usize) -> Vec<f32> {
    let scale = (1.0 / (fan_in as f64).sqrt()) as f32;
    uniform(stream(seed, 100 + layer as u64), fan_in * fan_out).into_iter().map(|w| w * scale).collect()
}
