use super::*;

fn log(options: &Recovery) -> Log {
    Log::new(options)
}

fn rooms(rooms: &[&'static str], except: &[&'static str]) -> Audience {
    let names = |names: &[&'static str]| names.iter().copied().map(ByteString::from_static).collect();
    Audience::Rooms { rooms: names(rooms), except: names(except), but: None }
}

fn say(log: &mut Log, audience: Audience) -> u64 {
    log.append(Instant::now(), audience, "said", &Args::new(&("hello",)).unwrap()).0
}

fn places(missed: Result<Vec<Arc<Entry>>, NotRecovered>) -> Vec<u64> {
    missed.unwrap().iter().map(|entry| entry.position).collect()
}

#[test]
fn a_session_misses_what_was_said_to_its_rooms_while_it_was_there() {
    let mut log = log(&Recovery::default());
    let me = SocketId::random();
    let mut stays = Stays::begin(0);
    say(&mut log, rooms(&["a"], &[]));
    stays.join(ByteString::from_static("a"), log.last());
    say(&mut log, rooms(&["a", "b"], &[]));
    say(&mut log, rooms(&["b"], &[]));
    say(&mut log, rooms(&[], &[]));
    say(&mut log, rooms(&["a"], &["muted"]));
    stays.join(ByteString::from_static("muted"), log.last());
    say(&mut log, rooms(&["a"], &["muted"]));
    stays.leave("a", log.last(), log.reaches_back_to());
    say(&mut log, rooms(&["a"], &[]));
    assert_eq!(places(log.missed(&me, &stays, 0)), [2, 4, 5]);
    assert_eq!(places(log.missed(&me, &stays, 4)), [5]);
}

#[test]
fn what_was_for_another_socket_or_said_by_this_one_is_not_missed() {
    let mut log = log(&Recovery::default());
    let (me, other) = (SocketId::random(), SocketId::random());
    let stays = Stays::begin(0);
    say(&mut log, Audience::One(me.clone()));
    say(&mut log, Audience::One(other.clone()));
    say(&mut log, Audience::Rooms { rooms: Vec::new(), except: Vec::new(), but: Some(me.clone()) });
    say(&mut log, Audience::Rooms { rooms: Vec::new(), except: Vec::new(), but: Some(other) });
    assert_eq!(places(log.missed(&me, &stays, 0)), [1, 4]);
}

#[test]
fn a_client_that_has_received_nothing_goes_on_where_its_session_began() {
    let mut log = log(&Recovery::default());
    say(&mut log, rooms(&[], &[]));
    let stays = Stays::begin(log.last());
    say(&mut log, rooms(&[], &[]));
    assert_eq!(log.resume_at(None, &stays), Ok(1));
    let older = log.epoch().offset(0);
    assert_eq!(log.resume_at(Some(&older), &stays), Ok(1), "a leftover of an earlier session");
    let elsewhere = Epoch::random().offset(2);
    assert_eq!(log.resume_at(Some(&elsewhere), &stays), Ok(1), "a leftover of another log");
}

#[test]
fn an_offset_that_is_none_or_lies_in_the_future_is_refused() {
    let mut log = log(&Recovery::default());
    let stays = Stays::begin(0);
    say(&mut log, rooms(&[], &[]));
    for offset in ["", "hello", "...", &log.epoch().offset(2)] {
        assert_eq!(log.resume_at(Some(offset), &stays), Err(NotRecovered::UnreadableOffset), "{offset}");
    }
}

#[test]
fn a_log_that_has_let_go_of_too_much_says_so_and_counts_it() {
    let mut log = log(&Recovery::default().max_events(2));
    let stays = Stays::begin(0);
    say(&mut log, rooms(&[], &[]));
    say(&mut log, rooms(&[], &[]));
    let (last, trimmed) = log.append(Instant::now(), rooms(&[], &[]), "said", &Args::default());
    assert_eq!((last, trimmed), (3, 1));
    assert_eq!(log.resume_at(None, &stays), Err(NotRecovered::LogTooShort));
    let offset = log.epoch().offset(1);
    assert_eq!(log.resume_at(Some(&offset), &stays), Ok(1));
    assert_eq!(places(log.missed(&SocketId::random(), &stays, 1)), [2, 3]);
}

#[test]
fn the_bytes_of_a_log_are_bounded() {
    let mut log = log(&Recovery::default().max_bytes(10_000));
    let long = Args::new(&("x".repeat(1_000),)).unwrap();
    for _ in 0..100 {
        log.append(Instant::now(), rooms(&[], &[]), "said", &long);
    }
    assert!(log.bytes <= 10_000 && log.entries.len() == 8, "{} in {}", log.bytes, log.entries.len());
}

#[test]
fn what_is_too_old_goes_and_is_not_counted_as_lost() {
    let mut log = log(&Recovery::default());
    let now = Instant::now();
    log.append(now, rooms(&[], &[]), "said", &Args::default());
    assert_eq!(log.trim(now + Duration::from_secs(120)), 0);
    assert_eq!(log.entries.len(), 1);
    assert_eq!(log.trim(now + Duration::from_secs(121)), 0);
    assert_eq!((log.entries.len(), log.bytes, log.reaches_back_to()), (0, 0, 1));
}

#[test]
fn rooms_that_are_forgotten_cannot_be_recovered_from() {
    let mut log = log(&Recovery::default());
    let mut stays = Stays::begin(0);
    for _ in 0..70 {
        stays.join(ByteString::from_static("a"), log.last());
        say(&mut log, rooms(&["a"], &[]));
        stays.leave("a", log.last(), log.reaches_back_to());
    }
    assert_eq!(log.resume_at(None, &stays), Err(NotRecovered::LogTooShort));
    assert_eq!(log.resume_at(Some(&log.epoch().offset(69)), &stays), Ok(69));
}

#[test]
fn the_log_keeps_no_message_alive_from_which_an_argument_was_cut() {
    let mut log = log(&Recovery::default());
    let message = ByteString::from("1".repeat(10_000));
    let args = Args::from_raw(message.slice_ref(&message[..1]), Vec::new());
    log.append(Instant::now(), rooms(&[], &[]), "said", &args);
    let kept = log.entries().next().unwrap().args.elements().clone();
    assert_ne!(kept.as_ptr(), message.as_ptr());
    assert_eq!(&*kept, "1");
}
