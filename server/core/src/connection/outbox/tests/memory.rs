//! What is kept.

use super::*;

#[test]
fn four_packets_lie_inline_and_the_memory_of_a_burst_is_freed() {
    let (house, tap) = (House::roomy(), Tap::open());
    let outbox = house.attached(&tap);
    let spilled = || outbox.queue.lock().units.spilled() || outbox.writer.lock().units.spilled();
    for _ in 0..4 {
        push(&outbox, "text");
    }
    assert!(!spilled());
    for _ in 0..1000 {
        push(&outbox, "text");
    }
    assert!(spilled());
    house.flusher.turn();
    assert!(!spilled());
}

#[test]
fn a_client_that_always_lags_a_little_keeps_no_more_than_it_lags() {
    let (house, tap) = (House::roomy(), Tap::with_room(0));
    let outbox = house.attached(&tap);
    let len = Unit::text("text").wire_len();
    push(&outbox, "text");
    push(&outbox, "text");
    for _ in 0..10_000 {
        push(&outbox, "text");
        tap.make_room(len);
        outbox.flush_from_driver();
    }
    let kept = outbox.writer.lock().units.len();
    assert!(kept < 16, "{kept}");
    assert_eq!(bytes_of(&outbox), 2 * charge("text"));
}

#[test]
fn a_discarded_outbox_counts_what_it_had_and_keeps_nothing() {
    let (house, tap) = (House::new(10, 10_000, 10_000, Overflow::Disconnect), Tap::with_room(3));
    let outbox = house.attached(&tap);
    for _ in 0..3 {
        push(&outbox, "text");
    }
    house.flusher.turn();
    push(&outbox, "text");
    outbox.discard();
    assert_eq!(house.metrics.undelivered.get(), 4, "the one that was cut, too");
    assert_eq!((bytes_of(&outbox), house.excess(), outbox.has_queued()), (0, 0, false));
    assert_eq!(Arc::strong_count(&tap), 1, "the stream is let go of");
    assert_eq!(push(&outbox, "late"), Pushed::Dropped);
}
