//! Sums of squares in two to four dimensions.

use std::f64::consts::PI;

use super::{Problem, Squares};

pub(super) fn problems() -> Vec<Problem> {
    vec![
        Problem::squares("freudenstein_roth", vec![0.5, -2.0], &[0.0, 48.984_253_679_24], FREUDENSTEIN_ROTH),
        Problem::squares("brown_badly_scaled", vec![1.0, 1.0], &[0.0], BROWN_BADLY_SCALED),
        Problem::squares("beale", vec![1.0, 1.0], &[0.0], BEALE),
        Problem::squares("helical_valley", vec![-1.0, 0.0, 0.0], &[0.0], HELICAL_VALLEY),
        Problem::squares("wood", vec![-3.0, -1.0, -3.0, -1.0], &[0.0], WOOD),
        Problem::squares("himmelblau", vec![0.0, 0.0], &[0.0], HIMMELBLAU),
        Problem::squares("booth", vec![0.0, 0.0], &[0.0], BOOTH),
    ]
}

/// M2: `-13 + x + ((5 - y) y - 2) y`, `-29 + x + ((y + 1) y - 14) y`.
const FREUDENSTEIN_ROTH: Squares = Squares {
    count: |_| 2,
    residuals: |x, r| {
        r[0] = -13.0 + x[0] + ((5.0 - x[1]) * x[1] - 2.0) * x[1];
        r[1] = -29.0 + x[0] + ((x[1] + 1.0) * x[1] - 14.0) * x[1];
    },
    jacobian: |x, j| {
        let y = x[1];
        j.copy_from_slice(&[1.0, 10.0 * y - 3.0 * y * y - 2.0, 1.0, 3.0 * y * y + 2.0 * y - 14.0]);
    },
};

/// M4: `x - 1e6`, `y - 2e-6`, `x y - 2`.
const BROWN_BADLY_SCALED: Squares = Squares {
    count: |_| 3,
    residuals: |x, r| r.copy_from_slice(&[x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2.0]),
    jacobian: |x, j| j.copy_from_slice(&[1.0, 0.0, 0.0, 1.0, x[1], x[0]]),
};

/// M5: `y_i - x (1 - y^i)`, i = 1, 2, 3.
const BEALE: Squares = Squares {
    count: |_| 3,
    residuals: |x, r| {
        for (i, target) in [1.5, 2.25, 2.625].into_iter().enumerate() {
            r[i] = target - x[0] * (1.0 - x[1].powi(i as i32 + 1));
        }
    },
    jacobian: |x, j| {
        for i in 0..3 {
            let power = i as i32 + 1;
            j[2 * i] = x[1].powi(power) - 1.0;
            j[2 * i + 1] = x[0] * f64::from(power) * x[1].powi(power - 1);
        }
    },
};

/// M7: `10 (z - 10 theta)`, `10 (r - 1)`, `z`, with the angle `theta`, in turns, and the radius `r` of `(x,
/// y)`.
const HELICAL_VALLEY: Squares = Squares {
    count: |_| 3,
    residuals: |x, r| {
        let turns = (x[1] / x[0]).atan() / (2.0 * PI) + if x[0] < 0.0 { 0.5 } else { 0.0 };
        r.copy_from_slice(&[10.0 * (x[2] - 10.0 * turns), 10.0 * (x[0].hypot(x[1]) - 1.0), x[2]]);
    },
    jacobian: |x, j| {
        let radius = x[0].hypot(x[1]);
        let (along, around) = (10.0 / radius, 50.0 / (PI * radius * radius));
        j.copy_from_slice(&[
            around * x[1],
            -around * x[0],
            10.0,
            along * x[0],
            along * x[1],
            0.0,
            0.0,
            0.0,
            1.0,
        ]);
    },
};

/// M14: two valleys like Rosenbrock's, tied together.
const WOOD: Squares = Squares {
    count: |_| 6,
    residuals: |x, r| {
        let (root_90, root_10) = (90_f64.sqrt(), 10_f64.sqrt());
        r.copy_from_slice(&[
            10.0 * (x[1] - x[0] * x[0]),
            1.0 - x[0],
            root_90 * (x[3] - x[2] * x[2]),
            1.0 - x[2],
            root_10 * (x[1] + x[3] - 2.0),
            (x[1] - x[3]) / root_10,
        ]);
    },
    jacobian: |x, j| {
        let (root_90, root_10) = (90_f64.sqrt(), 10_f64.sqrt());
        let rows = [
            [-20.0 * x[0], 10.0, 0.0, 0.0],
            [-1.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, -2.0 * root_90 * x[2], root_90],
            [0.0, 0.0, -1.0, 0.0],
            [0.0, root_10, 0.0, root_10],
            [0.0, 1.0 / root_10, 0.0, -1.0 / root_10],
        ];
        j.copy_from_slice(rows.as_flattened());
    },
};

/// `x^2 + y - 11`, `x + y^2 - 7`.
const HIMMELBLAU: Squares = Squares {
    count: |_| 2,
    residuals: |x, r| r.copy_from_slice(&[x[0] * x[0] + x[1] - 11.0, x[0] + x[1] * x[1] - 7.0]),
    jacobian: |x, j| j.copy_from_slice(&[2.0 * x[0], 1.0, 1.0, 2.0 * x[1]]),
};

/// `x + 2 y - 7`, `2 x + y - 5`.
const BOOTH: Squares = Squares {
    count: |_| 2,
    residuals: |x, r| r.copy_from_slice(&[x[0] + 2.0 * x[1] - 7.0, 2.0 * x[0] + x[1] - 5.0]),
    jacobian: |_, j| j.copy_from_slice(&[1.0, 2.0, 2.0, 1.0]),
};
