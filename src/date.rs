//! Days of the calendar, in UTC.
//!
//! In: seconds since 1970, or a day as it is written in a text. Out: a [`Date`] that exists, and its forms for
//! machines and for people. It must not know what time it is.

use std::fmt;

/// A day of the Gregorian calendar, from the year 1 to the year 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// From 1 March of the year 0 to 1 January 1970, in days.
const TO_1970: i64 = 719_468;
/// 400 years, in days: then the calendar repeats itself.
const ERA: i64 = 146_097;

impl Date {
    /// A day, if there is such a day.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => return None,
        };
        let exists = (1..=9999).contains(&year) && (1..=last).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// The day of a moment, given in seconds since 1970. None outside of the years that there are here.
    pub fn of_unix(seconds: i64) -> Option<Self> {
        // Years are counted from March here, so that the leap day is the last of its year.
        let days = seconds.div_euclid(86_400).checked_add(TO_1970)?;
        let (era, day_of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let months = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * months + 2) / 5 + 1;
        let month = if months < 10 { months + 3 } else { months - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self::new(
            u16::try_from(year).ok()?,
            u8::try_from(month).ok()?,
            u8::try_from(day).ok()?,
        )
    }

    /// Whether a text is written as a day is, such as `2026-11-01`. There need not be such a day.
    pub fn has_shape(text: &str) -> bool {
        text.len() == 10
            && text.bytes().enumerate().all(|(n, byte)| match n {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            })
    }

    /// A day written as `2026-11-01`.
    pub fn parse(text: &str) -> Option<Self> {
        if !Self::has_shape(text) {
            return None;
        }
        Self::new(
            text[..4].parse().ok()?,
            text[5..7].parse().ok()?,
            text[8..].parse().ok()?,
        )
    }

    /// For people: `1 November 2026`.
    pub fn words(self) -> String {
        let month = MONTHS[usize::from(self.month) - 1];
        format!("{} {month} {}", self.day, self.year)
    }
}

/// For machines: `2026-11-01`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    fn of_unix(seconds: i64) -> String {
        Date::of_unix(seconds).map_or_else(|| "none".into(), |date| date.to_string())
    }

    #[test]
    fn days_of_moments() {
        assert_eq!(of_unix(0), "1970-01-01");
        assert_eq!(of_unix(-1), "1969-12-31");
        assert_eq!(of_unix(86_399), "1970-01-01");
        assert_eq!(of_unix(951_782_400), "2000-02-29");
        assert_eq!(of_unix(951_868_800), "2000-03-01");
        assert_eq!(of_unix(4_107_542_399), "2100-02-28");
        assert_eq!(of_unix(4_107_542_400), "2100-03-01");
        assert_eq!(of_unix(253_402_300_799), "9999-12-31");
        for outside in [253_402_300_800, i64::MAX, i64::MIN, -62_135_596_801] {
            assert_eq!(of_unix(outside), "none", "{outside}");
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut before = Date::parse("1899-12-31").expect("a day");
        for n in 0..80_000_i64 {
            let day = Date::of_unix((n - 25_567) * 86_400).expect("a day");
            assert!(day > before, "{day} after {before}");
            assert_eq!(Date::parse(&day.to_string()), Some(day));
            before = day;
        }
        assert_eq!(before.to_string(), "2119-01-12");
    }

    #[test]
    fn days_that_do_not_exist() {
        for text in [
            "2026-02-29",
            "2100-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-04-31",
            "2026-01-00",
            "0000-01-01",
            "2026-1-01",
            "2026/01/01",
            "+026-01-01",
            "2026-01-01 ",
            "",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        let day = Date::parse("2024-02-29").expect("a leap day");
        assert_eq!(day.words(), "29 February 2024");
    }
}
