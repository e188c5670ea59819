//! The certificate by which a server is known.

use std::fmt;
use std::sync::Arc;

use wtransport::tls::rustls::pki_types::pem::PemObject;
use wtransport::tls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use wtransport::tls::rustls::{self, ServerConfig, crypto};
use wtransport::tls::{Certificate, WEBTRANSPORT_ALPN};

/// A certificate with its private key.
#[derive(Clone)]
pub struct Identity {
    tls: ServerConfig,
    hash: [u8; 32],
}

/// Why an [`Identity`] cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityError(String);

impl fmt::Display for IdentityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for IdentityError {}

fn failed(what: &str) -> impl FnOnce(&dyn fmt::Display) -> IdentityError {
    move |why| IdentityError(format!("{what}: {why}"))
}

impl Identity {
    /// An identity from PEM: the certificates, the server's own first, and the private key to it (PKCS #8, PKCS #1
    /// or SEC 1).
    ///
    /// # Errors
    /// When there is no certificate or no key, when one cannot be read, or when they do not belong together.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(certificates)
            .collect::<Result<_, _>>()
            .map_err(|error| failed("the certificates cannot be read")(&error))?;
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| failed("the private key cannot be read")(&error))?;
        Self::new(chain, key)
    }

    /// A new identity for development, for these host names and addresses. No browser trusts it by itself: a page
    /// has to name its [`sha256`](Self::sha256). It is valid for 14 days, the longest that browsers take then.
    ///
    /// # Errors
    /// When a name is no host name.
    pub fn self_signed<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Self, IdentityError> {
        let made = wtransport::Identity::self_signed(names)
            .map_err(|error| failed("a certificate cannot have these names")(&error))?;
        let certificates = made.certificate_chain().as_slice().iter();
        let chain = certificates.map(|certificate| certificate.der().to_vec().into()).collect();
        let key = PrivateKeyDer::Pkcs8(made.private_key().secret_der().to_vec().into());
        Self::new(chain, key)
    }

    fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self, IdentityError> {
        let own = chain.first().ok_or_else(|| IdentityError("there is no certificate".into()))?;
        let own = Certificate::from_der(own.to_vec())
            .map_err(|error| failed("the certificate cannot be read")(&error))?;
        let unfit = failed("the certificate cannot be used with this key");
        let mut tls = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|error| unfit(&error))?;
        tls.alpn_protocols = vec![WEBTRANSPORT_ALPN.to_vec()];
        Ok(Self { tls, hash: *own.hash().as_ref() })
    }

    /// The SHA-256 hash of the server's own certificate, as pages name it in `serverCertificateHashes`.
    pub fn sha256(&self) -> [u8; 32] {
        self.hash
    }

    pub(super) fn into_tls(self) -> ServerConfig {
        self.tls
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("sha256", &self.hash).finish_non_exhaustive()
    }
}
