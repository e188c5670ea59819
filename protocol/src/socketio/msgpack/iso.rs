//! Points in time as JavaScript writes them in JSON.

/// The furthest from 1970 that a JavaScript date can be.
const LAST: i64 = 8_640_000_000_000_000;

const DAY: i64 = 86_400_000;

/// What `Date.prototype.toISOString` makes of so many milliseconds since 1970; `None` beyond what a date can be.
pub(super) fn text(milliseconds: i64) -> Option<String> {
    if !(-LAST..=LAST).contains(&milliseconds) {
        return None;
    }
    let (year, month, day) = date(milliseconds.div_euclid(DAY));
    let within = milliseconds.rem_euclid(DAY);
    let (hours, minutes) = (within / 3_600_000, within / 60_000 % 60);
    let (seconds, fraction) = (within / 1000 % 60, within % 1000);
    let year = if (0..=9999).contains(&year) { format!("{year:04}") } else { format!("{year:+07}") };
    Some(format!("{year}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{fraction:03}Z"))
}

/// Year, month and day of a day counted from 1970, in the Gregorian calendar. Years are taken to begin in March, so
/// that the leap day is their last.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_javascript_writes_them() {
        // What `new Date(n).toISOString()` says.
        for (milliseconds, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_600_000_000_123, "2020-09-13T12:26:40.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, "-000001-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "+010000-01-01T00:00:00.000Z"),
            (LAST, "+275760-09-13T00:00:00.000Z"),
            (-LAST, "-271821-04-20T00:00:00.000Z"),
        ] {
            assert_eq!(text(milliseconds).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_no_date_in_javascript_is_none_here() {
        for milliseconds in [LAST + 1, -LAST - 1, i64::MAX, i64::MIN] {
            assert_eq!(text(milliseconds), None);
        }
    }
}
