//! What a client has heard of one speaker, whose messages are numbered.

use std::collections::BTreeMap;
use std::ops::Range;

/// How a client that had lost its connection came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Return {
    /// The server recovered its session, and with it what it missed.
    Recovered,
    /// As a new client, which misses what was said meanwhile.
    Anew,
}

/// What a message is to somebody who hears it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    InOrder,
    /// These should have come before.
    Behind(Range<u64>),
    /// It should have come before another one.
    Late,
    Twice,
}

/// Messages that never came, by what had happened before they should have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Missed {
    /// The connection stood all the time.
    pub(crate) connected: u64,
    /// The client had come back recovered.
    pub(crate) recovered: u64,
    /// It had come back as a new one.
    pub(crate) anew: u64,
}

/// What was heard.
#[derive(Default)]
pub(crate) struct Hearing {
    next: u64,
    /// Numbers below `next` that have not come.
    missing: BTreeMap<u64, Option<Return>>,
    /// What happened since the last message.
    returned: Option<Return>,
}

impl Hearing {
    /// Takes note of a message.
    pub(crate) fn hear(&mut self, number: u64) -> Heard {
        if number < self.next {
            return if self.missing.remove(&number).is_some() { Heard::Late } else { Heard::Twice };
        }
        let behind = self.next..number;
        self.next = number + 1;
        let returned = self.returned.take();
        if behind.is_empty() {
            return Heard::InOrder;
        }
        self.missing.extend(behind.clone().map(|number| (number, returned)));
        Heard::Behind(behind)
    }

    /// Takes note of a return.
    pub(crate) fn came_back(&mut self, how: Return) {
        // Who was new once in between has missed something, whatever came after.
        if self.returned != Some(Return::Anew) {
            self.returned = Some(how);
        }
    }

    /// What never came of so many messages.
    pub(crate) fn missed(&self, sent: u64) -> Missed {
        let mut missed = Missed::default();
        for returned in self.missing.values() {
            *missed.of(*returned) += 1;
        }
        *missed.of(self.returned) += sent.saturating_sub(self.next);
        missed
    }
}

impl Missed {
    fn of(&mut self, returned: Option<Return>) -> &mut u64 {
        match returned {
            None => &mut self.connected,
            Some(Return::Recovered) => &mut self.recovered,
            Some(Return::Anew) => &mut self.anew,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_in_order_or_late_or_comes_twice() {
        let mut hearing = Hearing::default();
        let heard: Vec<_> = [0, 3, 2, 2, 3, 4].map(|number| hearing.hear(number)).into();
        let expected =
            [Heard::InOrder, Heard::Behind(1..3), Heard::Late, Heard::Twice, Heard::Twice, Heard::InOrder];
        assert_eq!(heard, expected);
        assert_eq!(hearing.missed(7), Missed { connected: 3, ..Missed::default() });
    }

    #[test]
    fn what_is_missed_counts_for_the_return_before_it() {
        let mut hearing = Hearing::default();
        hearing.hear(0);
        hearing.came_back(Return::Recovered);
        hearing.hear(2);
        hearing.came_back(Return::Anew);
        hearing.came_back(Return::Recovered);
        hearing.hear(5);
        hearing.hear(7);
        assert_eq!(hearing.missed(8), Missed { connected: 1, recovered: 1, anew: 2 });
        hearing.came_back(Return::Anew);
        assert_eq!(hearing.missed(10), Missed { connected: 1, recovered: 1, anew: 4 });
    }
}
