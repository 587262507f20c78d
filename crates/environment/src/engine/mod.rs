//! Engines: what brings services up. `native` runs programs of this machine by their recipes, `attach` uses services
//! that already run elsewhere.
//!
//! Both first settle what the project asks ([`Role`]), then bring one service to ready. Order, waiting messages and
//! events are the same for both and live in [`crate::bring`].

pub(crate) mod attach;
pub(crate) mod native;

use std::net::SocketAddr;
use std::sync::Arc;

use testyard_model::{CheckId, Ledger, event::ServiceReport, plan::ServicePlan};
use testyard_sys::process::Child;

use crate::Refusal;
use crate::network::Tenant;
use crate::probe::Probe;

/// What becomes of one planned service.
pub(crate) enum Role {
    /// It is run here.
    Native(native::Settled),
    /// It already runs elsewhere.
    Attached(attach::Target),
    /// It cannot be given as it is asked for.
    Refused(Refusal),
    /// A check before this one broke.
    Blocked(CheckId),
}

/// A service with what becomes of it.
pub(crate) struct Part {
    pub(crate) plan: ServicePlan,
    pub(crate) role: Role,
    pub(crate) ledger: Ledger,
}

impl Part {
    /// The service as the network sees it; none when it does not come up.
    pub(crate) fn tenant(&self) -> Option<Tenant> {
        let (mut ports, elsewhere) = match &self.role {
            Role::Native(settled) => (settled.server.ports(), None),
            Role::Attached(target) => (target.container_ports(&self.plan), Some(target.address)),
            Role::Refused(_) | Role::Blocked(_) => return None,
        };
        let more = self
            .plan
            .published
            .iter()
            .map(|published| published.target)
            .chain(self.plan.exposed.iter().copied());
        // Ports that only attach's own guess named are not doubled, and the main one stays first.
        for port in more {
            if !ports.contains(&port) {
                ports.push(port);
            }
        }
        let mut names = vec![self.plan.name.clone()];
        for alias in &self.plan.aliases {
            // Some projects call a service localhost by its hostname; the machine must keep that name.
            if !names.contains(alias) && alias != "localhost" {
                names.push(alias.clone());
            }
        }
        let service = self.plan.name.clone();
        Some(Tenant { service, names, ports, published: self.plan.published.clone(), elsewhere })
    }
}

/// A service that is ready.
pub(crate) struct Up {
    pub(crate) report: ServiceReport,
    pub(crate) probe: Arc<dyn Probe>,
    pub(crate) address: SocketAddr,
    /// Its process; none for a service elsewhere.
    pub(crate) child: Option<Child>,
}
