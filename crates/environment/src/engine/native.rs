//! The native engine: runs programs of this machine by their recipes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use testyard_model::plan::{Engine, EnginePlan, ServicePlan};
use testyard_model::secret::Masker;
use testyard_model::{Fidelity, Ledger, Provision, event::ServiceReport};
use testyard_sys::keeper::Keeper;
use testyard_sys::process::Child;

use super::Up;
use crate::network::Reached;
use crate::ready::{self, Doing};
use crate::recipe::{self, Server, Site};
use crate::workshop::Workshop;
use crate::{Refusal, golden, health};

/// A service whose settings are settled.
pub(crate) struct Settled {
    pub(crate) server: Box<dyn Server>,
    pub(crate) provision: Provision,
}

/// Settles what the project asks for.
pub(crate) fn settle(
    service: &ServicePlan,
    provision: &Provision,
    engine: &EnginePlan,
    ledger: &mut Ledger,
) -> Result<Settled, Refusal> {
    compare(service, provision, engine.strict_versions, ledger)?;
    // The wanted product's contract is what the project was written for, also where another program stands in.
    let product = service.want.as_ref().map_or(provision.product, |want| want.product);
    let recipe = recipe::recipe(product).ok_or_else(|| {
        Refusal::new(format!("there is no recipe for {product} yet")).help("attach a server that runs")
    })?;
    let server = recipe.settle(service, provision, ledger)?;
    Ok(Settled { server, provision: provision.clone() })
}

/// Holds the program against the image. Another program or another major version is a difference; strictness makes
/// it a refusal.
fn compare(
    service: &ServicePlan,
    provision: &Provision,
    strict: bool,
    ledger: &mut Ledger,
) -> Result<(), Refusal> {
    let Some(want) = &service.want else { return Ok(()) };
    let given = format!("{} {}", provision.product, provision.version);
    let major = want.version.as_deref().and_then(|version| version.split('.').next());
    let same = want.product == provision.product && major.is_none_or(|major| major == provision.major());
    if !same && strict {
        let wanted = want.version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
        return Err(Refusal::new(format!(
            "{}{wanted} is asked for and {given} is what there is",
            want.product
        ))
        .help("provide that version, or set strict-versions = false"));
    }
    ledger.note("image", if same { Fidelity::Honoured } else { Fidelity::Emulated }, given);
    Ok(())
}

/// What bringing one service up needs besides its plan.
pub(crate) struct Ground<'a> {
    pub(crate) keeper: &'a Keeper,
    /// Its folder in the scratch folder.
    pub(crate) scratch: PathBuf,
    pub(crate) cache: &'a Path,
    pub(crate) search: &'a str,
    pub(crate) run_folder: &'a Path,
    pub(crate) masker: &'a Masker,
    pub(crate) reached: &'a Reached,
    pub(crate) doing: Doing,
    /// Starts what is done for later runs, without anybody waiting for it.
    pub(crate) afterwards: &'a (dyn Fn(BoxFuture<'static, ()>) + Sync),
}

/// Where the log of a service lies in the run folder.
pub(crate) fn log_of(service: &str) -> PathBuf {
    Path::new("logs").join(format!("service-{service}.log"))
}

/// Brings one service to ready. `started` is called when its process runs.
pub(crate) async fn bring(
    settled: &Settled,
    plan: &ServicePlan,
    ground: Ground<'_>,
    ledger: &mut Ledger,
    started: impl FnOnce(),
) -> Result<(Up, String), Refusal> {
    let begin = Instant::now();
    let server = settled.server.as_ref();
    let mut workshop = workshop(settled, plan, &ground);
    workshop.doing("its folders");
    let run_as = server.launch(&workshop.site).run_as;
    for folder in [&ground.scratch, &workshop.site.run] {
        workshop.folder(folder, run_as)?;
    }
    let overlay = ground.scratch.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (made, keeping) = golden::provide(server, &mut workshop, ground.cache, &overlay).await?;
    workshop.doing("its process to start");
    let mut child = workshop.start(&server.launch(&workshop.site)).await?;
    started();
    let address = workshop.site.address(server.ports()[0]);
    let limit = Duration::from_millis(plan.ready_within_ms);
    if let Err(refusal) = answers(server, &mut child, &workshop, address, limit).await {
        golden::doubt(server, &workshop, ground.cache);
        return Err(refusal);
    }
    let workshop = Arc::new(workshop);
    if let Some(keeping) = keeping {
        // Now, and not when everything is up: another service may be waiting for the same data.
        let workshop = workshop.clone();
        (ground.afterwards)(Box::pin(async move { keeping.keep(&workshop).await }));
    }
    let answered = ready::millis(begin);
    if let Some(check) = &plan.health {
        let left = limit.saturating_sub(begin.elapsed()).max(Duration::from_millis(check.timeout_ms));
        alive(&mut child, &workshop, left, health::hold(check, server, &workshop, ledger)).await?;
    }
    let said = format!(
        "{} {} answered after {answered} ms, {}",
        settled.provision.product,
        settled.provision.version,
        made.words()
    );
    let report = report(settled, plan, &ground, address, ready::millis(begin));
    let probe: Arc<dyn crate::probe::Probe> = server.probe().into();
    Ok((Up { report, probe, address, child: Some(child) }, said))
}

