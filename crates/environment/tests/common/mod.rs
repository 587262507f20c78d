//! What the integration tests share: plans, programs of this machine, an environment and what it told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use testyard_environment::{Environment, EnvironmentError, UpRequest, up};
use testyard_model::plan::{Engine, HealthCheck, HealthTest, Mount, Plan, PublishedPort, ServicePlan};
use testyard_model::product::Source;
use testyard_model::{CheckId, Emit, Event, Fidelity, Ledger, Outcome, Product, Provision, RunId, image};
use testyard_sys::keeper::{Keeper, Options};
use testyard_sys::process::{Command, Output, output};
use tokio::sync::watch;

/// The binary that becomes the keeper.
pub(crate) const KEEPER: &str = env!("CARGO_BIN_EXE_testyard-environment-fixture");

/// Remembers every event.
#[derive(Default)]
pub(crate) struct Told(Mutex<Vec<Event>>);

impl Emit for Told {
    fn emit(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

impl Told {
    pub(crate) fn all(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    /// The outcome and evidence of the check of a service.
    pub(crate) fn check(&self, service: &str) -> (Outcome, Vec<String>) {
        let check = CheckId(format!("services/{service}"));
        let ended = self.all().into_iter().find_map(|event| match event {
            Event::CheckFinished { check: id, outcome, evidence } if id == check => Some((outcome, evidence)),
            _ => None,
        });
        ended.unwrap_or_else(|| panic!("{check} never ended: {:?}", self.all()))
    }

    /// The ledger of a service that came up.
    pub(crate) fn ledger(&self, service: &str) -> Ledger {
        let ready = self.all().into_iter().find_map(|event| match event {
            Event::ServiceReady { service: report } if report.name == service => Some(report.ledger),
            _ => None,
        });
        ready.unwrap_or_else(|| panic!("{service} never was ready: {:?}", self.check(service)))
    }

    pub(crate) fn how(&self, service: &str, what: &str) -> Option<Fidelity> {
        self.ledger(service).0.into_iter().find(|entry| entry.what == what).map(|entry| entry.how)
    }
}

/// A place for runs, with a cache of its own.
pub(crate) struct Yard {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) provisions: BTreeMap<Product, Provision>,
    counter: Mutex<u32>,
}

impl Yard {
    /// None, and a word on standard error, when one of the programs is not on this machine.
    pub(crate) async fn with(products: &[Product]) -> Option<Yard> {
        let folder = tempfile::Builder::new().prefix("ty-").tempdir_in("/tmp").unwrap();
        let mut provisions = BTreeMap::new();
        for product in products {
            let Some(provision) = provision(*product, folder.path()).await else {
                eprintln!("skipped: {product} is not installed on this machine");
                return None;
            };
            provisions.insert(*product, provision);
        }
        Some(Yard { folder, provisions, counter: Mutex::new(0) })
    }

    /// Brings all of these up as a new run.
    pub(crate) async fn up(&self, services: Vec<ServicePlan>) -> Run {
        self.up_plan(plan(services)).await
    }

    pub(crate) async fn up_plan(&self, plan: Plan) -> Run {
        let (_keep, cancel) = watch::channel(0);
        let (environment, told) = self.try_up(plan, cancel).await;
        Run { environment: environment.unwrap(), told }
    }

    pub(crate) async fn try_up(
        &self,
        plan: Plan,
        cancel: watch::Receiver<u8>,
    ) -> (Result<Environment, EnvironmentError>, Arc<Told>) {
        let number = {
            let mut counter = self.counter.lock().unwrap();
            *counter += 1;
            *counter
        };
        let id = format!("20261120-{:06}-{number:04}", std::process::id() % 1_000_000);
        let run_folder = self.folder.path().join(&id);
        std::fs::create_dir_all(&run_folder).unwrap();
        let provision = |service: &ServicePlan| {
            let product = service.want.as_ref()?.product;
            Some((service.name.clone(), Ok(self.provisions.get(&product)?.clone())))
        };
        let request = UpRequest {
            run: RunId(id),
            wanted: plan.services.iter().map(|service| service.name.clone()).collect(),
            provisions: plan.services.iter().filter_map(provision).collect(),
            plan: &plan,
            run_folder,
            cache: self.folder.path().join("cache"),
            program: PathBuf::from(KEEPER),
            variables: std::env::vars().collect(),
            cancel,
        };
        let told = Arc::new(Told::default());
        (up(request, told.clone()).await, told)
    }
}

/// An environment with what it told.
pub(crate) struct Run {
    pub(crate) environment: Environment,
    pub(crate) told: Arc<Told>,
}

impl Run {
    /// What a shell line prints beside the services, given these variables as a suite would be; its standard error
    /// when it fails.
    pub(crate) async fn shell(&self, given: &[(&str, &str)], line: &str) -> Result<String, String> {
        let given = self.environment.variables(&variables(given));
        let command = Command::new("/bin/sh").args(["-c", line]).inherit_env().envs(given);
        let Output { exit, stdout, stderr, .. } =
            output(self.environment.keeper(), command, Duration::from_secs(60)).await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
        if exit.is_success() { Ok(text(stdout)) } else { Err(text(stderr)) }
    }

    /// What a Redis answers to some words.
    pub(crate) async fn redis(&self, host: &str, words: &str) -> Result<String, String> {
        let given = [("CACHE_HOST", host), ("CACHE_PORT", "6379")];
        self.shell(&given, &format!("redis-cli -h $CACHE_HOST -p $CACHE_PORT {words} 2>&1")).await
    }

    /// One value from the database of [`postgres`].
    pub(crate) async fn query(&self, place: &str, sql: &str) -> Result<String, String> {
        self.query_as(place, "secret-word", sql).await
    }

    pub(crate) async fn query_as(&self, place: &str, password: &str, sql: &str) -> Result<String, String> {
        let url = format!("postgresql://tester:{password}@{place}/ingester?connect_timeout=10");
        self.shell(&[("URL", &url), ("SQL", sql)], "psql -XAtw -v ON_ERROR_STOP=1 \"$URL\" -c \"$SQL\"").await
    }
}

pub(crate) fn plan(services: Vec<ServicePlan>) -> Plan {
    Plan { services, ..Plan::of("p", "/") }
}

pub(crate) fn service(name: &str, image: &str) -> ServicePlan {
    ServicePlan { image: Some(image.to_owned()), want: image::want(image), ..ServicePlan::named(name) }
}

/// A PostgreSQL as projects write it.
pub(crate) fn postgres(name: &str) -> ServicePlan {
    let mut service = service(name, "postgres:15");
    service.environment = variables(&[
        ("POSTGRES_USER", "tester"),
        ("POSTGRES_PASSWORD", "secret-word"),
        ("POSTGRES_DB", "ingester"),
    ]);
    service
}

pub(crate) fn attached(name: &str, image: &str, url: &str) -> ServicePlan {
    ServicePlan { engine: Engine::Attach, attach: Some(url.to_owned()), ..service(name, image) }
}

pub(crate) fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

pub(crate) fn words(line: &str) -> Option<Vec<String>> {
    Some(line.split(' ').map(str::to_owned).collect())
}

pub(crate) fn published(port: u16, target: u16) -> Vec<PublishedPort> {
    vec![PublishedPort { ip: None, published: Some(port), target }]
}

pub(crate) fn mount(source: &Path, target: &str) -> Mount {
    Mount { source: Some(source.to_owned()), target: target.to_owned(), read_only: true }
}

pub(crate) fn health(line: &str, retries: u32) -> Option<HealthCheck> {
    Some(HealthCheck {
        test: HealthTest::Shell(line.to_owned()),
        timeout_ms: 10_000,
        interval_ms: 100,
        retries,
        start_period_ms: 0,
    })
}

/// A program of this machine, as the packages room would provide it.
async fn provision(product: Product, folder: &Path) -> Option<Provision> {
    let (program, bin) = match product {
        Product::PostgreSql => ("postgres", newest_postgres()?),
        Product::Redis => ("redis-server", PathBuf::from("/usr/bin")),
        _ => return None,
    };
    let path = bin.join(program);
    if !path.is_file() {
        return None;
    }
    let options =
        Options { program: KEEPER.into(), ..Options::plain("provision", folder.join("plain")).unwrap() };
    let keeper = Keeper::start(options).await.unwrap();
    let said =
        output(&keeper, Command::new(&path).args(["--version"]), Duration::from_secs(30)).await.unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let number = |word: &str| {
        let word = word.trim_start_matches("v=");
        word.starts_with(|c: char| c.is_ascii_digit()).then(|| word.to_owned())
    };
    Some(Provision {
        product,
        version: said.split_whitespace().find_map(number)?,
        source: Source::Host,
        root: "/".into(),
        bin: vec![bin],
        libraries: vec![],
        environment: BTreeMap::new(),
        missing_extensions: vec![],
    })
}

fn newest_postgres() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut versions: Vec<u32> =
        versions.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    versions.sort_unstable();
    Some(PathBuf::from(format!("/usr/lib/postgresql/{}/bin", versions.last()?)))
}
