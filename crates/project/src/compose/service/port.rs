//! Ports that a service offers.

use std::net::IpAddr;

use testyard_model::Place;

/// A transport protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// The default.
    Tcp,
    /// `udp`.
    Udp,
    /// `sctp`.
    Sctp,
}

impl Protocol {
    /// The word that compose files use.
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Sctp => "sctp",
        }
    }
}

/// The ports from `first` to `last`, both included. One port when they are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortRange {
    /// The lowest.
    pub first: u16,
    /// The highest; never below `first`.
    pub last: u16,
}

impl PortRange {
    /// One port.
    pub fn single(port: u16) -> PortRange {
        PortRange { first: port, last: port }
    }

    /// How many ports it spans.
    pub fn len(self) -> usize {
        usize::from(self.last - self.first) + 1
    }

    /// Never: a range holds one port at least.
    pub fn is_empty(self) -> bool {
        false
    }
}

/// One entry of `ports`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// The service's own port.
    pub target: u16,
    /// The port on this machine. A range means any free one of it; `None` any free one at all.
    pub published: Option<PortRange>,
    /// The address on this machine; all of them when not said.
    pub host_ip: Option<IpAddr>,
    /// The protocol.
    pub protocol: Protocol,
    /// Where it stands.
    pub place: Place,
}

/// One entry of `expose`: a port that other services reach, and nobody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposed {
    /// The service's own port.
    pub port: u16,
    /// The protocol.
    pub protocol: Protocol,
}
