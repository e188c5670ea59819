//! What the messaging core promises, each promise as a test: a real server, link and driver, and clients whose
//! transports lie in memory. Time stands still where a test says so.

mod answers;
mod broadcast_requests;
mod broadcasts;
mod cluster;
mod connecting;
mod dynamic;
mod extractors;
mod fetching;
mod handlers;
mod joining;
mod lanes;
mod leaving;
mod listeners;
mod middleware;
mod once;
mod order;
mod overflow;
mod recovery;
mod requests;
mod room_events;
mod rooms;
mod server_events;
mod shutdown;
mod slow;
mod support;
mod threads;
mod version3;
mod volatile;
