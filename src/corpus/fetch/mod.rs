//! The documents of a manifest, fetched from their public addresses.
//!
//! Invariant: a run can be stopped at any moment and started again; what is there is not asked for again, and what was
//! fetched first is kept, also where the page has changed since. No host is asked more often than agreed. Nothing else
//! in the program opens a connection, and this only when a person asks for it.

mod client;
mod folder;
mod robots;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ureq::http::Uri;

pub use client::Proxies;

use self::client::{Answer, Client};
use self::folder::{Change, Folder, Row};
use self::robots::Rules;
use super::check::sha256;
use super::manifest::{Entry, entries};
use crate::ingest::{self, IngestError, RawDocument, formats};
use crate::text::normalise;

/// The name under which hosts know this program.
const AGENT: &str = "phancap";
/// Failures in a row after which a host is left alone for this run.
const PATIENCE: u32 = 5;

/// Why a page, or the whole, could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No web address.
    #[error("{url:?} is no address that begins with http:// or https://; correct the manifest")]
    Address {
        /// The address.
        url: String,
    },
    /// The host answered, but not with a page.
    #[error("{url}: the host answers {status}{}", meaning(*.status))]
    Status {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The page is too large.
    #[error("{url}: more than {} KiB; raise --max-size if it is a document", limit >> 10)]
    TooLarge {
        /// The address.
        url: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// Redirects without end.
    #[error("{url}: more than {limit} redirects; open it in a browser and correct the manifest")]
    Redirects {
        /// The address.
        url: String,
        /// How many are followed.
        limit: u32,
    },
    /// No answer in time.
    #[error("{url}: not answered within {} s; try again later, or raise --timeout", limit.as_secs_f32())]
    Slow {
        /// The address.
        url: String,
        /// The limit.
        limit: Duration,
    },
    /// No connection.
    #[error("{url}: {why}; check the network and the proxy settings")]
    Connection {
        /// The address.
        url: String,
        /// What went wrong.
        why: String,
    },
    /// The host's robots.txt forbids it.
    #[error("{url}: the host's robots.txt asks programs not to read it; save the page by hand")]
    Robots {
        /// The address.
        url: String,
    },
    /// The host asks to be left alone, or has failed too often.
    #[error("{url}: {host} is left alone for now ({why}); run the command again later")]
    Later {
        /// The address.
        url: String,
        /// The host.
        host: String,
        /// Why.
        why: String,
    },
    /// The page is no document.
    #[error("{url}: {source}")]
    Page {
        /// The address.
        url: String,
        /// What the reader says.
        source: IngestError,
    },
    /// A variable of the environment holds no proxy.
    #[error("{variable}={address}: no address of a proxy; correct or unset it")]
    Proxy {
        /// The variable.
        variable: String,
        /// What it holds.
        address: String,
    },
    /// The manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] IngestError),
    /// The system refused.
    #[error("{}: cannot be read or written ({source}); check permissions and the disk", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process fetches into the same folder.
    #[error("{}: another phancap fetches into this folder; wait for it", path.display())]
    Locked {
        /// The list in the folder.
        path: PathBuf,
    },
    /// The list of what was fetched is damaged.
    #[error("{}:{line}: not a line that this program wrote ({why}); remove it, and its page is fetched again", path.display())]
    State {
        /// The list.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

const fn meaning(status: u16) -> &'static str {
    match status {
        404 | 410 => ": the page is gone; correct its address in the manifest",
        401 | 403 => ": it is not for everyone; save the page by hand",
        429 | 500..=599 => "; try again later",
        _ => "",
    }
}

impl FetchError {
    /// Whether the same request may succeed in a while.
    const fn may_pass(&self) -> bool {
        match self {
            FetchError::Status { status, .. } => matches!(status, 429 | 500 | 502 | 503 | 504),
            FetchError::Slow { .. } | FetchError::Connection { .. } => true,
            _ => false,
        }
    }

    /// Whether it ends the run: nothing can be written.
    const fn is_fatal(&self) -> bool {
        matches!(self, FetchError::Io { .. } | FetchError::State { .. } | FetchError::Locked { .. })
    }
}

/// How pages are fetched.
#[derive(Debug, Clone)]
pub struct Options {
    /// Least time between two requests to one host.
    pub rate: Duration,
    /// Longest time for one page.
    pub timeout: Duration,
    /// Most bytes of one page.
    pub most_bytes: u64,
    /// Tries for a page that may come later.
    pub tries: u32,
    /// Longest wait that a host may ask for; with a longer one it is left alone for this run.
    pub longest_wait: Duration,
    /// Pages to ask for at most.
    pub limit: Option<usize>,
    /// Ask again for what is there, and compare.
    pub again: bool,
    /// How the host can reach the person behind it: an address or a mailbox; may be empty.
    pub contact: String,
    /// Proxies.
    pub proxies: Proxies,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            rate: Duration::from_secs(2),
            timeout: Duration::from_mins(1),
            most_bytes: 32 << 20,
            tries: 3,
            longest_wait: Duration::from_mins(2),
            limit: None,
            again: false,
            contact: String::new(),
            proxies: Proxies::default(),
        }
    }
}

