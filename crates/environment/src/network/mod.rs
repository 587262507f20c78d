//! By which addresses and names tests reach services.
//!
//! Every service gets a loopback address of its own, so that it keeps its container port, and its compose names lead
//! to that address by a private hosts file. Published ports are listened on and forwarded. When a port is taken on
//! this machine, everything moves into a private network, where all ports are free. Where neither is possible, free
//! ports are used and the tests' variables are rewritten ([`rewrite`]). [`Layout::decide`] does what must be known
//! before the keeper starts, [`Layout::settle`] the rest.

mod forward;
mod listen;
pub(crate) mod rewrite;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use testyard_model::plan::PublishedPort;
use testyard_model::{Fidelity, Ledger};
use testyard_sys::keeper::{HostEntry, Keeper, Network};
use testyard_sys::ports::{self, LoopbackBlock};

pub(crate) use forward::forward;
use listen::Listening;
use rewrite::Rewriter;

/// One service, as the network sees it.
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    pub(crate) service: String,
    /// Its names: that of the service and its aliases.
    pub(crate) names: Vec<String>,
    /// Its container ports; the first is its main one.
    pub(crate) ports: Vec<u16>,
    pub(crate) published: Vec<PublishedPort>,
    /// Where it already runs; none when it is to run here.
    pub(crate) elsewhere: Option<SocketAddr>,
}

impl Tenant {
    /// A service elsewhere that keeps its port needs no forwarding: its names can lead there.
    fn direct(&self) -> Option<IpAddr> {
        let there = self.elsewhere.filter(|there| self.ports == [there.port()])?;
        Some(there.ip())
    }
}

/// What is decided before the keeper starts.
pub(crate) struct Layout {
    tenants: Vec<Tenant>,
    addresses: BTreeMap<String, IpAddr>,
    listening: Vec<Listening>,
    /// Why a private network is asked for.
    private: Option<String>,
    block: Option<LoopbackBlock>,
}

/// Where one service is reached.
#[derive(Debug)]
pub(crate) struct Reached {
    pub(crate) ip: IpAddr,
    /// Container ports that had to move.
    pub(crate) moved: BTreeMap<u16, u16>,
    /// Its published ports: (port on this machine, container port).
    pub(crate) published: Vec<(u16, u16)>,
    pub(crate) ledger: Ledger,
}

/// The network once the keeper runs.
pub(crate) struct Settled {
    pub(crate) reached: BTreeMap<String, Reached>,
    pub(crate) rewriter: Rewriter,
    /// Listeners with the address each leads to.
    pub(crate) forwards: Vec<(tokio::net::TcpListener, SocketAddr)>,
    /// Why a private network was asked for.
    pub(crate) private: Option<String>,
    /// Kept as long as the addresses are used.
    pub(crate) block: Option<LoopbackBlock>,
}

impl Layout {
    /// Gives addresses, takes the published ports, and finds out whether a private network is needed.
    pub(crate) fn decide(tenants: Vec<Tenant>) -> Layout {
        let block = ports::claim_loopback().ok();
        let addresses = addresses(&tenants, block.as_ref());
        let mut layout = Layout { tenants, addresses, listening: Vec::new(), private: None, block };
        layout.private = layout.conflict();
        layout
    }

    /// The network to ask the keeper for.
    pub(crate) fn network(&self) -> Network {
        // Services elsewhere could not be reached from a private network.
        let outside = self.tenants.iter().any(|tenant| tenant.elsewhere.is_some());
        if self.private.is_some() && !outside { Network::Private } else { Network::Host }
    }

    /// The names that are to resolve inside the keeper.
    pub(crate) fn hosts(&self) -> Vec<HostEntry> {
        let entry = |tenant: &Tenant| {
            let ip = tenant.direct().or_else(|| self.addresses.get(&tenant.service).copied())?;
            Some(HostEntry { ip, names: tenant.names.clone() })
        };
        self.tenants.iter().filter_map(entry).collect()
    }

    /// Takes every port that is taken on this machine; the first that cannot be had is the conflict.
    fn conflict(&mut self) -> Option<String> {
        if !self.tenants.is_empty() && !ports::loopback_works() {
            return Some("this machine's own loopback interface is down".to_owned());
        }
        for tenant in &self.tenants {
            let ip = self.addresses[&tenant.service];
            for port in tenant.ports.iter().filter(|_| tenant.elsewhere.is_none()) {
                if self.block.is_some() && !ports::is_free(SocketAddr::new(ip, *port)) {
                    return Some(format!("port {port} is taken on every address of this machine"));
                }
            }
            for published in &tenant.published {
                match listen::on_host(&tenant.service, published) {
                    Ok(listening) => self.listening.push(listening),
                    Err(conflict) => return Some(conflict),
                }
            }
        }
        None
    }

