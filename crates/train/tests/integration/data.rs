//! Data sets and models shared by the tests.

use wengert_data::{Split, digits, moons};
use wengert_nn::Mlp;

pub(crate) fn digits_split() -> Split {
    digits().split(0.8, 0.1, 0.1, 7).unwrap().standardised()
}

pub(crate) fn moons_split() -> Split {
    moons(300, 0.2, 1).split(0.6, 0.2, 0.2, 1).unwrap().standardised()
}

pub(crate) fn moons_net() -> Mlp {
    Mlp::new([2, 16, 2])
}