fn workshop(settled: &Settled, plan: &ServicePlan, ground: &Ground<'_>) -> Workshop {
    let site = Site {
        service: plan.name.clone(),
        ip: ground.reached.ip,
        moved: ground.reached.moved.clone(),
        data: ground.scratch.join("data"),
        run: ground.scratch.join("run"),
        provision: settled.provision.clone(),
        environment: plan.environment.clone(),
    };
    let limit = Duration::from_millis(plan.ready_within_ms);
    let log = ground.run_folder.join(log_of(&plan.name));
    Workshop {
        site,
        keeper: ground.keeper.clone(),
        log,
        limit,
        masker: ground.masker.clone(),
        search: ground.search.to_owned(),
        doing: ground.doing.clone(),
    }
}

/// Waits for the first right answer; the end of the process ends the wait.
async fn answers(
    server: &dyn Server,
    child: &mut Child,
    workshop: &Workshop,
    address: SocketAddr,
    limit: Duration,
) -> Result<(), Refusal> {
    let probe = server.probe();
    let told = workshop.progress();
    let asked = async {
        let said = ready::ask(probe.as_ref(), address, workshop.keeper(), limit, &told).await;
        said.map(drop).map_err(|why| Refusal::new(why).showing(workshop.last_lines()))
    };
    alive(child, workshop, limit.saturating_mul(2), asked).await
}

/// Does something with a server for as long as it lives, and at most for so long.
async fn alive(
    child: &mut Child,
    workshop: &Workshop,
    limit: Duration,
    work: impl Future<Output = Result<(), Refusal>>,
) -> Result<(), Refusal> {
    tokio::select! {
        // A process that has ended explains more than the connection that broke because of it.
        biased;
        exit = child.wait() => {
            Err(Refusal::new(format!("it ended with {exit} before it was ready")).showing(workshop.last_lines()))
        }
        done = work => match done {
            Err(_) if child.exit().is_some() => {
                let exit = child.wait().await;
                Err(Refusal::new(format!("it ended with {exit} before it was ready")).showing(workshop.last_lines()))
            }
            done => done,
        },
        () = tokio::time::sleep(limit) => {
            let waited = workshop.said();
            Err(Refusal::new(format!("not ready in time, still waiting for {waited}")).showing(workshop.last_lines()))
        }
    }
}

fn report(
    settled: &Settled,
    plan: &ServicePlan,
    ground: &Ground<'_>,
    address: SocketAddr,
    ready_ms: u64,
) -> ServiceReport {
    let address = match ground.keeper.facts().private_hosts {
        true => format!("{}:{}", plan.name, address.port()),
        false => address.to_string(),
    };
    let published =
        ground.reached.published.iter().map(|(port, target)| format!("localhost:{port} -> {target}"));
    ServiceReport {
        name: plan.name.clone(),
        engine: Engine::Native,
        product: settled.provision.product.title().to_owned(),
        version: settled.provision.version.clone(),
        address,
        published: published.collect(),
        ready_ms,
        ledger: Ledger::default(),
        log: Some(log_of(&plan.name)),
    }
}

#[cfg(test)]
mod tests {
    use testyard_model::{Product, Want};

    use super::*;
    use crate::fixture;

    #[test]
    fn another_major_version_is_a_difference() {
        let check = |product, version: Option<&str>, strict: bool, expected: Option<Fidelity>| {
            let mut service = fixture::service("db", "postgres");
            service.want = Some(Want { product, version: version.map(str::to_owned), extensions: vec![] });
            let mut ledger = Ledger::default();
            let provision = fixture::provision(Product::PostgreSql, "15.3");
            let compared = compare(&service, &provision, strict, &mut ledger);
            assert_eq!(compared.ok().map(|()| ledger.worst()), expected, "{product} {version:?} {strict}");
        };
        let pg = Product::PostgreSql;
        check(pg, Some("15.9"), true, Some(Fidelity::Honoured));
        check(pg, None, true, Some(Fidelity::Honoured));
        check(pg, Some("16"), false, Some(Fidelity::Emulated));
        check(pg, Some("16"), true, None);
        check(Product::MySql, None, false, Some(Fidelity::Emulated));
    }
}
