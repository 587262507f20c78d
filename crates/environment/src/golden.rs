//! Golden data directories: initial data made once, used by every later run that asks for the same.
//!
//! They live in the user's cache under `golden/<key>/data`, where the key covers everything the data depends on. A
//! directory appears there by a rename when it is complete, so there is no such thing as half a golden directory,
//! and a lock keeps two runs from making the same one twice. What does not live here: how data is made; recipes know.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use testyard_model::Provision;
use testyard_sys::keeper::NotRootMeans;
use testyard_sys::process::RunAs;
use testyard_sys::{files, lock, procfs};

use crate::Refusal;
use crate::recipe::{GoldenKey, Launch, Server};
use crate::workshop::Workshop;

/// Beside the data: the boot in which it was made. Nothing is synced to disk, so a power cut may have emptied files of
/// an earlier boot.
const BOOT: &str = "boot";

/// How a data directory came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// It starts empty.
    Empty,
    /// It was made just now, and kept for later runs where possible.
    Fresh,
    /// It is a view of a golden directory.
    Overlay,
    /// It is a copy of a golden directory.
    Copy,
}

impl Made {
    /// How it is told in evidence.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Made::Empty => "empty data directory",
            Made::Fresh => "data directory initialised",
            Made::Overlay => "data directory laid over a golden one",
            Made::Copy => "data directory copied from a golden one",
        }
    }
}

/// Gives the service its data directory; `workshop.site.data` is where it is afterwards. What is still to be kept for
/// later runs is returned, so that nobody has to wait for it.
pub(crate) async fn provide(
    server: &dyn Server,
    workshop: &mut Workshop,
    cache: &Path,
    overlay: &str,
) -> Result<(Made, Option<Keeping>), Refusal> {
    let launch = server.launch(&workshop.site);
    let run_as = launch.run_as;
    let Some(key) = server.golden() else {
        workshop.folder(&workshop.site.data, run_as)?;
        return Ok((Made::Empty, None));
    };
    let owner = workshop.keeper().not_root();
    let place = Place::of(cache, &digest(&key, &workshop.site.provision, &launch.program, owner));
    if place.data().is_dir() {
        return Ok((take(&place, workshop, overlay, run_as).await?, None));
    }
    workshop.doing("another run, which makes the same data");
    let guard = place.guard().await;
    // Whoever held the lock before may have made it.
    if place.data().is_dir() {
        return Ok((take(&place, workshop, overlay, run_as).await?, None));
    }
    server.initialise(workshop).await?;
    let Ok(guard) = guard else { return Ok((Made::Fresh, None)) };
    let keeping = Keeping { place, pristine: workshop.site.data.clone(), _guard: guard };
    // The server writes to a view, so that what was made stays as it is while it is being copied.
    if may_overlay(workshop, run_as)
        && let Ok(view) = workshop.keeper().overlay(&keeping.pristine, overlay).await
    {
        workshop.site.data = view;
        return Ok((Made::Fresh, Some(keeping)));
    }
    keeping.keep(workshop).await;
    Ok((Made::Fresh, None))
}

/// Initial data that is still to be kept for later runs.
pub(crate) struct Keeping {
    place: Place,
    /// Where it lies, untouched.
    pristine: PathBuf,
    _guard: lock::Lock,
}

impl Keeping {
    /// Keeps it. That it cannot be kept costs later runs time and this one nothing, so nobody is told.
    pub(crate) async fn keep(self, workshop: &Workshop) {
        let new = self.place.golden.join(format!(".new-{}", self.place.key));
        let _ = self.copy(&new, workshop).await;
    }

    async fn copy(&self, new: &Path, workshop: &Workshop) -> Result<(), Refusal> {
        let failed = |error: std::io::Error| Refusal::new(format!("{}: {error}", new.display()));
        // Left by a run that was killed; we hold the lock, so nobody is writing there.
        if new.exists() {
            files::remove_tree(new).map_err(failed)?;
        }
        std::fs::create_dir_all(new).map_err(failed)?;
        copy(&self.pristine, &new.join("data"), workshop).await?;
        files::write(&new.join(BOOT), procfs::boot_id().unwrap_or_default()).map_err(failed)?;
        std::fs::rename(new, self.place.folder()).map_err(failed)
    }
}

/// Forgets the golden directory that a server could not start from, when it was made in an earlier boot: the next run
/// makes it anew. One of this boot is whole, and others may be using it.
pub(crate) fn doubt(server: &dyn Server, workshop: &Workshop, cache: &Path) {
    let Some(key) = server.golden() else { return };
    let launch = server.launch(&workshop.site);
    let place = Place::of(
        cache,
        &digest(&key, &workshop.site.provision, &launch.program, workshop.keeper().not_root()),
    );
    let made = std::fs::read_to_string(place.folder().join(BOOT)).unwrap_or_default();
    if Some(made) != procfs::boot_id() {
        // Gone already, or not removable: either way there is nothing better to do.
        let _ = files::remove_tree(&place.folder());
    }
}