/// What became of the addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Fetched for the first time.
    pub fetched: usize,
    /// There already, and not asked for.
    pub there: usize,
    /// Asked for again, and the same page.
    pub unchanged: usize,
    /// Asked for again: the page differs, its text does not.
    pub page_changed: usize,
    /// Asked for again: the text differs.
    pub text_changed: usize,
    /// Not fetched.
    pub failed: usize,
    /// Lines without an address.
    pub without_address: usize,
}

/// Told while [`fetch`] works.
#[derive(Debug)]
pub enum Event<'a> {
    /// A document is done with.
    Done(&'a str),
    /// Something to know of a document.
    Noted(&'a str, String),
    /// A document, or a line, failed.
    Failed(&'a FetchError),
    /// A wait that the host asked for, or before another try.
    Waiting(&'a str, Duration),
}

/// Fetches what a manifest's addresses lead to into a folder. `now` tells the time.
///
/// # Errors
/// Only what ends the work: the folder cannot be written. Failures of single pages are told and counted.
pub fn fetch(
    manifest: &Path,
    into: &Path,
    options: &Options,
    now: &dyn Fn() -> Timestamp,
    report: &mut dyn FnMut(Event<'_>),
) -> Result<Counts, FetchError> {
    let contact = if options.contact.is_empty() { String::new() } else { format!("; {}", options.contact) };
    let user_agent =
        format!("{AGENT}/{} (reads public legal documents one by one{contact})", env!("CARGO_PKG_VERSION"));
    let client = Client::new(&options.proxies, &user_agent, options.timeout, options.most_bytes);
    let mut run = Run { client, folder: Folder::open(into)?, hosts: HashMap::new(), options, now, report };
    let mut counts = Counts::default();
    let mut asked = 0;
    for entry in entries(manifest) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                counts.failed += 1;
                (run.report)(Event::Failed(&e.into()));
                continue;
            }
        };
        let there = run.folder.row(&entry.id).is_some_and(|row| row.url == entry.url);
        if entry.url.is_empty() {
            counts.without_address += 1;
        } else if there && !options.again {
            counts.there += 1;
        } else if options.limit.is_some_and(|limit| asked >= limit) {
            break;
        } else {
            asked += 1;
            match run.one(&entry, &mut counts) {
                Ok(()) => {}
                Err(e) if e.is_fatal() => return Err(e),
                Err(e) => {
                    counts.failed += 1;
                    (run.report)(Event::Failed(&e));
                }
            }
        }
        (run.report)(Event::Done(&entry.id));
    }
    Ok(counts)
}

/// What is known of a host in this run.
#[derive(Default)]
struct Host {
    /// No request before.
    next: Option<Instant>,
    /// None before robots.txt has been read.
    rules: Option<Rules>,
    failures: u32,
    /// Why it is left alone.
    given_up: Option<String>,
}

struct Run<'a> {
    client: Client,
    folder: Folder,
    hosts: HashMap<String, Host>,
    options: &'a Options,
    now: &'a dyn Fn() -> Timestamp,
    report: &'a mut dyn FnMut(Event<'_>),
}

