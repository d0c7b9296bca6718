//! Synthetic classification and first weights, the same bits in every program that is compared: nothing here depends on
//! Wengert, and the peers' programs take this file in as it is.

/// The number of different batches, which are taken in turn.
pub(crate) const BATCHES: usize = 8;

/// `count` numbers, uniform on [-1, 1) with 24 bits each: stream `stream` of splitmix64 (Steele, Lea and Flood 2014), entered
/// at any place without the numbers before.
pub(crate) fn uniform(stream: u64, count: usize) -> Vec<f32> {
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

/// The streams of a seed, far from those of its neighbours.
fn stream(seed: u64, purpose: u64) -> u64 {
    seed.wrapping_mul(1 << 20).wrapping_add(purpose)
}

/// The features of batch `batch`, uniform on [-1, 1), and their labels: the class with the largest sum of every
/// `classes`-th feature, or a random one for a quarter of the examples.
pub(crate) fn batch(
    seed: u64,
    batch: usize,
    rows: usize,
    width: usize,
    classes: usize,
) -> (Vec<f32>, Vec<u32>) {
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

/// The first weights of layer `layer`, shape `(fan_in, fan_out)`, row-major: uniform on `[-1, 1) / sqrt(fan_in)`.
pub(crate) fn weights(seed: u64, layer: usize, fan_in: usize, fan_out: usize) -> Vec<f32> {
    let scale = (1.0 / (fan_in as f64).sqrt()) as f32;
    uniform(stream(seed, 100 + layer as u64), fan_in * fan_out).into_iter().map(|w| w * scale).collect()
}
