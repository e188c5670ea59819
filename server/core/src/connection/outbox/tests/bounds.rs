//! What fits, and what is released.

use super::*;

#[test]
fn what_is_written_is_released() {
    let house = House::new(100, 10_000, 10_000, Overflow::Disconnect);
    let tap = Tap::with_room(0);
    let outbox = house.attached(&tap);
    for _ in 0..5 {
        push(&outbox, "some text");
    }
    let each = charge("some text");
    assert_eq!((bytes_of(&outbox), house.excess()), (5 * each, 5 * each - 100));
    tap.make_room(2 * Unit::text("some text").wire_len() + 1);
    house.flusher.turn();
    assert_eq!((bytes_of(&outbox), house.excess()), (3 * each, 3 * each - 100));
    tap.make_room(usize::MAX);
    outbox.flush_from_driver();
    assert_eq!((bytes_of(&outbox), house.excess()), (0, 0));
}

#[test]
fn a_push_above_the_hard_bound_ends_the_connection_once() {
    let house = House::new(100, 3 * charge("text"), 1000, Overflow::Disconnect);
    let outbox = house.attached(&Tap::with_room(0));
    for _ in 0..3 {
        assert_ne!(push(&outbox, "text"), Pushed::Dropped);
    }
    assert_eq!(outbox.failure(), None);
    assert_eq!(push(&outbox, "text"), Pushed::Dropped);
    assert_eq!(push(&outbox, "text"), Pushed::Dropped);
    assert_eq!(outbox.failure(), Some(CloseReason::Overflow));
    assert_eq!((house.metrics.overflows.get(), house.metrics.refused_closing.get()), (1, 1));
}

#[test]
fn outboxes_share_the_budget_above_their_soft_bounds() {
    let each = charge("text");
    let house = House::new(each, 100 * each, 3 * each, Overflow::DropNewest);
    let outboxes = [house.outbox(), house.outbox(), house.outbox()];
    let queued = |outbox: &Arc<Outbox>| (0..4).filter(|_| push(outbox, "text") != Pushed::Dropped).count();
    assert_eq!(outboxes.each_ref().map(queued), [4, 1, 1]);
    assert_eq!((house.excess(), house.metrics.overflow_dropped.get()), (3 * each, 6));
    outboxes[0].discard();
    assert_eq!(house.excess(), 0);
    assert_eq!(queued(&outboxes[1]), 3);
}

#[test]
fn the_oldest_make_room_for_the_newest() {
    let house = House::new(2 * charge("a"), 3 * charge("a"), 1000, Overflow::DropOldest);
    let outbox = house.outbox();
    for text in ["a", "b", "c", "d", "e"] {
        assert_eq!(push(&outbox, text), Pushed::Queued);
    }
    outbox.attach(None, Mode::Driver);
    assert_eq!(frames(&outbox, 1000), ["c", "d", "e"]);
    assert_eq!((house.metrics.overflow_dropped.get(), house.excess()), (2, 0));
}

#[test]
fn a_packet_that_can_never_fit_drops_what_was_there_and_itself() {
    let house = House::new(100, 300, 1000, Overflow::DropOldest);
    let outbox = house.outbox();
    push(&outbox, "a");
    push(&outbox, "b");
    assert_eq!(push(&outbox, &"x".repeat(1000)), Pushed::Dropped);
    assert_eq!((house.metrics.overflow_dropped.get(), bytes_of(&outbox)), (3, 0));
}

#[test]
fn attachments_count_and_go_with_their_packet() {
    let packet = |text: &str| {
        let text = WireFrame::new(Opcode::Text, text.as_bytes());
        Unit::with_attachments(text, &[Bytes::from_static(&[7; 50]), Bytes::from_static(&[8; 50])])
    };
    let each = packet("a").wire_len() + PACKET_CHARGE;
    let house = House::new(each, 2 * each, 1000, Overflow::DropOldest);
    let outbox = house.outbox();
    for text in ["a", "b", "c"] {
        outbox.push(packet(text), false);
    }
    let queue = outbox.queue.lock();
    assert!(queue.units.iter().all(|unit| unit.frames().len() == 3));
    assert_eq!((queue.units.len(), queue.bytes), (2, 2 * each));
}

#[test]
fn an_emitter_is_told_when_much_is_queued_for_a_healthy_client() {
    let house = House::roomy();
    let outbox = house.attached(&Tap::open());
    assert_eq!(push(&outbox, "little"), Pushed::Queued);
    assert_eq!(push(&outbox, &"x".repeat(CROWDED)), Pushed::Crowded);
    outbox.relieve();
    assert_eq!(bytes_of(&outbox), 0);
    assert_eq!(push(&outbox, "little"), Pushed::Queued);
}
