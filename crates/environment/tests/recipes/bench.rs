//! One service of a server that is installed here, brought up for a test.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use testyard_environment::probe::{Probe, Unready};
use testyard_environment::{Environment, EnvironmentFile, UpRequest, up};
use testyard_model::plan::{
    Engine, EnginePlan, Gates, HealthCheck, HealthTest, Limits, Mount, Plan, ProjectPlan, ServicePlan,
};
use testyard_model::product::Source;
use testyard_model::{Emit, Event, Outcome, Product, Provision, RunId, image};
use testyard_sys::process::{self, Command, Output};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// The binary that becomes the keeper.
pub(crate) const KEEPER: &str = env!("CARGO_BIN_EXE_testyard-environment-fixture");

/// A product whose server was found, or nothing, aloud.
pub(crate) fn provision(product: Product, server: &str, version: &str) -> Option<Provision> {
    let folders = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"].map(PathBuf::from);
    let nested = glob("/usr/lib/rabbitmq/lib", "sbin");
    let found = nested.into_iter().chain(folders).find(|folder| folder.join(server).is_file());
    let Some(folder) = found else {
        eprintln!("skipped: this machine has no {server}");
        return None;
    };
    let mut bin = vec![folder];
    bin.extend(["/usr/bin", "/usr/sbin"].map(PathBuf::from));
    Some(Provision {
        product,
        version: version.to_owned(),
        source: Source::Host,
        root: "/".into(),
        bin,
        libraries: vec![],
        environment: BTreeMap::new(),
        missing_extensions: vec![],
    })
}

/// A folder of that name in every folder of another.
fn glob(folder: &str, name: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path().join(name)).collect()
}

/// A service called `it`.
pub(crate) fn service(image: &str, environment: &[(&str, &str)], command: &[&str]) -> ServicePlan {
    let words: Vec<String> = command.iter().map(ToString::to_string).collect();
    ServicePlan {
        name: "it".to_owned(),
        engine: Engine::Native,
        image: Some(image.to_owned()),
        want: image::want(image),
        attach: None,
        environment: environment.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        entrypoint: None,
        command: (!words.is_empty()).then_some(words),
        aliases: vec![],
        published: vec![],
        exposed: vec![],
        mounts: vec![],
        depends_on: vec![],
        health: None,
        // Generous: the machine may be busy with everything else.
        ready_within_ms: 120_000,
        stop_grace_ms: 10_000,
        unused_keys: vec![],
        place: None,
    }
}

/// The same service with a file or folder.
pub(crate) fn mounted(mut service: ServicePlan, source: &Path, target: &str) -> ServicePlan {
    service.mounts.push(Mount {
        source: Some(source.to_owned()),
        target: target.to_owned(),
        read_only: true,
    });
    service
}

/// The same service with a health check, run by a shell.
pub(crate) fn healthy_by(mut service: ServicePlan, line: &str) -> ServicePlan {
    service.health = Some(HealthCheck {
        test: HealthTest::Shell(line.to_owned()),
        timeout_ms: 30_000,
        retries: 3,
        interval_ms: 1000,
        start_period_ms: 0,
    });
    service
}

/// Keeps the events of a run.
#[derive(Default)]
struct Kept(Mutex<Vec<Event>>);

impl Emit for Kept {
    fn emit(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

/// A service that was brought up, or was not.
pub(crate) struct Bench {
    environment: Environment,
    events: Arc<Kept>,
    run_folder: TempDir,
    _cancel: watch::Sender<u8>,
}

impl Bench {
    /// Brings one service up, with golden data in this cache.
    pub(crate) async fn up_with(service: ServicePlan, provision: Provision, cache: &Path) -> Bench {
        let run_folder = tempfile::tempdir().unwrap();
        let name = run_folder.path().file_name().unwrap().to_string_lossy().replace('.', "");
        let name = service.name.clone() + &name;
        let plan = plan(service);
        let events = Arc::new(Kept::default());
        let (cancel, cancelled) = watch::channel(0);
        let request = UpRequest {
            run: RunId::from(name),
            plan: &plan,
            wanted: vec!["it".to_owned()],
            provisions: BTreeMap::from([("it".to_owned(), Ok(provision))]),
            run_folder: run_folder.path().to_owned(),
            cache: cache.to_owned(),
            program: KEEPER.into(),
            variables: BTreeMap::new(),
            cancel: cancelled,
        };
        let environment = up(request, events.clone()).await.unwrap();
        Bench { environment, events, run_folder, _cancel: cancel }
    }

    /// Brings one service up.
    pub(crate) async fn up(service: ServicePlan, provision: Provision) -> Bench {
        let cache = tempfile::tempdir().unwrap();
        Bench::up_with(service, provision, cache.path()).await
    }

    /// The same, which must have become ready.
    pub(crate) async fn ready(service: ServicePlan, provision: Provision) -> Bench {
        let bench = Bench::up(service, provision).await;
        bench.must_be_ready();
        bench
    }

    pub(crate) fn must_be_ready(&self) {
        assert!(self.environment.broken().is_empty(), "not ready: {:#?}\n{}", self.evidence(), self.log());
    }

    /// What the service's check says when it broke.
    pub(crate) fn evidence(&self) -> Vec<String> {
        let events = self.events.0.lock().unwrap();
        let finished = events.iter().filter_map(|event| match event {
            Event::CheckFinished { outcome, evidence, .. } if *outcome != Outcome::Passed => {
                Some(evidence.clone())
            }
            _ => None,
        });
        finished.flatten().collect()
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.run_folder.path().join("logs/service-it.log")).unwrap_or_default()
    }

    /// The address of a port of the service.
    pub(crate) async fn address(&self, port: u16) -> SocketAddr {
        let file = EnvironmentFile::of(self.run_folder.path()).unwrap().unwrap();
        let host = file.services[0].address.rsplit_once(':').unwrap().0.to_owned();
        if let Ok(ip) = host.parse() {
            return SocketAddr::new(ip, port);
        }
        let found = self.run("getent hosts it", &[]).await;
        let line = String::from_utf8(found.stdout).unwrap();
        SocketAddr::new(line.split_whitespace().next().unwrap().parse().unwrap(), port)
    }

    pub(crate) async fn connect(&self, port: u16) -> TcpStream {
        let address = self.address(port).await;
        let connected = self.environment.keeper().connect(address).await;
        connected.unwrap_or_else(|error| panic!("{address}: {error}\n{}", self.log()))
    }

    /// Asks one port of the service.
    pub(crate) async fn ask(&self, port: u16, probe: &dyn Probe) -> Result<String, Unready> {
        probe.ask(self.connect(port).await).await
    }

    /// Runs a shell line beside the service, which is called `it` there where names can be had.
    pub(crate) async fn run(&self, line: &str, variables: &[(&str, &str)]) -> Output {
        let command = Command::new("/bin/sh")
            .args(["-c", line])
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .envs(variables.iter().copied());
        process::output(self.environment.keeper(), command, Duration::from_secs(60)).await.unwrap()
    }

    pub(crate) async fn down(self) {
        self.environment.down().await;
    }
}

fn plan(service: ServicePlan) -> Plan {
    Plan {
        project: ProjectPlan { name: "p".into(), root: "/".into(), files: vec![], revision: None },
        engine: EnginePlan { engine: Engine::Native, reason: String::new(), strict_versions: false },
        services: vec![service],
        left_out: vec![],
        python: None,
        suites: vec![],
        gates: Gates::default(),
        limits: Limits::default(),
        findings: vec![],
        origins: vec![],
    }
}
