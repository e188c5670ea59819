//! When a socket was in which rooms, in places of the log: what it has missed depends on where it was at the time.

use std::collections::{HashMap, VecDeque};

use bytestring::ByteString;
use serde::{Deserialize, Serialize};

/// Ended stays that are remembered. A socket that changes rooms more often while it is not heard of loses the
/// oldest, and cannot be recovered from before that.
const REMEMBERED: usize = 64;

/// The rooms of one socket over time, its own among them. A stay hears what lies behind its beginning, up to its
/// end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stays {
    /// Where the session began: nothing before that was ever meant for it.
    began: u64,
    /// Stays that go on, by the place where they began.
    now: HashMap<ByteString, u64>,
    ended: VecDeque<Stay>,
    /// Before that, stays have been forgotten.
    known_from: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stay {
    room: ByteString,
    from: u64,
    to: u64,
}

impl Stays {
    /// A session that begins at this place.
    pub(crate) fn begin(at: u64) -> Self {
        Self { began: at, now: HashMap::new(), ended: VecDeque::new(), known_from: at }
    }

    /// Where the session began.
    pub(crate) fn began(&self) -> u64 {
        self.began
    }

    /// From where on the rooms are known.
    pub(crate) fn known_from(&self) -> u64 {
        self.known_from
    }

    pub(crate) fn join(&mut self, room: ByteString, at: u64) {
        self.now.entry(room).or_insert(at);
    }

    /// `oldest` is where the log begins: what ended before it is of no use to anybody.
    pub(crate) fn leave(&mut self, room: &str, at: u64, oldest: u64) {
        let Some((room, from)) = self.now.remove_entry(room) else { return };
        while self.ended.front().is_some_and(|stay| stay.to < oldest) {
            self.ended.pop_front();
        }
        if from < at {
            self.ended.push_back(Stay { room, from, to: at });
        }
        if self.ended.len() > REMEMBERED
            && let Some(forgotten) = self.ended.pop_front()
        {
            self.known_from = self.known_from.max(forgotten.to);
        }
    }

    /// The rooms it is in now.
    pub(crate) fn rooms(&self) -> impl Iterator<Item = &ByteString> {
        self.now.keys()
    }

    /// Whether what was said at this place was said to that room while the socket was in it.
    pub(crate) fn was_in(&self, room: &str, at: u64) -> bool {
        self.now.get(room).is_some_and(|from| *from < at)
            || self.ended.iter().any(|stay| stay.from < at && at <= stay.to && stay.room == room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &'static str) -> ByteString {
        ByteString::from_static(name)
    }

    #[test]
    fn a_stay_hears_what_lies_behind_its_beginning_up_to_its_end() {
        let mut stays = Stays::begin(3);
        stays.join(room("a"), 5);
        stays.leave("a", 8, 0);
        let heard: Vec<_> = (4..10).filter(|at| stays.was_in("a", *at)).collect();
        assert_eq!(heard, [6, 7, 8]);
    }

    #[test]
    fn a_second_join_does_not_shorten_the_stay() {
        let mut stays = Stays::begin(0);
        stays.join(room("a"), 1);
        stays.join(room("a"), 5);
        assert!(stays.was_in("a", 3));
    }

    #[test]
    fn a_room_may_be_left_and_joined_again() {
        let mut stays = Stays::begin(0);
        stays.join(room("a"), 1);
        stays.leave("a", 3, 0);
        stays.join(room("a"), 6);
        let heard: Vec<_> = (1..9).filter(|at| stays.was_in("a", *at)).collect();
        assert_eq!(heard, [2, 3, 7, 8]);
    }

    #[test]
    fn what_is_forgotten_is_no_longer_claimed_to_be_known() {
        let mut stays = Stays::begin(0);
        for at in 0..REMEMBERED as u64 + 2 {
            stays.join(room("a"), 2 * at);
            stays.leave("a", 2 * at + 1, 0);
        }
        assert_eq!(stays.known_from(), 3);
        assert_eq!(stays.ended.len(), REMEMBERED);
    }

    #[test]
    fn what_ended_before_the_log_begins_is_dropped_at_no_loss() {
        let mut stays = Stays::begin(0);
        stays.join(room("a"), 1);
        stays.leave("a", 2, 0);
        stays.join(room("b"), 5);
        stays.leave("b", 6, 4);
        assert_eq!((stays.ended.len(), stays.known_from()), (1, 0));
    }
}