impl Run<'_> {
    fn one(&mut self, entry: &Entry, counts: &mut Counts) -> Result<(), FetchError> {
        let url = entry.url.as_str();
        let (host, path) = parts(url).ok_or_else(|| FetchError::Address { url: url.to_owned() })?;
        self.obey(url, &host, &path)?;
        let answer = self.ask(url, &host)?;
        let page = Page::read(&answer, &entry.id)?;
        self.compare_facts(entry, &page);
        let seen_at = (self.now)().to_string();
        match self.folder.row(&entry.id).cloned() {
            None => {
                counts.fetched += 1;
                self.folder.keep(page.row(entry, &answer, seen_at), &answer.body, page.ending)
            }
            Some(first) if first.text_sha256 == page.sha256 => {
                counts.unchanged += 1;
                Ok(())
            }
            Some(first) => {
                let text_changed = first.normal_sha256 != page.normal_sha256;
                *(if text_changed { &mut counts.text_changed } else { &mut counts.page_changed }) += 1;
                self.changed(&first, url, &answer, &page, &seen_at, text_changed)
            }
        }
    }

    /// Keeps what a page has become, beside what it was.
    fn changed(
        &mut self,
        first: &Row,
        url: &str,
        answer: &Answer,
        page: &Page,
        seen_at: &str,
        text_changed: bool,
    ) -> Result<(), FetchError> {
        let id = first.id.as_str();
        if !self.folder.has_change(id, &page.sha256, page.ending) {
            let file = self.folder.keep_change(id, &answer.body, &page.sha256, page.ending)?;
            self.folder.note(&Change {
                id,
                url,
                seen_at,
                text_changed,
                page_sha256: &page.sha256,
                normal_sha256: &page.normal_sha256,
                file: &file,
            })?;
        }
        if text_changed {
            let message = format!("the text at {url} differs from that of {}; the first one is kept", first.fetched_at);
            (self.report)(Event::Noted(id, message));
        }
        Ok(())
    }

    /// Tells where the page is not what the manifest says.
    fn compare_facts(&mut self, entry: &Entry, page: &Page) {
        let squashed = |s: &str| crate::text::fold(s).replace(|c: char| !c.is_alphanumeric(), "");
        let (stated, found) = (&entry.number, &page.document.meta.number);
        if !stated.is_empty() && !found.is_empty() && squashed(stated) != squashed(found) {
            let message = format!("the manifest says {stated}, the page is {found}; check its address");
            (self.report)(Event::Noted(&entry.id, message));
        }
        if !entry.normal_sha256.is_empty() && !entry.normal_sha256.eq_ignore_ascii_case(&page.normal_sha256) {
            (self.report)(Event::Noted(&entry.id, "the page's text is not that of the manifest".into()));
        }
    }

    /// Reads the host's robots.txt once, and keeps to it.
    fn obey(&mut self, url: &str, host: &str, path: &str) -> Result<(), FetchError> {
        if self.hosts.get(host).is_none_or(|h| h.rules.is_none()) {
            let rules = match self.ask(&format!("{host}/robots.txt"), host) {
                Ok(answer) if answer.body.len() <= robots::MOST_BYTES => {
                    Rules::read(&String::from_utf8_lossy(&answer.body), AGENT)
                }
                Ok(_) | Err(FetchError::TooLarge { .. } | FetchError::Redirects { .. }) => Rules::default(),
                // The host has no wishes.
                Err(FetchError::Status { status: 400..=499, .. }) => Rules::default(),
                Err(FetchError::Status { .. }) => Rules::forbidding(),
                Err(e) => return Err(e),
            };
            self.hosts.entry(host.to_owned()).or_default().rules = Some(rules);
        }
        let rules = self.hosts.get(host).and_then(|h| h.rules.as_ref());
        if rules.is_some_and(|r| r.allow(path)) { Ok(()) } else { Err(FetchError::Robots { url: url.to_owned() }) }
    }

    /// Asks a host for a page, as often and as slowly as agreed.
    fn ask(&mut self, url: &str, host: &str) -> Result<Answer, FetchError> {
        let mut tried = 0;
        loop {
            tried += 1;
            self.wait(url, host)?;
            let answer = self.client.get(url);
            let rate = self.rate(host);
            let state = self.hosts.entry(host.to_owned()).or_default();
            state.next = Some(Instant::now() + rate);
            let (error, wished) = match answer {
                Ok(answer) if answer.status == 200 => {
                    state.failures = 0;
                    return Ok(answer);
                }
                Ok(a) => {
                    let wished = a.retry_after.and_then(|w| seconds(&w, (self.now)()));
                    (FetchError::Status { url: url.to_owned(), status: a.status }, wished)
                }
                Err(e) => (e, None),
            };
            if !error.may_pass() {
                state.failures = 0;
                return Err(error);
            }
            let pause = wished.unwrap_or(rate * 2_u32.saturating_pow(tried)).max(rate);
            if wished.is_some() && pause > self.options.longest_wait {
                state.given_up = Some(format!("it asks to be left alone for {} s", pause.as_secs()));
            }
            state.next = Some(Instant::now() + pause.min(self.options.longest_wait));
            if tried >= self.options.tries || state.given_up.is_some() {
                state.failures += 1;
                if state.failures >= PATIENCE {
                    state.given_up.get_or_insert_with(|| format!("{PATIENCE} failures in a row"));
                }
                return Err(error);
            }
            (self.report)(Event::Waiting(host, pause.min(self.options.longest_wait)));
        }
    }

    fn rate(&self, host: &str) -> Duration {
        let wished = self.hosts.get(host).and_then(|h| h.rules.as_ref()).and_then(|r| r.delay);
        self.options.rate.max(wished.unwrap_or_default())
    }

    fn wait(&self, url: &str, host: &str) -> Result<(), FetchError> {
        let Some(state) = self.hosts.get(host) else { return Ok(()) };
        if let Some(why) = &state.given_up {
            return Err(FetchError::Later { url: url.to_owned(), host: host.to_owned(), why: why.clone() });
        }
        if let Some(next) = state.next {
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
        }
        Ok(())
    }
}

