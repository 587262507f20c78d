//! Programs that come in Debian packages, unpacked without being installed and without root.

mod apt;
mod unpacked;

use std::path::PathBuf;

use testyard_model::Want;

use super::cache::Draft;
use super::glob;
use super::product::Known;
use super::version;
use crate::attempt;
use crate::context::Context;
use crate::decisive;
use crate::tool::Job;

pub(super) use apt::Lists;
use apt::{Apt, Beside};
pub(super) use unpacked::library_folders;

/// A version of a program that the archive has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    /// The packages to fetch, the main one first.
    pub(super) packages: Vec<String>,
    /// The program's version, as its package says.
    pub(super) version: String,
    /// The wanted extensions that no package of the archive is known to carry.
    pub(super) missing_extensions: Vec<String>,
    lists: Lists,
}

impl Offer {
    /// What it is called in evidence and manifests.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.packages.first().map_or("", String::as_str), self.version)
    }
}

/// What the archive has of a program. `Err` says why nothing.
pub(super) async fn offers(job: Job<'_>, known: &Known, want: &Want) -> Result<Vec<Offer>, Vec<String>> {
    let Some(apt) = Apt::find(job.context) else { return Err(vec!["this machine has no apt".to_owned()]) };
    apt.configure().map_err(|error| vec![format!("apt cannot be configured: {error}")])?;
    let found = job.check.watch(with_lists(job.context, &apt, Lists::Host, known, want)).await;
    if !found.is_empty() || job.context.offline {
        return nothing_is_an_error(known, found);
    }
    apt.update(job, false).await?;
    let found = job.check.watch(with_lists(job.context, &apt, Lists::Own, known, want)).await;
    nothing_is_an_error(known, found)
}

fn nothing_is_an_error(known: &Known, found: Vec<Offer>) -> Result<Vec<Offer>, Vec<String>> {
    if found.is_empty() {
        Err(vec![format!("the configured archive has no {}", known.debian.packages[0])])
    } else {
        Ok(found)
    }
}

async fn with_lists(context: &Context, apt: &Apt, lists: Lists, known: &Known, want: &Want) -> Vec<Offer> {
    let mut offers = Vec::new();
    for number in numbers(context, apt, lists, known).await {
        let named = |pattern: &str| pattern.replace('*', &number);
        let main: Vec<String> = known.debian.packages.iter().map(|pattern| named(pattern)).collect();
        let extra: Vec<(String, String)> = want
            .extensions
            .iter()
            .filter_map(|name| Some((name.clone(), named((known.debian.extension)(name)?))))
            .collect();
        let asked: Vec<String> = main.iter().cloned().chain(extra.iter().map(|(_, p)| p.clone())).collect();
        let versions = apt.candidates(context, lists, &asked).await;
        let Some(version) = versions.get(&main[0]).and_then(|version| version::of_debian(version)) else {
            continue;
        };
        // An extension that no package is known for may well be part of the program itself.
        let lacks = |(_, package): &&(String, String)| !versions.contains_key(package);
        let missing_extensions = extra.iter().filter(lacks).map(|(name, _)| name.clone()).collect();
        let packages = asked.into_iter().filter(|package| versions.contains_key(package)).collect();
        offers.push(Offer { packages, version, missing_extensions, lists });
    }
    offers
}

/// The version numbers within the main package's name, such as `16` of `postgresql-16`; one empty one for programs
/// whose package has a plain name.
async fn numbers(context: &Context, apt: &Apt, lists: Lists, known: &Known) -> Vec<String> {
    let pattern = known.debian.packages[0];
    let Some((beginning, _)) = pattern.split_once('*') else { return vec![String::new()] };
    let names = apt.names(context, lists, beginning).await;
    let numbers = names.iter().filter_map(|name| glob::star(pattern, name));
    let is_number = |text: &&str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let mut numbers: Vec<String> = numbers.filter(is_number).map(str::to_owned).collect();
    numbers.sort();
    numbers.dedup();
    numbers
}

