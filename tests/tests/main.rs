//! Tests that need more than one crate, in one binary.

mod architecture;
mod browsers;
mod compile_fail;
mod jitter;
mod pages;
mod plain_websocket;
mod runtimes;
mod support;
mod websocket_decoder;
