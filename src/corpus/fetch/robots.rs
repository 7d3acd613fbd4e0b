//! What a host asks of programs that read it: robots.txt, as RFC 9309 has it.

use std::time::Duration;

/// Bytes of a robots.txt that are read.
pub(super) const MOST_BYTES: usize = 500 << 10;
/// Longest wish between two requests that is followed; who wishes for more is asked once a minute.
const LONGEST_DELAY: Duration = Duration::from_mins(1);

/// The rules for one program.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Rules {
    /// Pattern, and whether it allows.
    rules: Vec<(String, bool)>,
    /// Wished time between two requests.
    pub delay: Option<Duration>,
}

impl Rules {
    /// Nothing may be read: the host's wishes could not be had.
    pub(super) fn forbidding() -> Rules {
        Rules { rules: vec![("/".into(), false)], delay: None }
    }

    /// The rules for `agent` (a product name in small letters), else those for all.
    pub(super) fn read(text: &str, agent: &str) -> Rules {
        let mut own: Option<Rules> = None;
        let mut general = Rules::default();
        let (mut for_us, mut for_all, mut in_names) = (false, false, false);
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((field, value)) = line.split_once(':') else { continue };
            let (field, value) = (field.trim().to_ascii_lowercase(), value.trim());
            if field == "user-agent" {
                if !in_names {
                    (for_us, for_all) = (false, false);
                }
                in_names = true;
                for_us |= value.eq_ignore_ascii_case(agent);
                for_all |= value == "*";
                if for_us {
                    own.get_or_insert_default();
                }
                continue;
            }
            in_names = false;
            let groups = [own.as_mut().filter(|_| for_us), Some(&mut general).filter(|_| for_all)];
            for group in groups.into_iter().flatten() {
                group.add(&field, value);
            }
        }
        own.unwrap_or(general)
    }

    fn add(&mut self, field: &str, value: &str) {
        match field {
            "allow" | "disallow" if !value.is_empty() => self.rules.push((value.to_owned(), field == "allow")),
            "crawl-delay" => {
                let seconds: Option<f64> = value.parse().ok().filter(|s: &f64| s.is_finite() && *s >= 0.0);
                self.delay = seconds.map(|s| Duration::from_secs_f64(s.min(LONGEST_DELAY.as_secs_f64())));
            }
            _ => {}
        }
    }

    /// Whether a path (with its query) may be read: the longest pattern that fits decides, and allows where two do.
    pub(super) fn allow(&self, path: &str) -> bool {
        let fitting = self.rules.iter().filter(|(pattern, _)| fits(pattern, path));
        fitting.max_by_key(|(pattern, allows)| (pattern.len(), *allows)).is_none_or(|(_, allows)| *allows)
    }
}

/// Whether a pattern fits the start of a path; `*` is anything, `$` at the end the path's end.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = pattern.strip_suffix('$').map_or((pattern, false), |p| (p, true));
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (i, part) in parts.iter().enumerate() {
        let last = i + 1 == parts.len();
        let found =
            if last && to_end { rest.ends_with(part).then(|| rest.len() - part.len()) } else { rest.find(part) };
        let Some(at) = found else { return false };
        rest = &rest[at + part.len()..];
    }
    !to_end || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# x\nUser-agent: *\nDisallow: /admin # y\nAllow: /admin/open\nDisallow: /*.pdf$\nCrawl-delay: 3\n\nUser-agent: other\nuser-agent: PhanCap\nDisallow: /a*b/\nCrawl-delay: 1000\n";

    #[test]
    fn the_longest_rule_of_the_own_group_decides() {
        let all = Rules::read(TEXT, "someone");
        assert!(!all.allow("/admin/x") && all.allow("/admin/open/y") && all.allow("/ADMIN"));
        assert!(!all.allow("/x/y.pdf") && all.allow("/x/y.pdf?z") && all.allow("/"));
        assert_eq!(all.delay, Some(Duration::from_secs(3)));
        let own = Rules::read(TEXT, "phancap");
        assert!(own.allow("/admin") && !own.allow("/a/x/b/c") && own.allow("/a/x"));
        assert_eq!(own.delay, Some(LONGEST_DELAY));
    }

    #[test]
    fn nothing_said_allows_and_nothing_known_forbids() {
        for text in [
            "",
            "<html>not found</html>",
            "Disallow: /",
            "User-agent: *\nDisallow:\n",
            "User-agent: other\nDisallow: /",
        ] {
            assert!(Rules::read(text, "phancap").allow("/x"), "{text}");
        }
        assert!(!Rules::forbidding().allow("/x"));
        assert!(!Rules::read("User-agent: *\nDisallow: /*", "phancap").allow("/x"));
    }
}
