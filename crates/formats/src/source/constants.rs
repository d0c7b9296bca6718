//! The constants of a network, which differ between C and Rust in their notation only.

use super::plan::{Plan, map_constants, scale_and_shift};

/// How a language writes comments and arrays of numbers.
pub(super) struct Notation {
    /// A comment of one line.
    pub(super) comment: fn(&str) -> String,
    /// A constant with this name.
    pub(super) floats: fn(&str, &[f32]) -> String,
    pub(super) doubles: fn(&str, &[f64]) -> String,
}

impl Notation {
    /// The maps of features and targets, and the parameters of the layers.
    pub(super) fn constants(&self, plan: &Plan<'_>) -> String {
        let Self { comment, floats, doubles } = self;
        let mut text = String::new();
        if let Some(map) = &plan.network.inputs {
            text += &comment("The features x become (FACTOR x - MEAN) / DEVIATION.");
            for (name, numbers) in ["FACTOR", "MEAN", "DEVIATION"].into_iter().zip(map_constants(map)) {
                text += &doubles(name, &numbers);
            }
        }
        for (i, layer) in plan.network.layers.iter().enumerate() {
            let (inputs, outputs) = (layer.inputs, layer.outputs);
            text += &comment(&format!("Layer {i}: {inputs} inputs in rows, {outputs} outputs in columns."));
            text += &floats(&format!("WEIGHT_{i}"), &layer.weight);
            if let Some(bias) = &layer.bias {
                text += &floats(&format!("BIAS_{i}"), bias);
            }
            if let Some(norm) = &layer.normaliser {
                let [scale, shift] =
                    scale_and_shift(norm).unwrap_or_else(|| [norm.weight.clone(), norm.bias.clone()]);
                text += &(floats(&format!("SCALE_{i}"), &scale) + &floats(&format!("SHIFT_{i}"), &shift));
            }
        }
        if let Some(map) = &plan.network.targets {
            text += &comment("The outputs y become TARGET_MEAN + TARGET_DEVIATION y.");
            text += &(doubles("TARGET_MEAN", map.mean()) + &doubles("TARGET_DEVIATION", map.deviation()));
        }
        text
    }
}
