//! One Newton step of k-means: gradient and diagonal Hessian of the cost with respect to the centroids.
//!
//! The nearest centroids are found from the values, for several points at once. The terms of the
//! cost, one per point and coordinate, are then differentiated twice in forward mode, for several
//! coordinates at once. A term depends on one coordinate of one centroid, so that the lanes are
//! independent.

use crate::protocol::{EvalError, Prepared, check_length, prepared, read};
use serde::Deserialize;
use serde_json::Value;
use wengert_ad::kernels::vectorised;
use wengert_ad::{Dual, Elementary, Lanes, Number, Numeric};

/// The number of points or coordinates per group of lanes.
const N: usize = 8;

/// A number with its first and second derivatives.
type Second = Dual<Dual<Lanes<N>>>;

#[derive(Deserialize)]
struct Input {
    points: Vec<Vec<f64>>,
    centroids: Vec<Vec<f64>>,
}

/// The input, laid out for lanes.
struct Clusters {
    /// Groups of `N` points, one row of lanes per coordinate. The last point is repeated to fill its group.
    points: Vec<Lanes<N>>,
    /// Point after point, in groups of `N` coordinates, padded with zeros.
    coordinates: Vec<Lanes<N>>,
    /// Centroid after centroid.
    centroids: Vec<f64>,
    dimension: usize,
    count: usize,
}

/// The contribution of one coordinate to the squared distance between a point and a centroid.
#[inline(always)]
fn term<T: Number>(point: T, centroid: T) -> T {
    (point - centroid).square()
}

impl Clusters {
    fn new(Input { points, centroids }: &Input) -> Result<Self, EvalError> {
        let dimension = centroids.first().map_or(0, Vec::len);
        if dimension == 0 || points.is_empty() {
            return Err(EvalError::Domain {
                field: "points and centroids",
                needed: "lists that are not empty",
            });
        }
        for (field, rows) in [("a point", points), ("a centroid", centroids)] {
            rows.iter().try_for_each(|row| check_length(field, row.len(), dimension))?;
        }
        let last = points.len() - 1;
        let side_by_side = |i: usize, c: usize| Lanes::from_fn(|lane| points[(i + lane).min(last)][c]);
        let firsts = (0..points.len()).step_by(N);
        let in_lanes =
            |row: &Vec<f64>, c: usize| Lanes::from_fn(|lane| row.get(c + lane).copied().unwrap_or(0.0));
        let split = |row| (0..dimension).step_by(N).map(move |c| in_lanes(row, c));
        Ok(Self {
            points: firsts.flat_map(|i| (0..dimension).map(move |c| side_by_side(i, c))).collect(),
            coordinates: points.iter().flat_map(split).collect(),
            centroids: centroids.concat(),
            dimension,
            count: points.len(),
        })
    }

    /// The nearest centroid of each of `N` points, and its squared distance.
    #[inline(always)]
    fn nearest(&self, points: &[Lanes<N>]) -> (Lanes<N>, Lanes<N>) {
        let mut nearest = (Lanes::constant(0.0), Lanes::constant(f64::INFINITY));
        for (j, centroid) in self.centroids.chunks_exact(self.dimension).enumerate() {
            let mut distance = Lanes::constant(0.0);
            for (&point, &centroid) in points.iter().zip(centroid) {
                distance += term(point, Lanes::constant(centroid));
            }
            let closer = |new, old| distance.select(nearest.1, |new, old| new < old, new, old);
            nearest = (closer(Lanes::constant(j as f64), nearest.0), closer(distance, nearest.1));
        }
        nearest
    }

    /// `sum_i min_j |P_i - C_j|^2`.
    #[inline(always)]
    fn cost(&self) -> f64 {
        let mut sum = Lanes::constant(0.0);
        for (i, points) in self.points.chunks_exact(self.dimension).enumerate() {
            let distance = self.nearest(points).1;
            let present = Lanes::from_fn(|lane| if i * N + lane < self.count { 1.0 } else { 0.0 });
            sum += distance * present;
        }
        sum.total()
    }

    /// The gradient of the cost divided by its diagonal Hessian, one row per centroid.
    #[inline(always)]
    fn direction(&self) -> Vec<Vec<f64>> {
        let groups = self.dimension.div_ceil(N);
        let one = Lanes::constant(1.0);
        let seeded = |c: Lanes<N>| Dual::new(Dual::new(c, one), Dual::new(one, Lanes::constant(0.0)));
        let in_lanes =
            |row: &[f64], g: usize| Lanes::from_fn(|lane| row.get(g * N + lane).copied().unwrap_or(0.0));
        let rows = self.centroids.chunks_exact(self.dimension);
        let centroids: Vec<Second> =
            rows.flat_map(|row| (0..groups).map(move |g| seeded(in_lanes(row, g)))).collect();
        let mut costs = vec![Second::constant(0.0); centroids.len()];
        for (i, points) in self.points.chunks_exact(self.dimension).enumerate() {
            let nearest = self.nearest(points).0;
            for (point, nearest) in (i * N..self.count).zip(nearest.0) {
                let (point, centroid) = (point * groups, nearest as usize * groups);
                for g in 0..groups {
                    let coordinate = Dual::new(
                        Dual::new(self.coordinates[point + g], Lanes::constant(0.0)),
                        Dual::constant(0.0),
                    );
                    costs[centroid + g] += term(coordinate, centroids[centroid + g]);
                }
            }
        }
        let newton = |cost: &Second| (cost.primal.tangent / cost.tangent.tangent).0;
        let row = |costs: &[Second]| costs.iter().flat_map(newton).take(self.dimension).collect();
        costs.chunks_exact(groups).map(row).collect()
    }
}

/// `cost`: the value. `dir`: the gradient divided by the diagonal Hessian, shape `(centroids, coordinates)`.
pub(crate) fn evaluate(function: &str, input: &Value) -> Result<Prepared, EvalError> {
    let clusters = Clusters::new(&read(input)?)?;
    match function {
        "cost" => Ok(prepared(move || {
            vectorised(
                #[inline(always)]
                || clusters.cost(),
            )
        })),
        "dir" => Ok(prepared(move || {
            vectorised(
                #[inline(always)]
                || clusters.direction(),
            )
        })),
        _ => Err(EvalError::unknown(function, &["cost", "dir"])),
    }
}
