//! What is kept.

use super::*;

#[test]
fn four_packets_lie_inline_and_the_memory_of_bursts_is_freed_when_they_are_over() {
    let (house, tap) = (House::roomy(), Tap::open());
    let outbox = house.attached(&tap);
    let queue_spilled = || outbox.queue.lock().units.spilled();
    let burst = |len| {
        for _ in 0..len {
            push(&outbox, "text");
        }
    };
    burst(4);
    assert!(!queue_spilled());
    burst(1000);
    house.flusher.turn();
    assert_eq!(outbox.writer.lock().units.capacity(), 0, "nothing is left to write");
    assert!(queue_spilled(), "the next burst finds room");
    burst(1);
    house.flusher.turn();
    assert!(!queue_spilled());
}

#[test]
fn what_is_written_at_once_is_written_from_one_list_for_all() {
    let house = House::roomy();
    for _ in 0..10 {
        let (tap, outbox) = (Tap::open(), house.outbox());
        outbox.attach(Some(tap.clone()), Mode::Flusher);
        push(&outbox, "text");
        house.flusher.turn();
        assert!(tap.took(&["text"]));
        assert_eq!(outbox.writer.lock().units.capacity(), 0);
    }
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
