//! Dates that cannot be, or hardly.

use jiff::civil::{Date, date};

use super::Code;
use super::numbers;

/// The first document of the State is of this day.
const FIRST_DAY: Date = date(1945, 9, 2);
/// Years between issue and effect that no document needs.
const FAR_YEARS: i16 = 3;

/// What the dates of a document give reason to ask; `today` bounds the date of issue.
pub(super) fn look(number: &str, issued: &str, effective: &str, today: Date) -> Vec<(Code, String)> {
    let mut found = Vec::new();
    let mut read = |what: &str, written: &str| match written.parse::<Date>() {
        Ok(d) => Some(d),
        Err(_) if written.is_empty() => None,
        Err(_) => {
            found.push((Code::DateMissing, format!("{what} {written:?} is no date (YYYY-MM-DD)")));
            None
        }
    };
    let (issued_on, effective_on) = (read("the date of issue", issued), read("the date of effect", effective));
    if issued.is_empty() {
        found.push((Code::DateMissing, "no date of issue".into()));
    }
    if let Some(d) = issued_on.filter(|&d| d < FIRST_DAY || d > today) {
        found.push((Code::DateImpossible, format!("issued on {d}")));
    }
    if let Some(d) = effective_on.filter(|&d| d < FIRST_DAY) {
        found.push((Code::DateImpossible, format!("in force from {d}")));
    }
    if let (Some(i), Some(e)) = (issued_on, effective_on) {
        if e < i {
            found.push((Code::DateOrder, format!("in force from {e}, but issued on {i}")));
        } else if e.year() - i.year() > FAR_YEARS {
            found.push((Code::DateFar, format!("in force from {e}, but issued on {i}")));
        }
    }
    if let Some(i) = issued_on {
        match numbers::year(number) {
            Some(year) if year != i.year() => {
                found.push((Code::DateNumber, format!("{number} is of {year}, but issued on {i}")));
            }
            _ => {}
        }
        match numbers::term(number) {
            Some((term, years)) if !years.contains(&i.year()) => {
                let (from, to) = (years.start(), years.end());
                found.push((Code::DateNumber, format!("QH{term} sat from {from} to {to}, but issued on {i}")));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(number: &str, issued: &str, effective: &str) -> Vec<Code> {
        look(number, issued, effective, date(2031, 6, 1)).into_iter().map(|f| f.0).collect()
    }

    #[test]
    fn dates_that_fit_pass() {
        assert_eq!(codes("12/2031/NĐ-CP", "2031-03-05", "2031-04-20"), []);
        assert_eq!(codes("49/2010/QH12", "2010-06-17", "2011-01-01"), []);
        assert_eq!(codes("175/NQ-CP", "2031-06-01", ""), []);
    }

    #[test]
    fn dates_that_do_not_fit_are_told() {
        assert_eq!(codes("12/2031/NĐ-CP", "2031-03-05", "2031-03-04"), [Code::DateOrder]);
        assert_eq!(codes("12/2031/NĐ-CP", "2031-06-02", ""), [Code::DateImpossible]);
        assert_eq!(codes("12/2031/NĐ-CP", "2013-03-05", ""), [Code::DateNumber]);
        assert_eq!(codes("49/2010/QH12", "2010-06-17", "2021-01-01"), [Code::DateFar]);
        assert_eq!(codes("9/2020/QH12", "2020-06-17", ""), [Code::DateNumber]);
        assert_eq!(codes("1-SL", "1944-12-22", ""), [Code::DateImpossible]);
        assert_eq!(codes("1/CP", "", ""), [Code::DateMissing]);
        assert_eq!(codes("1/CP", "31/12/1999", ""), [Code::DateMissing]);
    }
}
