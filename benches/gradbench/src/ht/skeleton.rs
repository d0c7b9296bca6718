//! The bones of a hand, and their positions in a pose.

use super::model::{Model, POSE};
use crate::protocol::{EvalError, check_length};
use std::array::from_fn;
use wengert_ad::{Elementary, Number};

/// An affine map: three rows of a linear part and a translation. The fourth row `0 0 0 1` is implied.
pub(super) type Affine<T> = [[T; 4]; 3];

type Linear<T> = [[T; 3]; 3];

struct Bone {
    parent: Option<usize>,
    /// From the frame of the bone to that of its parent, at rest.
    base_relative: Affine<f64>,
    /// From world coordinates to the frame of the bone, at rest.
    inverse_base_absolute: Affine<f64>,
}

/// The bones; each follows its parent.
pub(super) struct Skeleton {
    bones: Vec<Bone>,
    is_mirrored: bool,
}

impl Skeleton {
    pub(super) fn new(model: &Model) -> Result<Self, EvalError> {
        // One bone of the wrist, four of each finger and one of the arm.
        check_length("parents", model.parents.len(), 22)?;
        check_length("base_relatives", model.base_relatives.len(), model.parents.len())?;
        check_length("inverse_base_absolutes", model.inverse_base_absolutes.len(), model.parents.len())?;
        let maps = model.base_relatives.iter().zip(&model.inverse_base_absolutes);
        let bone = |(i, (&parent, (relative, inverse)))| {
            Ok(Bone {
                parent: earlier(parent, i)?,
                base_relative: affine(relative)?,
                inverse_base_absolute: affine(inverse)?,
            })
        };
        let bones = model.parents.iter().zip(maps).enumerate().map(bone).collect::<Result<_, _>>()?;
        Ok(Self { bones, is_mirrored: model.is_mirrored })
    }

    /// For each bone, the map from the position at rest of a point attached to it to its position
    /// in the pose, without the translation of the whole hand.
    #[inline(always)]
    pub(super) fn posed<T: Number>(&self, theta: &[T; POSE]) -> Vec<Affine<T>> {
        let whole = self.orientation(theta);
        let mut absolutes: Vec<Affine<T>> = Vec::with_capacity(self.bones.len());
        let mut maps = Vec::with_capacity(self.bones.len());
        for (i, bone) in self.bones.iter().enumerate() {
            let parent = bone.parent.map(|parent| absolutes[parent]);
            let absolute = match (parent, joint(i, theta)) {
                (None, None) => bone.base_relative.map(|row| row.map(T::constant)),
                (None, Some(turn)) => turned(&bone.base_relative, &turn),
                (Some(parent), None) => after(&parent, &bone.base_relative),
                (Some(parent), Some(turn)) => compose(&parent, &turned(&bone.base_relative, &turn)),
            };
            let map = after(&absolute, &bone.inverse_base_absolute);
            maps.push(affine_of(
                #[inline(always)]
                |i, j| {
                    of_three(
                        #[inline(always)]
                        |k| whole[i][k] * map[k][j],
                    )
                },
            ));
            absolutes.push(absolute);
        }
        maps
    }

    /// The rotation of the whole hand, given as axis times angle; includes a reflection if the hand
    /// is mirrored.
    #[inline(always)]
    fn orientation<T: Number>(&self, theta: &[T; POSE]) -> Linear<T> {
        let rotation = rotation([theta[0], theta[1], theta[2]]);
        if self.is_mirrored { rotation.map(|[x, y, z]| [-x, y, z]) } else { rotation }
    }
}

/// The parent of bone `i`, `None` for -1.
fn earlier(parent: i64, i: usize) -> Result<Option<usize>, EvalError> {
    match usize::try_from(parent) {
        Ok(parent) if parent < i => Ok(Some(parent)),
        Err(_) if parent == -1 => Ok(None),
        _ => Err(EvalError::Domain { field: "parents", needed: "-1 or an earlier bone" }),
    }
}

fn affine(matrix: &[[f64; 4]; 4]) -> Result<Affine<f64>, EvalError> {
    if matrix[3] != [0.0, 0.0, 0.0, 1.0] {
        let field = "base_relatives and inverse_base_absolutes";
        return Err(EvalError::Domain { field, needed: "affine, with the last row 0 0 0 1" });
    }
    Ok([matrix[0], matrix[1], matrix[2]])
}

