//! Cases of primitives that move, select, repeat and join elements.

use super::{Cases, SHAPES};
use wengert_ad::Element;

impl<T: Element> Cases<T> {
    pub(super) fn rearrangements(&mut self) {
        for shape in [[2, 3], [1, 4], [4, 1], [0, 3]] {
            self.add("Transpose", &[&shape], |x| x[0].transpose());
        }
        let permutations: [(&[usize], &[usize]); 7] = [
            (&[], &[]),
            (&[3], &[0]),
            (&[2, 3], &[1, 0]),
            (&[2, 3, 4], &[2, 0, 1]),
            (&[2, 3, 4], &[0, 2, 1]),
            (&[2, 1, 3, 2], &[3, 1, 0, 2]),
            (&[2, 0, 3], &[1, 2, 0]),
        ];
        for (shape, axes) in permutations {
            self.add("Permute", &[shape], move |x| x[0].permute_axes(axes));
        }
        let reshapes: [(&[usize], &[usize]); 5] =
            [(&[2, 3], &[3, 2]), (&[6], &[1, 2, 3, 1]), (&[1], &[]), (&[], &[1, 1]), (&[0, 3], &[2, 0])];
        for (from, to) in reshapes {
            self.add("Reshape", &[from], move |x| x[0].reshape(to));
        }
        let broadcasts: [(&[usize], &[usize]); 12] = [
            (&[], &[]),
            (&[], &[2, 3]),
            (&[3], &[2, 3]),
            (&[2, 1], &[2, 3]),
            (&[1, 3], &[2, 3]),
            (&[1, 1], &[3, 2, 2]),
            (&[2, 3], &[2, 3]),
            (&[2, 1, 2], &[3, 2, 4, 2]),
            (&[1, 1, 1, 1], &[2, 1, 3, 2]),
            (&[1], &[0]),
            (&[0], &[2, 0]),
            (&[2, 1], &[0, 2, 3]),
        ];
        for (from, to) in broadcasts {
            self.add("Broadcast", &[from], move |x| x[0].broadcast_to(to));
        }
    }

    pub(super) fn selections(&mut self) {
        for shape in SHAPES {
            for (axis, &extent) in shape.iter().enumerate() {
                for range in [0..extent, extent / 2..extent, 0..extent / 2] {
                    self.add("Slice", &[shape], move |x| x[0].slice(axis, range.clone()));
                }
                let along = |extent| {
                    let mut other = shape.to_vec();
                    other[axis] = extent;
                    other
                };
                let shapes = [shape, &along(extent + 1), &along(0), &along(1), &along(2)];
                self.add("Concatenate", &shapes, move |x| x[0].concatenate(&x[1..], axis));
                self.add("Concatenate", &[&along(0), shape], move |x| x[0].concatenate(&x[1..], axis));
            }
            self.add("Concatenate", &[shape], |x| x[0].concatenate(&[], 0));
            self.add("Concatenate", &[shape, shape], |x| x[0].concatenate(&x[1..], 0));
            let last = shape[0] - 1;
            self.add("Gather", &[shape], move |x| x[0].gather(&[last, 0, last]));
            self.add("Gather", &[shape], |x| x[0].gather(&[]));
            for (axis, &extent) in shape.iter().enumerate() {
                let last = extent - 1;
                self.add("Gather", &[shape], move |x| x[0].gather_axis(axis, &[last, 0, last, 0]));
                self.add("Gather", &[shape], move |x| x[0].flip(axis));
                self.add("Gather", &[shape], move |x| x[0].roll(axis, 2));
                let indices: Vec<usize> = (0..extent).map(|i| 2 * i % 3).collect();
                self.add("ScatterAdd", &[shape], move |x| x[0].scatter_add_axis(axis, &indices, 4));
                for (before, after) in [(0, 0), (2, 0), (1, 3)] {
                    self.add("Pad", &[shape], move |x| x[0].pad(axis, before, after));
                }
            }
            for axis in 0..=shape.len() {
                self.add("Stack", &[shape, shape, shape], move |x| x[0].stack(&x[1..], axis));
            }
        }
        self.add("Stack", &[&[], &[]], |x| x[0].stack(&x[1..], 0));
        self.add("Stack", &[&[2, 0], &[2, 0]], |x| x[0].stack(&[x[1]], 1));
        self.add("Pad", &[&[0, 2]], |x| x[0].pad(0, 1, 1));
        self.add("ScatterAdd", &[&[0, 2]], |x| x[0].scatter_add(&[], 3));
        self.add("ScatterAdd", &[&[2, 0]], |x| x[0].scatter_add(&[1, 1], 3));
        self.add("Concatenate", &[&[0, 2], &[0, 2]], |x| x[0].concatenate(&x[1..], 1));
        self.add("Gather", &[&[0, 3]], |x| x[0].gather(&[]));
        self.add("Gather", &[&[3, 0]], |x| x[0].gather(&[1, 1]));
    }
}
