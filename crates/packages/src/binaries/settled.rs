//! Searches that ended with less than was wanted, remembered for a day.
//!
//! When nothing better was to be had yesterday, asking every index and archive again before each run would only cost
//! time. A search that failed because the network did not hold is not settled: the next one asks again.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use testyard_model::product::Source;
use testyard_model::{Provision, Want};
use testyard_sys::files;

use super::cache;

/// How long a search counts as settled.
const KEEPS: Duration = Duration::from_secs(24 * 60 * 60);

/// A search that was settled.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settled {
    /// What it ended with.
    pub(super) provision: Provision,
    /// Why each better place did not serve.
    pub(super) reasons: Vec<String>,
}

/// What a search for this wish ended with, when that was less than a day ago and is still there.
pub(super) fn recall(
    folder: &Path,
    sources: &[Source],
    want: &Want,
    there: &[&Provision],
) -> Option<Settled> {
    let file = file(folder, sources, want);
    let age = SystemTime::now().duration_since(std::fs::metadata(&file).ok()?.modified().ok()?).ok()?;
    let settled: Settled = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    (age < KEEPS && there.contains(&&settled.provision)).then_some(settled)
}

/// Remembers what a search ended with.
pub(super) fn remember(folder: &Path, sources: &[Source], want: &Want, settled: &Settled) -> io::Result<()> {
    files::write_atomic(&file(folder, sources, want), serde_json::to_vec(settled)?)
}

fn file(folder: &Path, sources: &[Source], want: &Want) -> PathBuf {
    let digest = cache::hex(&Sha256::digest(format!("{want:?} {sources:?}")));
    folder.join(format!(".{}-{}.settled", want.product.word(), &digest[..12]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use testyard_model::Product;

    fn provision(version: &str) -> Provision {
        Provision {
            product: Product::Redis,
            version: version.to_owned(),
            source: Source::Host,
            root: PathBuf::from("/"),
            bin: Vec::new(),
            libraries: Vec::new(),
            environment: Default::default(),
            missing_extensions: Vec::new(),
        }
    }

    #[test]
    fn only_the_same_search_with_the_same_program_is_settled() {
        let folder = tempfile::tempdir().unwrap();
        let want = |version: &str| Want {
            product: Product::Redis,
            version: Some(version.to_owned()),
            extensions: Vec::new(),
        };
        let settled = Settled { provision: provision("6.2"), reasons: vec!["why".to_owned()] };
        remember(folder.path(), &[Source::Host], &want("8"), &settled).unwrap();
        let check = |source, version: &str, there: &str, yes: bool| {
            let found = recall(folder.path(), &[source], &want(version), &[&provision(there)]);
            assert_eq!(found.is_some(), yes, "{source:?} {version} {there}");
        };
        check(Source::Host, "8", "6.2", true);
        check(Source::Host, "8", "7.0", false);
        check(Source::Host, "7", "6.2", false);
        check(Source::Wheel, "8", "6.2", false);

        let old = SystemTime::now() - KEEPS - Duration::from_secs(1);
        let file = file(folder.path(), &[Source::Host], &want("8"));
        std::fs::File::options().append(true).open(file).unwrap().set_modified(old).unwrap();
        check(Source::Host, "8", "6.2", false);
    }
}
