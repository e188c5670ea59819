//! Tests that need more than one crate, in one binary.

mod architecture;
mod browsers;
mod compile_fail;
mod jitter;
mod order_under_load;
mod pages;
mod plain_websocket;
mod runtimes;
mod support;
mod websocket_decoder;
