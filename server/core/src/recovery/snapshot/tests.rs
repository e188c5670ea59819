use std::collections::HashMap;

use bytes::Bytes;

use super::*;
use crate::member::Extensions;
use crate::metrics::Metrics;
use crate::recovery::hub::Count;
use crate::recovery::offset::Claimed;
use crate::recovery::{Claim, Recovery};

fn shelf(options: Recovery) -> Arc<Shelf> {
    Arc::new(Shelf { options, metrics: Arc::<Metrics>::default(), sessions: Count::default() })
}

/// A namespace where one client is away and has missed something.
fn namespace(shelf: &Arc<Shelf>) -> (NamespaceRecovery, SocketId, Pid) {
    let recovery = NamespaceRecovery::new(Log::new(&shelf.options), shelf.clone());
    let (sid, pid) = (SocketId::random(), Pid::random());
    let mut stays = Stays::begin(0);
    stays.join(ByteString::from_static("a"), 0);
    let all = |rooms| Audience::Rooms { rooms, except: Vec::new(), but: None };
    let binary = Args::new(&("\u{2028}", Bytes::from_static(&[0, 0xff]))).unwrap();
    drop(recovery.record(all(vec![ByteString::from_static("a")]), "said", &binary));
    drop(recovery.record(all(vec![ByteString::from_static("b")]), "said", &binary));
    drop(recovery.record(Audience::One(sid.clone()), "told", &Args::default()));
    let session = Session {
        sid: sid.clone(),
        pid: pid.clone(),
        stays,
        left_at: Instant::now(),
        extensions: Extensions::default(),
        is_from_before: false,
        handled: None,
    };
    recovery.keep(session);
    (recovery, sid, pid)
}

fn restored(snapshot: &[u8], options: Recovery) -> io::Result<HashMap<ByteString, Arc<NamespaceRecovery>>> {
    decode(snapshot, &shelf(options), Instant::now())
}

fn saved() -> (Vec<u8>, SocketId, Pid) {
    let (recovery, sid, pid) = namespace(&shelf(Recovery::default()));
    let namespaces = [(ByteString::from_static("/chat"), Arc::new(recovery))];
    (encode(&namespaces, Instant::now()).unwrap(), sid, pid)
}

#[test]
fn a_session_comes_back_with_what_it_has_missed() {
    let (snapshot, sid, pid) = saved();
    let namespaces = restored(&snapshot, Recovery::default()).unwrap();
    let recovery = &namespaces["/chat"];
    let Ok(Claim::Away(session)) = recovery.claim(&pid) else { panic!("no session") };
    assert_eq!(session.sid, sid);
    let from = recovery.resume_at(&session, &Claimed { pid, offset: None }).unwrap();
    let missed = recovery.log().missed(&sid, &session.stays, from).unwrap();
    let events: Vec<_> = missed.iter().map(|entry| (entry.position, &*entry.name)).collect();
    assert_eq!(events, [(1, "said"), (3, "told")]);
    let (text, binary): (String, Bytes) = missed[0].args.parse().unwrap();
    assert_eq!((text.as_str(), &*binary), ("\u{2028}", &[0, 0xff][..]));
}

#[test]
fn new_events_follow_those_of_the_snapshot() {
    let (snapshot, ..) = saved();
    let namespaces = restored(&snapshot, Recovery::default()).unwrap();
    let recovery = &namespaces["/chat"];
    drop(recovery.record(
        Audience::Rooms { rooms: Vec::new(), except: Vec::new(), but: None },
        "said",
        &Args::default(),
    ));
    assert_eq!(recovery.log().last(), 4);
}

#[test]
fn a_damaged_snapshot_is_an_error_wherever_it_is_damaged() {
    let (snapshot, ..) = saved();
    for cut in 0..snapshot.len() {
        assert!(restored(&snapshot[..cut], Recovery::default()).is_err(), "cut at {cut}");
    }
    let text = |snapshot: &[u8]| {
        let mut text = String::new();
        GzDecoder::new(snapshot.strip_prefix(MAGIC)?).read_to_string(&mut text).ok()?;
        Some(text)
    };
    let mut flipped = snapshot.clone();
    for at in 0..snapshot.len() {
        flipped[at] ^= 0x10;
        // A few bits of gzip mean nothing: the time in its header, and what fills its last byte.
        let is_the_same = text(&flipped).is_some_and(|flipped| Some(flipped) == text(&snapshot));
        assert_eq!(restored(&flipped, Recovery::default()).is_ok(), is_the_same, "flipped at {at}");
        flipped[at] ^= 0x10;
    }
}

#[test]
fn a_snapshot_of_another_version_is_an_error() {
    let (mut snapshot, ..) = saved();
    snapshot[MAGIC.len() - 2] = b'2';
    assert!(restored(&snapshot, Recovery::default()).is_err());
}

#[test]
fn a_session_that_is_too_old_does_not_come_back() {
    let recovery = NamespaceRecovery::new(Log::new(&Recovery::default()), shelf(Recovery::default()));
    let pid = Pid::random();
    let left_at = Instant::now().checked_sub(Duration::from_secs(20)).unwrap();
    let (sid, stays) = (SocketId::random(), Stays::begin(0));
    recovery.adopt(vec![Session {
        sid,
        pid: pid.clone(),
        stays,
        left_at,
        extensions: Extensions::default(),
        is_from_before: false,
        handled: None,
    }]);
    let snapshot = encode(&[(ByteString::from_static("/"), Arc::new(recovery))], Instant::now()).unwrap();
    let options = |secs| Recovery::default().max_age(Duration::from_secs(secs));
    let comes_back = |secs| restored(&snapshot, options(secs)).unwrap()["/"].claim(&pid).is_ok();
    assert!(!comes_back(19));
    assert!(comes_back(21));
}

#[test]
fn a_namespace_to_which_nobody_can_come_back_is_not_saved() {
    let (recovery, _, pid) = namespace(&shelf(Recovery::default()));
    recovery.end(&pid);
    let snapshot = encode(&[(ByteString::from_static("/"), Arc::new(recovery))], Instant::now()).unwrap();
    assert!(restored(&snapshot, Recovery::default()).unwrap().is_empty());
}
