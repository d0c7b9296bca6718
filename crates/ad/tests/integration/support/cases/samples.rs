//! The samples in the list of primitives.

use super::{Cases, random};
use wengert_ad::Element;
use wengert_ad::primitive::{Primitive, PrimitiveVisitor};

impl<T: Element> PrimitiveVisitor<T> for Cases<T> {
    fn visit<P: Primitive<T> + Clone>(&mut self, type_name: &'static str, sample: P, operands: &[&[usize]]) {
        let is_square = |shape: &[usize]| matches!(shape, [.., m, n] if m == n);
        let mut inputs = Vec::new();
        for shape in operands {
            let input =
                if is_square(shape) { self.regular(shape, false) } else { random(&mut self.rng, shape) };
            inputs.push(input);
        }
        self.add_with(type_name, inputs, move |x| x[0].apply(&x[1..], sample.clone()));
    }
}