    /// Fixes every address and port, now that it is known what the keeper can do.
    pub(crate) async fn settle(mut self, keeper: &Keeper) -> Settled {
        if keeper.facts().private_network {
            // What was taken on the machine belongs to another network.
            self.listening.clear();
        }
        let mut settled = Settled {
            reached: BTreeMap::new(),
            rewriter: Rewriter::default(),
            forwards: Vec::new(),
            private: self.private.clone(),
            block: self.block.take(),
        };
        let mut used = BTreeSet::new();
        for tenant in &self.tenants {
            let reached = self.reach(tenant, keeper, &mut used);
            settled.reached.insert(tenant.service.clone(), reached);
        }
        let tenants = std::mem::take(&mut self.tenants);
        for tenant in &tenants {
            self.publish(tenant, keeper, &mut settled).await;
            self.name(tenant, keeper, &mut settled).await;
        }
        settled
    }

    fn reach(&self, tenant: &Tenant, keeper: &Keeper, used: &mut BTreeSet<SocketAddr>) -> Reached {
        let ip = self.addresses[&tenant.service];
        let mut reached =
            Reached { ip, moved: BTreeMap::new(), published: Vec::new(), ledger: Ledger::default() };
        if let (Some(reason), true) = (&self.private, keeper.facts().private_network) {
            reached.ledger.note("network", Fidelity::Emulated, format!("private to the run: {reason}"));
        }
        for port in tenant.ports.iter().filter(|_| tenant.elsewhere.is_none()) {
            let own = SocketAddr::new(ip, *port);
            let free = !used.contains(&own) && (keeper.facts().private_network || ports::is_free(own));
            if !free && let Ok(other) = ports::free_port(ip) {
                reached.moved.insert(*port, other);
                let detail = format!("{other} instead: {port} is taken on this machine");
                reached.ledger.note(format!("port {port}"), Fidelity::Emulated, detail);
            }
            used.insert(SocketAddr::new(ip, reached.moved.get(port).copied().unwrap_or(*port)));
        }
        reached
    }

    /// Listens on the published ports that are not listened on yet, and tells where they lead.
    async fn publish(&mut self, tenant: &Tenant, keeper: &Keeper, settled: &mut Settled) {
        let Settled { reached, rewriter, forwards, .. } = settled;
        let Some(reached) = reached.get_mut(&tenant.service) else { return };
        for published in &tenant.published {
            let taken = self.listening.iter().position(|it| it.is_for(&tenant.service, published));
            let listening = match taken {
                Some(index) => Ok(self.listening.swap_remove(index)),
                None => listen::inside(&tenant.service, published, keeper).await,
            };
            let what = format!("ports.{}", published.target);
            let listening = match listening {
                Ok(listening) => listening,
                Err(why) => {
                    reached.ledger.note(what, Fidelity::Refused, why);
                    continue;
                }
            };
            let port = listening.port;
            reached.published.push((port, published.target));
            match published.published {
                Some(asked) if asked != port => {
                    rewriter.moved_on_localhost(asked, port);
                    reached.ledger.note(
                        what,
                        Fidelity::Emulated,
                        format!("localhost:{port}: {asked} is taken here"),
                    );
                }
                _ => reached.ledger.note(what, Fidelity::Honoured, format!("localhost:{port}")),
            }
            let inside = reached.moved.get(&published.target).copied().unwrap_or(published.target);
            let to = tenant.elsewhere.unwrap_or(SocketAddr::new(reached.ip, inside));
            let listeners = listening.listeners.into_iter();
            forwards.extend(listeners.map(|listener| (listener, to)));
        }
    }

    /// Makes the names lead to the service: by forwarding where it is elsewhere at another port, by rewriting where
    /// names cannot be given or ports had to move.
    async fn name(&self, tenant: &Tenant, keeper: &Keeper, settled: &mut Settled) {
        let private_hosts = keeper.facts().private_hosts;
        let Some(reached) = settled.reached.get_mut(&tenant.service) else { return };
        let mut ip = tenant.direct().unwrap_or(reached.ip);
        if let (Some(there), None) = (tenant.elsewhere, tenant.direct()) {
            for port in &tenant.ports {
                match keeper.listen(SocketAddr::new(reached.ip, *port)).await {
                    Ok(listener) => settled.forwards.push((listener, there)),
                    Err(_) => {
                        ip = there.ip();
                        reached.moved.insert(*port, there.port());
                    }
                }
            }
        }
        if private_hosts && reached.moved.is_empty() {
            return;
        }
        let host = (!private_hosts).then(|| ip.to_string());
        settled.rewriter.service(&tenant.names, host.as_deref(), &tenant.ports, &reached.moved);
        let how =
            "variables that name it are rewritten: its names cannot be given or its ports not be had here";
        reached.ledger.note("names", Fidelity::Emulated, how);
    }
}

/// One address a service; everybody shares 127.0.0.1 where there are no others, or more services than addresses.
fn addresses(tenants: &[Tenant], block: Option<&LoopbackBlock>) -> BTreeMap<String, IpAddr> {
    let address = |index: usize| {
        let last = u8::try_from(index + 2).ok()?;
        block?.address(last).map(IpAddr::from)
    };
    let shared = IpAddr::from(Ipv4Addr::LOCALHOST);
    let all = tenants.iter().enumerate();
    all.map(|(index, tenant)| (tenant.service.clone(), address(index).unwrap_or(shared))).collect()
}
