//! Consolidated texts: number, place, date, issuer and signer are those of the certification at the end ("Xác thực văn bản
//! hợp nhất"), where the head does not give them. They have no entry into force of their own.

use std::sync::LazyLock;

use regex::Regex;

use super::head::{self, Head};
use super::plain::{Plain, one_line};
use super::{Found, Metadata, issuer, number, signature};

/// How far around the words of certification its parts may stand.
const NEAR: usize = 500;

/// Whether it is a consolidated text; then its own facts are read.
pub(super) fn read(body: &Plain, text: &str, head: &Head<'_>, metadata: &mut Metadata) -> bool {
    static CERTIFIED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\bXAC\s+(?:THUC|NHAN)\s+VAN\s+BAN\s+HOP\s+NHAT\b").expect("constant"));
    let certified = CERTIFIED.find(&body.text).map(|m| m.range());
    let numbered = metadata.number.as_ref().is_some_and(|n| number::code(&n.value).starts_with("VBHN"));
    let consolidated = head.is_consolidated();
    if !numbered && certified.is_none() && !consolidated {
        return false;
    }
    let span = match (&certified, &metadata.number) {
        (Some(words), _) => body.span(words.clone()),
        (None, Some(number)) if numbered => number.span.clone(),
        // What is printed of the document that was consolidated is not this one's.
        (None, _) => {
            (metadata.number, metadata.issued_on, metadata.place) = (None, None, None);
            metadata.kind.as_ref().map_or(0..0, |k| k.span.clone())
        }
    };
    if consolidated || !numbered {
        // The first name is the gazette's heading; those below it are of what was consolidated.
        metadata.issuers.truncate(usize::from(head.is_headed()));
    }
    metadata.kind = Some(Found { value: "Văn bản hợp nhất".to_owned(), span });
    let Some(words) = certified else {
        metadata.signers = signature::read(body, text, head.end(), false);
        return true;
    };
    let around = words.start.saturating_sub(NEAR)..(words.end + NEAR).min(body.text.len());
    if !numbered {
        // What the head said was the consolidated document's.
        metadata.number =
            number::ANNOUNCED.captures_iter(&body.text[around.clone()]).filter_map(|c| c.get(1)).find_map(|m| {
                let span = body.span(around.start + m.start()..around.start + m.end());
                let value = number::tidy(&text[span.clone()]);
                number::code(&value).starts_with("VBHN").then_some(Found { value, span })
            });
    }
    if !numbered || metadata.issued_on.is_none() {
        let after = &body.text[words.start..around.end];
        let date = head::first_date(after);
        metadata.issued_on = date.as_ref().map(|(date, range)| Found {
            value: *date,
            span: body.span(words.start + range.start..words.start + range.end),
        });
        metadata.place = date.and_then(|(_, range)| {
            let place = head::place_before(&after[..range.start])?;
            let span = body.span(words.start + place.start..words.start + place.end);
            Some(Found { value: one_line(&text[span.clone()]), span })
        });
    }
    if metadata.issuers.is_empty() {
        metadata.issuers = issuer_above(body, text, words.start);
    }
    metadata.signers = signature::read(body, text, body.span(words).end, false);
    true
}

/// The name in the lines just above the certification, below the last line of text; the number may stand between.
fn issuer_above(body: &Plain, text: &str, words: usize) -> Vec<Found<String>> {
    let mut range = words..words;
    let mut at = body.text[..words].trim_end().len();
    for line in body.text[..at].rsplit('\n').take(4) {
        let start = at - line.len();
        if number::ANNOUNCED.find(line).is_some_and(|m| m.start() == 0) {
            range = start..start;
        } else if line.trim_matches(|c: char| c.is_ascii_punctuation()).trim().is_empty() {
            // A mark that was left of a rule.
        } else if super::plain::is_capitals(line) {
            range.start = start;
        } else {
            break;
        }
        at = start.saturating_sub(1);
    }
    // Name, rule and number may share a line.
    let span = body.span(range);
    let mut above = Plain::new(&text[span.clone()], span.start);
    head::hide_rules(&mut above);
    if let Some(m) = number::ANNOUNCED.find(&above.text).map(|m| m.range()) {
        above.hide(m);
    }
    let all = 0..above.text.len();
    issuer::names(&above, text, all).into_iter().take(1).collect()
}