/// Unpacks what the archive offers into the draft's root. `Err` holds the decisive lines.
pub(super) async fn fetch(
    job: Job<'_>,
    known: &Known,
    offer: &Offer,
    draft: &Draft,
) -> Result<(), Vec<String>> {
    let Some(apt) = Apt::find(job.context) else { return Err(vec!["this machine has no apt".to_owned()]) };
    let packages = match download(job, &apt, known, offer, offer.lists, draft).await {
        Ok(packages) => packages,
        // Lists grow old: what they name has gone from the archive. Fresh ones name what has come instead.
        Err(_) if !job.context.offline => {
            apt.update(job, true).await?;
            download(job, &apt, known, offer, Lists::Own, draft).await?
        }
        Err(lines) => return Err(lines),
    };
    for package in &packages {
        job.check.now(format!("unpacking {}", package.file_name().unwrap_or_default().to_string_lossy()));
        job.check.watch(apt.unpack(job.context, package, &draft.root())).await?;
    }
    let settle = || {
        unpacked::settle(&draft.root())?;
        (known.relocate)(&draft.root())
    };
    settle().map_err(|error| vec![format!("the unpacked packages cannot be relocated: {error}")])
}

async fn download(
    job: Job<'_>,
    apt: &Apt,
    known: &Known,
    offer: &Offer,
    lists: Lists,
    draft: &Draft,
) -> Result<Vec<PathBuf>, Vec<String>> {
    job.check.now(format!("asking apt what {} needs", offer.name()));
    let needed = |beside| apt.needed(job.context, lists, beside, &offer.packages);
    let (lacking, all) =
        match job.check.watch(async { (needed(Beside::Machine).await, needed(Beside::Nothing).await) }).await
        {
            (Ok(lacking), Ok(all)) => (lacking, all),
            // An archive without the system's own packages knows nothing of a bare machine.
            (Ok(lacking), Err(_)) => (lacking.clone(), lacking),
            // A machine whose own packages are at odds cannot install anything, yet unpack everything.
            (Err(_), Ok(all)) => (all.clone(), all),
            (Err(lines), Err(_)) => return Err(lines),
        };
    let packages = worth_unpacking(known, &offer.packages, &lacking, &all);
    let folder = draft.scrap();
    let text = |error: std::io::Error| vec![format!("{}: {error}", folder.display())];
    std::fs::create_dir_all(&folder).map_err(text)?;
    let mut done = apt.download(job, lists, &packages, &folder).await;
    if !done.ok && attempt::may_pass_next_time(&done.lines) {
        done = apt.download(job, lists, &packages, &folder).await;
    }
    if !done.ok {
        return Err(decisive::lines(&done.lines));
    }
    let files = std::fs::read_dir(&folder).map_err(text)?.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(files.filter(|path| path.extension().is_some_and(|extension| extension == "deb")).collect())
}

/// The main packages, the libraries that the machine lacks, and of all that they need what the product names: parts that
/// are only looked for beside it. Not what only an installed system needs, and never the C library: two of them in one
/// process do not work.
fn worth_unpacking(known: &Known, main: &[String], lacking: &[String], all: &[String]) -> Vec<String> {
    let library = |name: &&String| name.starts_with("lib") && *name != "libc6" && !name.ends_with("-perl");
    let part = |name: &&String| known.debian.needs.iter().any(|beginning| name.starts_with(beginning));
    let mut packages = main.to_vec();
    for name in lacking.iter().filter(library).chain(all.iter().filter(part)) {
        if !packages.contains(name) {
            packages.push(name.clone());
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binaries::product::known;
    use testyard_model::Product;

    #[test]
    fn only_what_runs_is_unpacked() {
        let check = |product: Product, main: &[&str], lacking: &[&str], all: &[&str], expected: &[&str]| {
            let strings = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
            let packages = worth_unpacking(known(product), &strings(main), &strings(lacking), &strings(all));
            assert_eq!(packages, expected);
        };
        check(
            Product::RabbitMq,
            &["rabbitmq-server", "erlang-base"],
            &["libpopt0", "logrotate", "libc6", "libdbi-perl"],
            &["libpopt0", "libssl3", "erlang-base", "erlang-ssl", "adduser"],
            &["rabbitmq-server", "erlang-base", "libpopt0", "erlang-ssl"],
        );
        check(Product::Memcached, &["memcached"], &["memcached", "adduser"], &["libevent"], &["memcached"]);
    }
}
