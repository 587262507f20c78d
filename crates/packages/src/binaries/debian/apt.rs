//! apt, asked as an ordinary user: no lock of the system's is taken and nothing of it is changed.
//!
//! The machine's own package lists are used where they know a package. Fresh containers have none; then lists of our
//! own are kept in the cache, fetched from the machine's sources with the machine's keys and proxies.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use testyard_sys::{files, lock};

use crate::attempt;
use crate::context::Context;
use crate::decisive;
use crate::tool::{self, Done, Job, Work};

/// How long a question to apt's own cache may take; building that cache from big lists takes seconds.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// How long fetching package lists, and fetching packages, may take.
const FETCHES_WITHIN: Duration = Duration::from_secs(300);

/// Lists of our own that are younger than this are used as they are, unless a package has gone meanwhile.
const LISTS_KEEP: Duration = Duration::from_secs(24 * 60 * 60);

/// Which package lists apt reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::binaries) enum Lists {
    /// The machine's.
    Host,
    /// Our own, in the cache.
    Own,
}

/// What packages are thought to be installed already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::binaries) enum Beside {
    /// What this machine has.
    Machine,
    /// Nothing at all.
    Nothing,
}

/// apt, ready to be asked.
pub(in crate::binaries) struct Apt {
    get: PathBuf,
    cache: PathBuf,
    deb: PathBuf,
    folder: PathBuf,
}

impl Apt {
    /// apt and dpkg, when this machine has them.
    pub(in crate::binaries) fn find(context: &Context) -> Option<Apt> {
        Some(Apt {
            get: context.program("apt-get")?,
            cache: context.program("apt-cache")?,
            deb: context.program("dpkg-deb")?,
            folder: context.cache.join("apt"),
        })
    }

    /// Writes the configuration that keeps apt off the system's own state.
    pub(in crate::binaries) fn configure(&self) -> io::Result<()> {
        for folder in ["state/lists/partial", "cache/archives/partial"] {
            std::fs::create_dir_all(self.folder.join(folder))?;
        }
        // Hooks of the machine clean and index the machine's own state; they have nothing to do here.
        let common = "#clear APT::Update::Pre-Invoke;\n\
                      #clear APT::Update::Post-Invoke;\n\
                      #clear APT::Update::Post-Invoke-Success;\n\
                      Debug::NoLocking \"true\";\n\
                      APT::Sandbox::User \"root\";\n\
                      Acquire::Languages \"none\";\n\
                      Acquire::Retries \"2\";\n";
        let own = format!(
            "{common}\
             Dir::State \"{state}\";\n\
             Dir::State::lists \"{state}/lists\";\n\
             Dir::State::status \"/var/lib/dpkg/status\";\n\
             Dir::Cache \"{cache}\";\n\
             Acquire::GzipIndexes \"true\";\n\
             Acquire::IndexTargets::deb::DEP-11::DefaultEnabled \"false\";\n\
             Acquire::IndexTargets::deb::CNF::DefaultEnabled \"false\";\n",
            state = self.folder.join("state").display(),
            cache = self.folder.join("cache").display(),
        );
        files::write_atomic(&self.bare_status(), "")?;
        files::write_atomic(&self.configuration(Lists::Host), common)?;
        files::write_atomic(&self.configuration(Lists::Own), own)
    }

    /// The list of installed packages of a machine that has none.
    fn bare_status(&self) -> PathBuf {
        self.folder.join("bare-status")
    }

    fn configuration(&self, lists: Lists) -> PathBuf {
        self.folder.join(match lists {
            Lists::Host => "host.conf",
            Lists::Own => "own.conf",
        })
    }

    /// Fetches lists of our own, unless fresh ones are there. `again` fetches them in any case.
    pub(in crate::binaries) async fn update(&self, job: Job<'_>, again: bool) -> Result<(), Vec<String>> {
        let stamp = self.folder.join("updated");
        let text = |error: io::Error| vec![format!("{}: {error}", self.folder.display())];
        job.check.now("another run fetches the package lists");
        let held = job.check.watch(lock::lock(&self.folder.join("lists.lock"))).await.map_err(text)?;
        if !again && is_younger(&stamp, LISTS_KEEP) {
            return Ok(());
        }
        job.check.now("apt-get update");
        let done = self.work(job, Lists::Own, &["update".into()], &self.folder).await;
        // An archive that does not answer is no reason to give up the others: what counts is what is found then.
        if !done.ok && attempt::may_pass_next_time(&done.lines) && !self.has_lists() {
            return Err(decisive::lines(&done.lines));
        }
        files::write(&stamp, b"").map_err(text)?;
        drop(held);
        Ok(())
    }

    fn has_lists(&self) -> bool {
        let lists = std::fs::read_dir(self.folder.join("state/lists")).into_iter().flatten();
        lists.filter_map(Result::ok).any(|entry| entry.file_name().to_string_lossy().contains("_Packages"))
    }

    /// The names of all packages with this beginning.
    pub(in crate::binaries) async fn names(
        &self,
        context: &Context,
        lists: Lists,
        beginning: &str,
    ) -> Vec<String> {
        let stdout = self.ask(context, lists, &["pkgnames", beginning]).await;
        stdout.lines().map(str::to_owned).collect()
    }

    /// The versions that would be installed, by package. Packages without any are left out.
    pub(in crate::binaries) async fn candidates(
        &self,
        context: &Context,
        lists: Lists,
        packages: &[String],
    ) -> BTreeMap<String, String> {
        if packages.is_empty() {
            return BTreeMap::new();
        }
        let mut arguments = vec!["policy"];
        arguments.extend(packages.iter().map(String::as_str));
        candidates_of(&self.ask(context, lists, &arguments).await)
    }

