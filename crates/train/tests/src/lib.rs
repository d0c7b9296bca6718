//! The tests of `wengert-train`, in a package of their own: a profile can compile only whole packages without
//! optimisation, which takes a sixth of the time.
