//! Sums of squares that fit a curve to data.

use super::{Problem, Squares};

pub(super) fn problems() -> Vec<Problem> {
    vec![
        Problem::squares("bard", vec![1.0; 3], &[8.214_877_306_578_96e-3], BARD),
        Problem::squares("box", vec![0.0, 10.0, 20.0], &[0.0], BOX),
        Problem::squares(
            "kowalik_osborne",
            vec![0.25, 0.39, 0.415, 0.39],
            &[3.075_056_038_492_38e-4],
            KOWALIK_OSBORNE,
        ),
        Problem::squares(
            "brown_dennis",
            vec![25.0, 5.0, -5.0, -1.0],
            &[8.582_220_162_635_63e4],
            BROWN_DENNIS,
        ),
        Problem::squares(
            "biggs_exp6",
            vec![1.0, 2.0, 1.0, 1.0, 1.0, 1.0],
            &[0.0, 5.655_649_925_500_13e-3],
            BIGGS_EXP6,
        ),
    ]
}

const BARD_DATA: [f64; 15] =
    [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39];

/// M8: `y_i - (x_1 + u / (v x_2 + w x_3))` with `u = i`, `v = 16 - i`, `w = min(u, v)`.
const BARD: Squares = Squares {
    count: |_| 15,
    residuals: |x, r| {
        for (i, target) in BARD_DATA.into_iter().enumerate() {
            let (u, v) = ((i + 1) as f64, (15 - i) as f64);
            r[i] = target - (x[0] + u / (v * x[1] + u.min(v) * x[2]));
        }
    },
    jacobian: |x, j| {
        for (i, row) in j.chunks_mut(3).enumerate() {
            let (u, v) = ((i + 1) as f64, (15 - i) as f64);
            let below = v * x[1] + u.min(v) * x[2];
            row.copy_from_slice(&[-1.0, u * v / below.powi(2), u * u.min(v) / below.powi(2)]);
        }
    },
};

/// M12, m = 10: `e^(-t x_1) - e^(-t x_2) - x_3 (e^(-t) - e^(-10 t))` with `t = i / 10`.
const BOX: Squares = Squares {
    count: |_| 10,
    residuals: |x, r| {
        for (i, r) in r.iter_mut().enumerate() {
            let t = (i + 1) as f64 / 10.0;
            *r = (-t * x[0]).exp() - (-t * x[1]).exp() - x[2] * ((-t).exp() - (-10.0 * t).exp());
        }
    },
    jacobian: |x, j| {
        for (i, row) in j.chunks_mut(3).enumerate() {
            let t = (i + 1) as f64 / 10.0;
            row[0] = -t * (-t * x[0]).exp();
            row[1] = t * (-t * x[1]).exp();
            row[2] = (-10.0 * t).exp() - (-t).exp();
        }
    },
};

const KOWALIK_DATA: [(f64, f64); 11] = [
    (0.1957, 4.0),
    (0.1947, 2.0),
    (0.1735, 1.0),
    (0.1600, 0.5),
    (0.0844, 0.25),
    (0.0627, 0.167),
    (0.0456, 0.125),
    (0.0342, 0.1),
    (0.0323, 0.0833),
    (0.0235, 0.0714),
    (0.0246, 0.0625),
];

/// M15: `y_i - x_1 (u^2 + u x_2) / (u^2 + u x_3 + x_4)`.
const KOWALIK_OSBORNE: Squares = Squares {
    count: |_| 11,
    residuals: |x, r| {
        for (r, (y, u)) in r.iter_mut().zip(KOWALIK_DATA) {
            *r = y - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3]);
        }
    },
    jacobian: |x, j| {
        for (row, (_, u)) in j.chunks_mut(4).zip(KOWALIK_DATA) {
            let (above, below) = (u * u + u * x[1], u * u + u * x[2] + x[3]);
            let slope = x[0] * above / (below * below);
            row.copy_from_slice(&[-above / below, -x[0] * u / below, slope * u, slope]);
        }
    },
};

/// M16, m = 20: `(x_1 + t x_2 - e^t)^2 + (x_3 + x_4 sin t - cos t)^2` with `t = i / 5`. The residuals do
/// not vanish at the minimum: the value there is 8.6e4.
const BROWN_DENNIS: Squares = Squares {
    count: |_| 20,
    residuals: |x, r| {
        for (i, r) in r.iter_mut().enumerate() {
            let t = (i + 1) as f64 / 5.0;
            *r = (x[0] + t * x[1] - t.exp()).powi(2) + (x[2] + x[3] * t.sin() - t.cos()).powi(2);
        }
    },
    jacobian: |x, j| {
        for (i, row) in j.chunks_mut(4).enumerate() {
            let t = (i + 1) as f64 / 5.0;
            let first = 2.0 * (x[0] + t * x[1] - t.exp());
            let second = 2.0 * (x[2] + x[3] * t.sin() - t.cos());
            row.copy_from_slice(&[first, first * t, second, second * t.sin()]);
        }
    },
};

/// M18, m = 13: `x_3 e^(-t x_1) - x_4 e^(-t x_2) + x_6 e^(-t x_5) - y(t)`, where `y` is the curve at
/// `(1, 10, 1, 5, 4, 3)` and `t = i / 10`.
const BIGGS_EXP6: Squares = Squares {
    count: |_| 13,
    residuals: |x, r| {
        for (i, r) in r.iter_mut().enumerate() {
            let t = (i + 1) as f64 / 10.0;
            let y = (-t).exp() - 5.0 * (-10.0 * t).exp() + 3.0 * (-4.0 * t).exp();
            *r = x[2] * (-t * x[0]).exp() - x[3] * (-t * x[1]).exp() + x[5] * (-t * x[4]).exp() - y;
        }
    },
    jacobian: |x, j| {
        for (i, row) in j.chunks_mut(6).enumerate() {
            let t = (i + 1) as f64 / 10.0;
            let [first, second, third] = [0, 1, 4].map(|k| (-t * x[k]).exp());
            row.copy_from_slice(&[
                -t * x[2] * first,
                t * x[3] * second,
                first,
                -second,
                -t * x[5] * third,
                third,
            ]);
        }
    },
};
