//! The primitives at `f32` and `f64`, compiled in this crate.
//!
//! The compiler compiles a generic function again in every crate that uses it, at the optimisation level
//! of that crate, unless the function is marked `#[inline(never)]` and a dependency contains it at the
//! same types. The loops of all primitives are marked and contained here: a program compiled for
//! debugging runs them optimised, and no crate that depends on this one compiles them again. Those at `f64`
//! need the feature `compiled-f64`, a default: a program that trains in `f32` alone is compiled sooner
//! without it.
//!
//! Not for WebAssembly: its linker would keep them all, and a page would load primitives that it never calls.

use super::{AffineMap, Map, Primitive, PrimitiveVisitor, Zip, each_primitive};
use crate::element::Element;
use crate::number::{Binary, Unary};
use crate::rules::{BinaryVisitor, Interval, UnaryVisitor, each_binary, each_unary};
use std::hint::black_box;

/// A trait object of `P` contains all methods of `P` at `T`.
fn contain<T: Element, P: Primitive<T>>() {
    let boxed: fn(P) -> Box<dyn Primitive<T>> = |primitive| Box::new(primitive);
    black_box(boxed);
}

struct Contain<T>([T; 0]);

impl<T: Element> PrimitiveVisitor<T> for Contain<T> {
    fn visit<P: Primitive<T> + Clone>(&mut self, _: &'static str, _: P, _: &[&[usize]]) {
        contain::<T, P>();
    }
}

impl<T: Element> UnaryVisitor for Contain<T> {
    fn visit<R: Unary>(&mut self, _: R, _: &'static [Interval]) {
        contain::<T, Map<R>>();
        if R::FROM_OUTPUT {
            contain::<T, AffineMap<R, T>>();
        }
    }
}

impl<T: Element> BinaryVisitor for Contain<T> {
    fn visit<R: Binary>(&mut self, _: R, _: [Interval; 2]) {
        contain::<T, Zip<R>>();
    }
}

fn contain_all<T: Element>() {
    let mut visitor = Contain::<T>([]);
    each_primitive(&mut visitor);
    each_unary(&mut visitor);
    each_binary(&mut visitor);
}

#[used]
static SINGLE: fn() = contain_all::<f32>;
#[cfg(feature = "compiled-f64")]
#[used]
static DOUBLE: fn() = contain_all::<f64>;