/// Scheme with host and port, and path with query, of a web address.
fn parts(url: &str) -> Option<(String, String)> {
    let uri: Uri = url.parse().ok()?;
    let scheme = uri.scheme_str().filter(|s| matches!(*s, "http" | "https"))?;
    let host = uri.authority()?.as_str();
    // A name and a word for the host would go to the log and the list.
    (!host.contains('@') && !host.is_empty()).then(|| {
        (
            format!("{scheme}://{}", host.to_ascii_lowercase()),
            uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
        )
    })
}

/// The time that `Retry-After` says, from `now` on.
fn seconds(header: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = header.trim().parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let at = jiff::fmt::rfc2822::parse(header.trim()).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

/// A page that is a document.
struct Page {
    document: RawDocument,
    sha256: String,
    normal_sha256: String,
    ending: &'static str,
}

impl Page {
    fn read(answer: &Answer, id: &str) -> Result<Page, FetchError> {
        let url = &answer.url;
        let source_error = |source| FetchError::Page { url: url.clone(), source };
        let document = ingest::document(&answer.body, id.to_owned(), url.clone()).map_err(source_error)?;
        let ending = match formats::detect(&answer.body).map_or("bin", |f| f.name()) {
            "text" => "txt",
            name => name,
        };
        let normal = normalise(&document.text).text;
        Ok(Page { sha256: sha256(&answer.body), normal_sha256: sha256(normal.as_bytes()), document, ending })
    }

    fn row(&self, entry: &Entry, answer: &Answer, fetched_at: String) -> Row {
        let Entry { id, number, kind, title, issuer, issued_on, effective_on, url, .. } = entry.clone();
        Row {
            id,
            number,
            kind,
            title,
            issuer,
            issued_on,
            effective_on,
            answered_by: if answer.url == url { String::new() } else { answer.url.clone() },
            url,
            fetched_at,
            chars: self.document.text.chars().count(),
            text_sha256: self.sha256.clone(),
            normal_sha256: self.normal_sha256.clone(),
            file: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_waits() {
        let of = |url: &str| parts(url);
        assert_eq!(of("https://Vbpl.vn/a?b=1"), Some(("https://vbpl.vn".into(), "/a?b=1".into())));
        assert_eq!(of("http://x:81"), Some(("http://x:81".into(), "/".into())));
        for none in ["ftp://x/y", "file:///etc/passwd", "x/y", "", "http://u:p@x/", "http:///x"] {
            assert_eq!(of(none), None, "{none}");
        }
        let now: Timestamp = "2031-01-02T03:04:05Z".parse().expect("a time");
        assert_eq!(seconds("7", now), Some(Duration::from_secs(7)));
        assert_eq!(seconds("Thu, 02 Jan 2031 03:05:05 GMT", now), Some(Duration::from_mins(1)));
        assert_eq!(seconds("Thu, 02 Jan 2031 03:03:05 GMT", now), Some(Duration::ZERO));
        assert_eq!(seconds("soon", now), None);
    }
}
