//! The tests of the differentiation engine, in one program so that the engine is linked once.

mod allocations;
mod cheap_gradient;
mod checkpoints;
mod checks;
mod custom_rules;
mod directions;
mod edges;
mod formulas;
mod fused;
mod implicit;
mod jacobians;
mod jets;
mod kinks;
mod known_answers;
mod limits;
mod nested_modes;
mod non_finite;
mod primitives;
mod random_graphs;
mod rules;
mod select;
mod special_functions;
mod support;
mod tapes;
mod traces;
mod transforms;