/// Where one golden directory lies.
struct Place {
    golden: PathBuf,
    key: String,
}

impl Place {
    fn of(cache: &Path, key: &str) -> Place {
        Place { golden: cache.join("golden"), key: key.to_owned() }
    }

    fn folder(&self) -> PathBuf {
        self.golden.join(&self.key)
    }

    fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    async fn guard(&self) -> std::io::Result<lock::Lock> {
        std::fs::create_dir_all(&self.golden)?;
        lock::lock(&self.golden.join(format!("{}.lock", self.key))).await
    }
}

/// Uses a golden directory: by an overlay where the system allows it, else by a copy.
async fn take(place: &Place, workshop: &mut Workshop, overlay: &str, run_as: RunAs) -> Result<Made, Refusal> {
    workshop.doing("preparing the data directory");
    // When it was last used decides what is removed first when the cache is emptied.
    let _ = std::fs::File::open(place.folder()).and_then(|folder| folder.set_modified(SystemTime::now()));
    // Another owner cannot be given to an overlay without copying every file up.
    let other_owner =
        matches!(workshop.keeper().not_root(), NotRootMeans::SetUid { .. }) && run_as == RunAs::NotRoot;
    if !other_owner && let Ok(view) = workshop.keeper().overlay(&place.data(), overlay).await {
        workshop.site.data = view;
        return Ok(Made::Overlay);
    }
    copy(&place.data(), &workshop.site.data, workshop).await?;
    workshop.give_all(&workshop.site.data, run_as).await?;
    Ok(Made::Copy)
}

/// Another owner cannot be given to an overlay without copying every file up.
fn may_overlay(workshop: &Workshop, run_as: RunAs) -> bool {
    run_as == RunAs::Same || !matches!(workshop.keeper().not_root(), NotRootMeans::SetUid { .. })
}

/// Copies a folder inside the keeper, where the scratch folder is seen; blocks are shared where the file system can.
async fn copy(from: &Path, to: &Path, workshop: &Workshop) -> Result<(), Refusal> {
    let mut launch = Launch::at(&workshop.site, "cp");
    let reflink = cfg!(target_os = "linux").then(|| "--reflink=auto".to_owned());
    launch.arguments = std::iter::once("-a".to_owned()).chain(reflink).collect();
    launch.arguments.extend([from.display().to_string(), to.display().to_string()]);
    workshop.run("copying the data directory", &launch, None).await.map(drop)
}

/// The key of a golden directory: what the recipe names, the program itself, and who owns the files.
fn digest(key: &GoldenKey, provision: &Provision, program: &Path, owner: NotRootMeans) -> String {
    let mut hash = Sha256::new();
    let mut add = |name: &str, contents: &[u8]| {
        // Lengths first: otherwise two parts could be cut at another place and still look the same.
        for part in [name.as_bytes(), contents] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    };
    add("product", provision.product.word().as_bytes());
    add("version", provision.version.as_bytes());
    add("owner", format!("{owner:?}").as_bytes());
    // A program that was replaced in place has another time, size or inode.
    let stamp =
        program.metadata().map(|it| (it.mtime(), it.mtime_nsec(), it.size(), it.ino())).unwrap_or_default();
    add("program", format!("{} {stamp:?}", program.display()).as_bytes());
    key.iter().for_each(|(name, contents)| add(name, contents));
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use testyard_model::Product;
    use testyard_model::product::Source;

    use super::*;

    #[test]
    fn everything_it_depends_on_changes_the_key() {
        let provision = Provision {
            product: Product::PostgreSql,
            version: "16.4".into(),
            source: Source::Host,
            root: "/".into(),
            bin: vec!["/usr/bin".into()],
            libraries: vec![],
            environment: BTreeMap::new(),
            missing_extensions: vec![],
        };
        let key = |pairs: &[(&str, &str)]| -> GoldenKey {
            pairs.iter().map(|(name, text)| (name.to_string(), text.as_bytes().to_vec())).collect()
        };
        let program = Path::new("/bin/sh");
        let own = NotRootMeans::AlreadyOrdinary;
        let base = digest(&key(&[("a", "bc")]), &provision, program, own);
        assert_eq!(base, digest(&key(&[("a", "bc")]), &provision, program, own));
        let newer = Provision { version: "16.5".into(), ..provision.clone() };
        for other in [
            digest(&key(&[("ab", "c")]), &provision, program, own),
            digest(&key(&[("a", "bc"), ("", "")]), &provision, program, own),
            digest(&key(&[("a", "bc")]), &newer, program, own),
            digest(&key(&[("a", "bc")]), &provision, Path::new("/bin/ls"), own),
            digest(&key(&[("a", "bc")]), &provision, program, NotRootMeans::UserNamespace),
        ] {
            assert_ne!(other, base);
        }
    }
}
