//! How services reach each other: networks, links, host entries.

/// A network that a service is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The key of the network at the top level.
    pub network: String,
    /// Names that reach the service on this network, besides its own.
    pub aliases: Vec<String>,
    /// A fixed address, where one is written.
    pub ipv4_address: Option<String>,
    /// A fixed address, where one is written.
    pub ipv6_address: Option<String>,
}

/// One entry of `links`: another name for another service, as this service sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The other service.
    pub service: String,
    /// The name it is reached under; the service's own when none is written.
    pub alias: String,
}

/// One entry of `extra_hosts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraHost {
    /// The name.
    pub name: String,
    /// An IP address, or `host-gateway`.
    pub address: String,
}
