//! Who a client is when its requests come through proxies.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

mod forwarded;

use forwarded::Hop;

/// The proxies whose word is taken for who their clients are: [`Handshake::address`](roomful_core::Handshake::address)
/// and [`secure`](roomful_core::Handshake::secure) are then what they say in `Forwarded` (RFC 7239), or else in
/// `X-Forwarded-For` and `X-Forwarded-Proto`. Anybody can send these headers, so without such proxies they are ignored.
///
/// The headers are read from the right, where the nearest proxy has written, for as long as the one who wrote is
/// trusted. What is malformed, hidden or unknown ends that.
#[derive(Clone, Debug)]
pub struct TrustedProxies(Trust);

#[derive(Clone, Debug)]
enum Trust {
    Hops(usize),
    Networks(Vec<IpNet>),
}

/// A text that is neither an address nor a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadNetwork(String);

impl fmt::Display for BadNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is neither an address like 10.0.0.1 nor a network like 10.0.0.0/8", self.0)
    }
}

impl std::error::Error for BadNetwork {}

impl TrustedProxies {
    /// The last so many proxies, whatever their addresses. Only right when no client can come by a shorter way, as it
    /// could then say who it is itself.
    pub fn hops(hops: usize) -> Self {
        Self(Trust::Hops(hops))
    }

    /// Proxies with these addresses, or in these networks: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
    ///
    /// # Errors
    /// When one of them is neither an address nor a network.
    pub fn networks<T: AsRef<str>>(networks: impl IntoIterator<Item = T>) -> Result<Self, BadNetwork> {
        let parse = |text: T| {
            let text = text.as_ref();
            let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| BadNetwork(text.to_owned()))
        };
        networks.into_iter().map(parse).collect::<Result<_, _>>().map(|list| Self(Trust::Networks(list)))
    }

    /// Whether the writer of the hop with this number, counted from the nearest, is trusted.
    fn trusts(&self, number: usize, writer: Option<SocketAddr>) -> bool {
        match &self.0 {
            Trust::Hops(hops) => number < *hops,
            Trust::Networks(networks) => writer.is_some_and(|writer| {
                let address = writer.ip().to_canonical();
                networks.iter().any(|network| network.contains(&address))
            }),
        }
    }

    /// The client's address and whether it came over TLS, from what is known of the peer. Where a proxy does not say
    /// the port, it is 0.
    pub(crate) fn resolve(
        &self,
        headers: &HeaderMap,
        peer: Option<SocketAddr>,
        secure: bool,
    ) -> (Option<SocketAddr>, bool) {
        let (mut address, mut secure) = (peer, secure);
        for (number, hop) in hops(headers).into_iter().rev().enumerate() {
            let Some(Hop { client, is_https }) = hop.filter(|_| self.trusts(number, address)) else { break };
            address = Some(client);
            secure = is_https.unwrap_or(secure);
        }
        (address, secure)
    }
}

/// What the proxies have written, the farthest first; `None` where it cannot be read.
fn hops(headers: &HeaderMap) -> Vec<Option<Hop>> {
    let lines = |name: HeaderName| {
        let lines = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"));
        lines.collect::<Vec<_>>().join(",")
    };
    if headers.contains_key(FORWARDED) {
        return forwarded::hops(&lines(FORWARDED));
    }
    let addresses = lines(HeaderName::from_static("x-forwarded-for"));
    let protocols = lines(HeaderName::from_static("x-forwarded-proto"));
    forwarded::legacy_hops(&addresses, &protocols)
}

#[cfg(test)]
mod tests;
