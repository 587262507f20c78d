//! How text sorts.
//!
//! The Debian images sort by glibc's en_US.utf8, the Alpine ones by bytes, whatever their locale is called. A test
//! that reads rows in order sees the difference, so the nearest thing this machine has is chosen, and the ledger says so.

use std::io::Read;
use std::path::Path;

use testyard_model::product::Source;
use testyard_model::{Fidelity, Ledger, Provision};

/// How text sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Locale {
    /// By glibc's en_US.utf8.
    English,
    /// By ICU's en-US: the same order for nearly all text.
    Icu,
    /// By bytes.
    Bytes,
    /// As the project's own initdb arguments say.
    Own,
}

impl Locale {
    /// The arguments for initdb.
    pub(super) fn arguments(self) -> Vec<String> {
        let words: &[&str] = match self {
            Locale::English => &["--locale=en_US.utf8"],
            Locale::Icu => &["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"],
            Locale::Bytes => &["--locale=C.UTF-8"],
            Locale::Own => &[],
        };
        words.iter().map(ToString::to_string).collect()
    }
}

/// Chooses, and notes the choice where it differs from the image.
pub(super) fn choose(image: &str, provision: &Provision, initdb: &str, ledger: &mut Ledger) -> Locale {
    let locale = nearest(image, provision, initdb, has_english());
    let detail = match locale {
        Locale::Icu => "text sorts by ICU's en-US: glibc's en_US.utf8 is not installed here",
        Locale::Bytes if !is_alpine(image) => "text sorts by bytes: en_US.utf8 is not installed here",
        _ => return locale,
    };
    ledger.note("locale", Fidelity::Emulated, detail);
    locale
}

fn nearest(image: &str, provision: &Provision, initdb: &str, has_english: bool) -> Locale {
    let major: u32 = provision.major().parse().unwrap_or(0);
    if initdb.contains("--locale") || initdb.contains("--lc-collate") || initdb.contains("--no-locale") {
        Locale::Own
    } else if is_alpine(image) {
        Locale::Bytes
    } else if has_english {
        Locale::English
    // ICU as a database's own order came with 15; the wheels are built without it.
    } else if major >= 15 && provision.source != Source::Wheel {
        Locale::Icu
    } else {
        Locale::Bytes
    }
}

fn is_alpine(image: &str) -> bool {
    image.contains("alpine")
}

/// Whether glibc knows en_US.utf8: as a folder, or in its archive, whose first part holds the names.
fn has_english() -> bool {
    let folder = Path::new("/usr/lib/locale");
    ["en_US.utf8", "en_US.UTF-8"].iter().any(|name| folder.join(name).is_dir())
        || archive_has(&folder.join("locale-archive"))
}

fn archive_has(archive: &Path) -> bool {
    /// Names stand before the data of the locales; a full archive has some twenty kilobytes of them.
    const NAMES: u64 = 1 << 20;
    let mut bytes = Vec::new();
    let read = std::fs::File::open(archive).and_then(|file| file.take(NAMES).read_to_end(&mut bytes));
    read.is_ok() && bytes.windows(11).any(|window| window == b"en_US.utf8\0")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use testyard_model::Product;

    use super::*;

    #[test]
    fn the_nearest_order() {
        let provision = |version: &str, source| Provision {
            product: Product::PostgreSql,
            version: version.to_owned(),
            source,
            root: PathBuf::from("/"),
            bin: vec![],
            libraries: vec![],
            environment: BTreeMap::new(),
            missing_extensions: vec![],
        };
        let host = provision("16.4", Source::Host);
        for (image, provision, initdb, english, expected) in [
            ("postgres:16", &host, "", true, Locale::English),
            ("postgres:16", &host, "", false, Locale::Icu),
            ("postgres:16-alpine", &host, "", true, Locale::Bytes),
            ("postgres:14", &provision("14.1", Source::Host), "", false, Locale::Bytes),
            ("postgres:16", &provision("16.4", Source::Wheel), "", false, Locale::Bytes),
            ("postgres:16", &host, "--locale=de_DE.utf8", true, Locale::Own),
            ("postgres:16", &host, "--data-checksums", true, Locale::English),
        ] {
            assert_eq!(nearest(image, provision, initdb, english), expected, "{image} {initdb}");
        }
    }
}
