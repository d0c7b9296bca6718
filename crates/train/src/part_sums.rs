//! The sum of the gradients of the parts of a batch, over a fixed tree.

use wengert_ad::Real;
use wengert_kernels::add_to;

/// Sums of gradients by level: that of level `k` holds the sum of `2^k` neighbouring parts, if bit `k` of the
/// number of parts so far is set. The buffers are kept from step to step.
#[derive(Debug)]
pub(crate) struct PartSums<T> {
    levels: Vec<Vec<T>>,
}

impl<T> Default for PartSums<T> {
    fn default() -> Self {
        Self { levels: Vec::new() }
    }
}

impl<T: Real> PartSums<T> {
    /// Adds the gradient of part `index`, counted from 0, whose buffer may get other contents.
    pub(crate) fn add(&mut self, index: usize, gradient: &mut Vec<T>) {
        let full = index.trailing_ones() as usize;
        if self.levels.len() <= full {
            self.levels.resize_with(full + 1, Vec::new);
        }
        for sum in &mut self.levels[..full] {
            add_to(sum, gradient);
            std::mem::swap(sum, gradient);
        }
        std::mem::swap(&mut self.levels[full], gradient);
    }

    /// Writes the sum of all parts.
    pub(crate) fn finish(&mut self, parts: usize, gradient: &mut Vec<T>) {
        let mut full = (0..self.levels.len()).filter(|level| parts >> level & 1 == 1);
        let Some(first) = full.next() else { return };
        std::mem::swap(&mut self.levels[first], gradient);
        for level in full {
            add_to(gradient, &self.levels[level]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_parts_adds_up() {
        let mut sums = PartSums::<f64>::default();
        for parts in 1..40 {
            let mut gradient = Vec::new();
            for index in 0..parts {
                gradient.clear();
                gradient.extend([1.0 + index as f64, 1.0]);
                sums.add(index, &mut gradient);
            }
            sums.finish(parts, &mut gradient);
            assert_eq!(gradient, [(parts * (parts + 1) / 2) as f64, parts as f64]);
        }
    }
}
