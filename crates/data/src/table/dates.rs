//! Dates and times of the day, in ISO 8601 and in the common forms with a number for the day.

use jiff::civil::{DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::Offset;

/// The forms of dates, in the notation of `strptime`, with an example each. All dates of a column have one
/// form. Of the forms that fit all of them, the first is taken.
pub(super) const DATE_FORMS: [(&str, &str); 9] = [
    ("%Y-%m-%d", "2024-01-31"),
    ("%Y/%m/%d", "2024/01/31"),
    ("%d.%m.%Y", "31.01.2024"),
    (MONTH_FIRST, "01/31/2024"),
    (DAY_FIRST, "31/01/2024"),
    ("%d-%m-%Y", "31-01-2024"),
    ("%d-%b-%Y", "31-Jan-2024"),
    ("%d %B %Y", "31 January 2024"),
    ("%B %d, %Y", "January 31, 2024"),
];

const MONTH_FIRST: &str = "%m/%d/%Y";
const DAY_FIRST: &str = "%d/%m/%Y";

/// The forms of a time of the day, after a date and a space or a `T`.
const TIME_FORMS: [&str; 4] = ["%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p"];

/// The length of the longest date in bytes, generously: a longer text is not tried.
const LONGEST_DATE: usize = 64;

/// A set of forms: those that fit all cells of a column seen so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DateForms(u16);

impl DateForms {
    pub(super) const ALL: Self = Self((1 << DATE_FORMS.len()) - 1);

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The forms that are in both sets.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The forms of the set that fit a cell.
    pub(super) fn fitting(self, cell: &[u8]) -> Self {
        let Some(text) = date_text(cell) else { return Self(0) };
        let fits = |form: &usize| self.0 & (1 << form) != 0 && seconds(text, DATE_FORMS[*form].0).is_some();
        Self((0..DATE_FORMS.len()).filter(fits).fold(0, |set, form| set | 1 << form))
    }

    /// The first form.
    pub(super) fn first(self) -> Option<usize> {
        (!self.is_empty()).then(|| self.0.trailing_zeros() as usize)
    }

    /// Whether day and month could be exchanged.
    pub(super) fn is_ambiguous(self) -> bool {
        let of = |wanted| DATE_FORMS.iter().position(|(form, _)| *form == wanted);
        [MONTH_FIRST, DAY_FIRST].into_iter().filter_map(of).all(|form| self.0 & (1 << form) != 0)
    }
}

/// The date in a cell, in the form with this index, in seconds since the beginning of 1970. Without a zone,
/// the time is UTC.
pub(super) fn date(cell: &[u8], form: usize) -> Option<f64> {
    seconds(date_text(cell)?, DATE_FORMS[form].0)
}

/// The text of a cell that may be a date: short, with a digit, and beginning with a digit or a letter.
fn date_text(cell: &[u8]) -> Option<&str> {
    let may_be = (6..=LONGEST_DATE).contains(&cell.len())
        && cell[0].is_ascii_alphanumeric()
        && cell.iter().any(u8::is_ascii_digit);
    std::str::from_utf8(cell).ok().filter(|_| may_be)
}

fn seconds(text: &str, form: &str) -> Option<f64> {
    let (broken_down, length) = BrokenDownTime::parse_prefix(form, text).ok()?;
    let date = broken_down.to_date().ok()?;
    let (time, offset) = match text.get(length..)? {
        "" => (Time::midnight(), Offset::UTC),
        rest => time_and_offset(rest.strip_prefix([' ', 'T', 't'])?.trim_start())?,
    };
    let timestamp = offset.to_timestamp(DateTime::from_parts(date, time)).ok()?;
    Some(timestamp.as_second() as f64 + f64::from(timestamp.subsec_nanosecond()) * 1e-9)
}

/// A time of the day and its difference to UTC.
fn time_and_offset(text: &str) -> Option<(Time, Offset)> {
    let (time, offset) = match text.strip_suffix(['Z', 'z']).or_else(|| text.strip_suffix(" UTC")) {
        Some(time) => (time, Offset::UTC),
        None => match text.rfind(['+', '-']) {
            Some(sign) => (&text[..sign], offset(&text[sign..])?),
            None => (text, Offset::UTC),
        },
    };
    let parsed = |form| BrokenDownTime::parse(form, time.trim_end()).ok()?.to_time().ok();
    Some((TIME_FORMS.iter().find_map(parsed)?, offset))
}

fn offset(text: &str) -> Option<Offset> {
    ["%:z", "%z"].iter().find_map(|form| BrokenDownTime::parse(form, text).ok()?.offset())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds of a date in the first form that fits it.
    fn seconds_of(cell: &str) -> Option<f64> {
        let form = DateForms::ALL.fitting(cell.as_bytes()).first()?;
        date(cell.as_bytes(), form)
    }

    #[test]
    fn every_form_reads_its_example() {
        // 2024-01-31 is 19,753 days after the beginning of 1970.
        for (form, example) in DATE_FORMS {
            assert_eq!(seconds_of(example), Some(19_753.0 * 86_400.0), "{form}");
        }
    }

    #[test]
    fn times_of_the_day_and_zones_are_read() {
        let day = 19_753.0 * 86_400.0;
        for (text, seconds) in [
            ("2024-01-31T00:00:01", 1.0),
            ("2024-01-31 01:02", 3720.0),
            ("2024-01-31T00:00:00.25Z", 0.25),
            ("2024-01-31 02:00:00+02:00", 0.0),
            ("2024-01-31T00:00:00-0130", 5400.0),
            ("31.01.2024 12:00", 43_200.0),
            ("1/31/2024 1:05 PM", 47_100.0),
            ("2024-01-31 00:00:02 UTC", 2.0),
        ] {
            assert_eq!(seconds_of(text), Some(day + seconds), "{text}");
        }
    }

    #[test]
    fn texts_that_are_not_dates_are_not_taken_for_dates() {
        for text in [
            "2024",
            "20240131",
            "1.5",
            "12:30",
            "2024-13-01",
            "2023-02-29",
            "31/31/2024",
            "setosa",
            "2024-01-31 25:00",
            "2024-01-31x",
            "2024-01-31 ",
            "v1.2.2024.5",
            "-2024-01-31",
            "",
        ] {
            assert_eq!(seconds_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_above_twelve_decides_the_order_of_day_and_month() {
        let either = DateForms::ALL.fitting(b"03/04/2024");
        assert!(either.is_ambiguous());
        let (day, month) = (either.fitting(b"13/04/2024"), either.fitting(b"03/14/2024"));
        assert!(!day.is_ambiguous() && !month.is_ambiguous());
        assert_eq!(DATE_FORMS[day.first().unwrap()].0, DAY_FIRST);
        assert_eq!(DATE_FORMS[month.first().unwrap()].0, MONTH_FIRST);
        assert!(day.and(month).is_empty());
    }
}
