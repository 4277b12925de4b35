//! Days, months and weekdays of the proleptic Gregorian calendar, years 1 to 9999, as `datetime`
//! counts them: ordinal 1 is 1 January of year 1. Not here: ISO weeks, times, zones, text forms.

/// Whether February has 29 days.
pub fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days in a month (1 to 12); 0 for a number that is no month.
pub fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 => 28 + i32::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// The ordinal of a date the caller has checked to be valid.
pub fn ymd_to_ordinal(year: i32, month: i32, day: i32) -> i32 {
    let y = year - 1;
    let before_month: i32 = (1..month).map(|m| days_in_month(year, m)).sum();
    y * 365 + y / 4 - y / 100 + y / 400 + before_month + day
}

/// The date of an ordinal; `None` outside years 1 to 9999.
pub fn ordinal_to_ymd(ordinal: i32) -> Option<(i32, i32, i32)> {
    if !(1..=3_652_059).contains(&ordinal) {
        return None;
    }
    // Counted from the first of March of the year 0, so that leap days end years, and months have 153 days in five.
    let since = ordinal + 305;
    let (era, of_era) = (since / 146_097, since % 146_097);
    let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    Some((years + era * 400 + i32::from(month <= 2), month, day))
}

/// Monday is 0.
pub fn weekday(year: i32, month: i32, day: i32) -> i32 {
    (ymd_to_ordinal(year, month, day) + 6) % 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_in_turn() {
        let (mut y, mut m, mut d) = (1, 1, 1);
        for n in 1..=3_652_059 {
            if n % 37 == 0 || d > 27 {
                assert_eq!(ordinal_to_ymd(n), Some((y, m, d)));
                assert_eq!(ymd_to_ordinal(y, m, d), n);
            }
            d += 1;
            if d > days_in_month(y, m) {
                (d, m) = (1, m + 1);
            }
            if m > 12 {
                (m, y) = (1, y + 1);
            }
        }
        assert_eq!((y, m, d), (10_000, 1, 1));
        assert_eq!(ordinal_to_ymd(0), None);
        assert_eq!(ordinal_to_ymd(3_652_060), None);
        assert_eq!(weekday(2000, 1, 1), 5);
    }
}
