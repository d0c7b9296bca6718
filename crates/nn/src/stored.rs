//! Layouts and parameters with serde, checked when they are read.

use crate::init::Init;
use crate::layout::{Layout, Parameter};
use crate::params::Params;
use crate::row_mixing::RowMixing;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;
use wengert_ad::Element;

/// An array of a layout without its position, which follows from the shapes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredArray {
    name: String,
    shape: Vec<usize>,
    init: Init,
    trainable: bool,
}

impl From<&Parameter> for StoredArray {
    fn from(entry: &Parameter) -> Self {
        let Parameter { name, shape, init, trainable, .. } = entry.clone();
        Self { name, shape, init, trainable }
    }
}

/// What is stored of a layout.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredLayout {
    parameters: Vec<StoredArray>,
    statistics: Vec<StoredArray>,
    random_slots: u32,
    row_mixing: RowMixing,
}

impl From<Layout> for StoredLayout {
    fn from(layout: Layout) -> Self {
        let arrays = |entries: &[Parameter]| entries.iter().map(StoredArray::from).collect();
        Self {
            parameters: arrays(layout.parameters()),
            statistics: arrays(layout.statistics()),
            random_slots: layout.random_slots(),
            row_mixing: layout.row_mixing(),
        }
    }
}

impl TryFrom<StoredLayout> for Layout {
    type Error = String;

    fn try_from(stored: StoredLayout) -> Result<Self, String> {
        let (mut layout, mut names) = (Self::new(), HashSet::new());
        for (entries, is_statistic) in [(&stored.parameters, false), (&stored.statistics, true)] {
            let mut length = 0_usize;
            for StoredArray { name, shape, init, trainable } in entries {
                if let Some(problem) = init.problem() {
                    return Err(problem);
                }
                if !names.insert(name) {
                    return Err(format!("two arrays have the name {name:?}"));
                }
                let count = shape.iter().try_fold(1_usize, |count, &extent| count.checked_mul(extent));
                let end = count.filter(|&count| count > 0).and_then(|count| length.checked_add(count));
                length =
                    end.ok_or_else(|| format!("the shape of {name:?} is {shape:?}; it needs elements"))?;
                if is_statistic {
                    layout.statistic(name, shape, *init);
                } else {
                    layout.parameter(name, shape, *init);
                }
                if !trainable {
                    layout.freeze_last(is_statistic);
                }
            }
        }
        layout.set_random_slots(stored.random_slots);
        layout.mix_rows(stored.row_mixing);
        Ok(layout)
    }
}

/// What is stored of parameters.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredParams<T> {
    layout: Layout,
    values: Vec<T>,
    statistics: Vec<T>,
}

impl<T: Element> From<Params<T>> for StoredParams<T> {
    fn from(params: Params<T>) -> Self {
        let (layout, values) = (params.layout().clone(), params.values().to_vec());
        Self { layout, values, statistics: params.statistics().to_vec() }
    }
}

impl<T: Element> TryFrom<StoredParams<T>> for Params<T> {
    type Error = String;

    fn try_from(stored: StoredParams<T>) -> Result<Self, String> {
        let StoredParams { layout, values, statistics } = stored;
        let needed = layout.statistics().last().map_or(0, |last| last.range.end);
        for (what, found, needed) in
            [("values", values.len(), layout.len()), ("statistics", statistics.len(), needed)]
        {
            if found != needed {
                return Err(format!("there are {found} {what}, but the layout has {needed}"));
            }
        }
        let mut params = Self::new(Arc::new(layout), values);
        if !statistics.is_empty() {
            params.statistics_mut().copy_from_slice(&statistics);
        }
        Ok(params)
    }
}