    /// The packages that installing these would fetch: themselves, and what they need and `beside` does not have.
    pub(in crate::binaries) async fn needed(
        &self,
        context: &Context,
        lists: Lists,
        beside: Beside,
        packages: &[String],
    ) -> Result<Vec<String>, Vec<String>> {
        let bare = format!("Dir::State::status={}", self.bare_status().display());
        let mut arguments = match beside {
            Beside::Machine => Vec::new(),
            Beside::Nothing => vec!["-o", bare.as_str()],
        };
        arguments.extend(["install", "--print-uris", "--reinstall", "--no-install-recommends", "--yes"]);
        arguments.extend(packages.iter().map(String::as_str));
        let answer =
            self.question(context, &self.get, lists, &arguments).await.map_err(|error| vec![error])?;
        if answer.ok { Ok(names_of_uris(&answer.stdout)) } else { Err(decisive::lines(&answer.lines)) }
    }

    /// Fetches packages into a folder. apt checks their hashes against the signed lists.
    pub(in crate::binaries) async fn download(
        &self,
        job: Job<'_>,
        lists: Lists,
        packages: &[String],
        folder: &Path,
    ) -> Done {
        let mut arguments = vec![OsString::from("download")];
        arguments.extend(packages.iter().map(OsString::from));
        self.work(job, lists, &arguments, folder).await
    }

    /// Unpacks a package, without running anything of it.
    pub(in crate::binaries) async fn unpack(
        &self,
        context: &Context,
        package: &Path,
        root: &Path,
    ) -> Result<(), Vec<String>> {
        let (package, root) = (package.to_string_lossy(), root.to_string_lossy());
        let arguments = ["--extract", package.as_ref(), root.as_ref()];
        let answer = tool::ask(context, &self.deb, &arguments, &context.variables, FETCHES_WITHIN)
            .await
            .map_err(|error| vec![error])?;
        if answer.ok { Ok(()) } else { Err(decisive::lines(&answer.lines)) }
    }

    async fn ask(&self, context: &Context, lists: Lists, arguments: &[&str]) -> String {
        // apt that cannot answer knows of no package, which is what the caller then says.
        self.question(context, &self.cache, lists, arguments)
            .await
            .map(|answer| answer.stdout)
            .unwrap_or_default()
    }

    async fn question(
        &self,
        context: &Context,
        program: &Path,
        lists: Lists,
        arguments: &[&str],
    ) -> Result<tool::Answer, String> {
        let configuration = self.configuration(lists).to_string_lossy().into_owned();
        let mut all = vec!["-c", configuration.as_str()];
        all.extend(arguments);
        tool::ask(context, program, &all, &context.with(&[("LC_ALL", "C")]), ANSWERS_WITHIN).await
    }

    async fn work(&self, job: Job<'_>, lists: Lists, arguments: &[OsString], folder: &Path) -> Done {
        let mut all = vec![OsString::from("-c"), self.configuration(lists).into(), OsString::from("-q")];
        all.extend(arguments.iter().cloned());
        let work = Work {
            program: self.get.clone(),
            arguments: all,
            variables: job.context.with(&[("LC_ALL", "C"), ("DEBIAN_FRONTEND", "noninteractive")]),
            folder: folder.to_owned(),
            limit: FETCHES_WITHIN,
        };
        work.run(job).await
    }
}

fn is_younger(file: &Path, age: Duration) -> bool {
    let modified = std::fs::metadata(file).and_then(|meta| meta.modified());
    modified.is_ok_and(|then| SystemTime::now().duration_since(then).is_ok_and(|since| since < age))
}

/// What `apt-cache policy` says would be installed, by package.
fn candidates_of(policy: &str) -> BTreeMap<String, String> {
    let mut package = "";
    let mut found = BTreeMap::new();
    for line in policy.lines() {
        if !line.starts_with(' ') {
            package = line.trim_end_matches(':');
        } else if let Some(version) = line.trim().strip_prefix("Candidate: ")
            && version != "(none)"
        {
            found.insert(package.to_owned(), version.to_owned());
        }
    }
    found
}

/// The packages in what `apt-get --print-uris` prints: `'http://…/x_1_amd64.deb' x_1_amd64.deb 123 SHA256:…`.
fn names_of_uris(printed: &str) -> Vec<String> {
    printed
        .lines()
        .filter(|line| line.starts_with('\''))
        .filter_map(|line| Some(line.split_whitespace().nth(1)?.split_once('_')?.0.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_installed() {
        let policy = "redis-server:\n  Installed: (none)\n  Candidate: 5:7.0.15-1~deb12u1\n  Version table:\n\
                      valkey:\n  Installed: (none)\n  Candidate: (none)\n";
        let expected = BTreeMap::from([("redis-server".to_owned(), "5:7.0.15-1~deb12u1".to_owned())]);
        assert_eq!(candidates_of(policy), expected);
        assert_eq!(candidates_of(""), BTreeMap::new());
    }

    #[test]
    fn packages_that_would_be_fetched() {
        let printed = "Reading package lists...\n'http://d/x/libwrap0_7.6.q-32_amd64.deb' libwrap0_7.6.q-32_amd64.deb 54936 SHA256:1\n";
        assert_eq!(names_of_uris(printed), ["libwrap0"]);
    }
}
