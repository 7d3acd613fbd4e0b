//! One GET: bounded redirects, time and size, through the proxy that the environment names.
//!
//! This is the only place of the program that opens a connection.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::header::{CONTENT_LENGTH, RETRY_AFTER};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Proxy, ResponseExt as _};

use super::FetchError;

/// Redirects that are followed; some portals need three.
const REDIRECTS: u32 = 5;
/// Longest time for a connection to come about.
const CONNECT: Duration = Duration::from_secs(20);

/// Proxies by scheme, as the environment names them.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
}

impl Proxies {
    /// Reads `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals or small letters, as `variable` gives
    /// them. A host in `NO_PROXY` stands for those below it too; spaces after commas do not matter.
    ///
    /// # Errors
    /// [`FetchError::Proxy`]: a variable holds no address of a proxy.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Proxies, FetchError> {
        let value = |name: &str| {
            let found = variable(name).or_else(|| variable(&name.to_ascii_lowercase()));
            found.filter(|v| !v.trim().is_empty())
        };
        let none: Vec<String> = value("NO_PROXY").map_or_else(Vec::new, |list| exceptions(&list));
        let proxy = |name: &str| -> Result<Option<Proxy>, FetchError> {
            let found = [name, "ALL_PROXY"].into_iter().find_map(|n| value(n).map(|v| (n, v)));
            let Some((variable, address)) = found else { return Ok(None) };
            let wrong = || FetchError::Proxy { variable: variable.to_owned(), address: address.clone() };
            let plain = Proxy::new(address.trim()).map_err(|_| wrong())?;
            let mut proxy = Proxy::builder(plain.protocol()).host(plain.host()).port(plain.port());
            if let Some(name) = plain.username() {
                proxy = proxy.username(name);
            }
            if let Some(word) = plain.password() {
                proxy = proxy.password(word);
            }
            none.iter().fold(proxy, |p, host| p.no_proxy(host)).build().map(Some).map_err(|_| wrong())
        };
        Ok(Proxies { http: proxy("HTTP_PROXY")?, https: proxy("HTTPS_PROXY")? })
    }
}

/// The hosts of `NO_PROXY`, each with those below it.
fn exceptions(list: &str) -> Vec<String> {
    let hosts = list.split(',').map(str::trim).filter(|h| !h.is_empty());
    hosts
        .flat_map(|host| match host.chars().next() {
            Some('.' | '*') => vec![host.to_owned()],
            _ => vec![host.to_owned(), format!(".{host}")],
        })
        .collect()
}

/// An answer with its body.
#[derive(Debug)]
pub(super) struct Answer {
    /// Address of the page after redirects.
    pub url: String,
    /// HTTP status.
    pub status: u16,
    /// How long the host asks to be left alone: seconds, or a date in the header's own form.
    pub retry_after: Option<String>,
    /// The page, unpacked.
    pub body: Vec<u8>,
}

/// Makes requests.
pub(super) struct Client {
    http: Agent,
    https: Agent,
    most_bytes: u64,
    timeout: Duration,
}

impl Client {
    pub(super) fn new(proxies: &Proxies, user_agent: &str, timeout: Duration, most_bytes: u64) -> Client {
        let agent = |proxy: &Option<Proxy>| {
            // The system's own certificates: a ministry's network may have its own authority.
            let tls = TlsConfig::builder()
                .root_certs(RootCerts::PlatformVerifier)
                .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .build();
            Agent::config_builder()
                .tls_config(tls)
                .proxy(proxy.clone())
                .user_agent(user_agent)
                .accept("text/html, application/pdf;q=0.9, */*;q=0.5")
                .http_status_as_error(false)
                .max_redirects(REDIRECTS)
                .timeout_connect(Some(CONNECT.min(timeout)))
                .timeout_global(Some(timeout))
                .build()
                .new_agent()
        };
        Client { http: agent(&proxies.http), https: agent(&proxies.https), most_bytes, timeout }
    }

    /// Gets a page.
    ///
    /// # Errors
    /// No answer within the bounds; an answer of whatever status is none.
    pub(super) fn get(&self, url: &str) -> Result<Answer, FetchError> {
        let agent = if url.starts_with("https:") { &self.https } else { &self.http };
        let failed = |e: &ureq::Error| self.failed(url, e);
        let mut response = agent.get(url).call().map_err(|e| failed(&e))?;
        let header = |name| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let (retry_after, length) = (header(RETRY_AFTER), header(CONTENT_LENGTH));
        let too_large = || FetchError::TooLarge { url: url.to_owned(), limit: self.most_bytes };
        if length.and_then(|n| n.parse::<u64>().ok()).is_some_and(|n| n > self.most_bytes) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        let reader = response.body_mut().as_reader();
        reader.take(self.most_bytes + 1).read_to_end(&mut body).map_err(|e| failed(&ureq::Error::from(e)))?;
        if body.len() as u64 > self.most_bytes {
            return Err(too_large());
        }
        Ok(Answer { url: response.get_uri().to_string(), status: response.status().as_u16(), retry_after, body })
    }

    fn failed(&self, url: &str, error: &ureq::Error) -> FetchError {
        let url = url.to_owned();
        match error {
            ureq::Error::Timeout(_) => FetchError::Slow { url, limit: self.timeout },
            ureq::Error::Io(e) if e.kind() == std::io::ErrorKind::TimedOut => {
                FetchError::Slow { url, limit: self.timeout }
            }
            ureq::Error::TooManyRedirects => FetchError::Redirects { url, limit: REDIRECTS },
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => FetchError::Address { url },
            e => FetchError::Connection { url, why: e.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Proxies, FetchError> {
        let variables: Vec<(String, String)> = variables.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
        Proxies::read(|name| variables.iter().find(|v| v.0 == name).map(|v| v.1.clone()))
    }

    #[test]
    fn proxies_are_taken_by_scheme() {
        let p = read(&[("HTTP_PROXY", "http://a:81"), ("https_proxy", "http://u:w@b:82")]).expect("proxies");
        let host = |p: &Option<Proxy>| p.as_ref().map(|p| (p.host().to_owned(), p.port()));
        assert_eq!((host(&p.http), host(&p.https)), (Some(("a".into(), 81)), Some(("b".into(), 82))));
        assert_eq!(p.https.as_ref().and_then(Proxy::username), Some("u"));
        let all = read(&[("ALL_PROXY", "http://c:83"), ("HTTP_PROXY", "")]).expect("proxies");
        assert_eq!((host(&all.http), host(&all.https)), (Some(("c".into(), 83)), Some(("c".into(), 83))));
        let none = read(&[]).expect("none");
        assert!(none.http.is_none() && none.https.is_none());
        let wrong = read(&[("HTTPS_PROXY", "gopher://x y")]).expect_err("no proxy").to_string();
        assert!(wrong.contains("HTTPS_PROXY"), "{wrong}");
    }

    #[test]
    fn exceptions_hold_for_hosts_below() {
        let p = read(&[("ALL_PROXY", "http://c:83"), ("no_proxy", "local, gov.example ,*.x")]).expect("proxies");
        let proxy = p.http.expect("a proxy");
        let spared = |url: &str| proxy.is_no_proxy(&url.parse().expect("an address"));
        assert!(spared("http://gov.example/1") && spared("http://vbpl.gov.example/1") && spared("http://a.x/"));
        assert!(!spared("http://notgov.example/1") && !spared("http://x/"));
    }
}