/// The rotation in the joint of bone `i`, if the pose moves it. Of the four bones of a finger, the
/// first does not rotate, the second rotates about two axes, and the others about one.
#[inline(always)]
fn joint<T: Number>(i: usize, theta: &[T; POSE]) -> Option<Linear<T>> {
    let (finger, bone) = (i.checked_sub(1)? / 4, (i - 1) % 4);
    let own = theta.get(6 + 4 * finger..10 + 4 * finger)?;
    match bone {
        0 => None,
        1 => Some(product(&about_z(own[1]), &about_x(own[0]))),
        bone => Some(about_x(own[bone])),
    }
}

/// The rotation by an angle about the first axis.
#[inline(always)]
fn about_x<T: Number>(angle: T) -> Linear<T> {
    let (zero, one, sine, cosine) = (T::constant(0.0), T::constant(1.0), angle.sin(), angle.cos());
    [[one, zero, zero], [zero, cosine, -sine], [zero, sine, cosine]]
}

/// The rotation by an angle about the third axis.
#[inline(always)]
fn about_z<T: Number>(angle: T) -> Linear<T> {
    let (zero, one, sine, cosine) = (T::constant(0.0), T::constant(1.0), angle.sin(), angle.cos());
    [[cosine, -sine, zero], [sine, cosine, zero], [zero, zero, one]]
}

/// The rotation `cos a I + (1 - cos a) n n' + sin a [n]` about the unit axis `n`, where `r = a n`
/// (Rodrigues); none for an angle below 1e-4.
#[inline(always)]
fn rotation<T: Number>(r: [T; 3]) -> Linear<T> {
    let one = T::constant(1.0);
    let angle = (r[0].square() + r[1].square() + r[2].square()).sqrt();
    if angle.value() < 1e-4 {
        return from_fn(|i| from_fn(|j| T::constant(f64::from(u8::from(i == j)))));
    }
    let (sine, cosine) = (angle.sin(), angle.cos());
    let axis = r.map(|r| r / angle);
    from_fn(|i| {
        from_fn(|j| {
            let along = axis[i] * axis[j] * (one - cosine);
            match (3 + j - i) % 3 {
                0 => along + cosine,
                1 => along - axis[3 - i - j] * sine,
                _ => along + axis[3 - i - j] * sine,
            }
        })
    })
}

/// The affine map with these entries, written in place.
#[inline(always)]
fn affine_of<T: Number>(entry: impl Fn(usize, usize) -> T) -> Affine<T> {
    let mut map = [[T::constant(0.0); 4]; 3];
    for (i, row) in map.iter_mut().enumerate() {
        for (j, slot) in row.iter_mut().enumerate() {
            *slot = entry(i, j);
        }
    }
    map
}

/// The sum of three terms. Numbers with many directions are too large to pass through an iterator.
#[inline(always)]
fn of_three<T: Number>(term: impl Fn(usize) -> T) -> T {
    term(0) + term(1) + term(2)
}

#[inline(always)]
fn product<T: Number>(a: &Linear<T>, b: &Linear<T>) -> Linear<T> {
    from_fn(|i| from_fn(|j| of_three(|k| a[i][k] * b[k][j])))
}

/// `a` after a constant map.
#[inline(always)]
fn after<T: Number>(a: &Affine<T>, constant: &Affine<f64>) -> Affine<T> {
    after_terms(
        a,
        #[inline(always)]
        |x, k, j| x * constant[k][j],
    )
}

/// A constant map after a rotation.
#[inline(always)]
fn turned<T: Number>(constant: &Affine<f64>, turn: &Linear<T>) -> Affine<T> {
    affine_of(
        #[inline(always)]
        |i, j| match j {
            3 => T::constant(constant[i][3]),
            _ => of_three(
                #[inline(always)]
                |k| turn[k][j] * constant[i][k],
            ),
        },
    )
}

/// `a` after `b`.
#[inline(always)]
fn compose<T: Number>(a: &Affine<T>, b: &Affine<T>) -> Affine<T> {
    after_terms(
        a,
        #[inline(always)]
        |x, k, j| x * b[k][j],
    )
}

/// `a` after a map: `term(x, k, j)` is the product of `x` and the entry of the map in row `k` and column `j`.
#[inline(always)]
fn after_terms<T: Number>(a: &Affine<T>, term: impl Fn(T, usize, usize) -> T) -> Affine<T> {
    affine_of(
        #[inline(always)]
        |i, j| {
            let linear = of_three(
                #[inline(always)]
                |k| term(a[i][k], k, j),
            );
            if j == 3 { linear + a[i][3] } else { linear }
        },
    )
}
