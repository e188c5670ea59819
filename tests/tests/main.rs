//! Tests that need more than one crate, in one binary.

mod architecture;
mod browsers;
mod compile_fail;
mod runtimes;
mod support;
