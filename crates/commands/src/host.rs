//! The machine, as reports name it.

use std::fs;

/// Facts about this machine that help to understand a run: name and value.
pub(crate) fn facts() -> Vec<(String, String)> {
    let mut facts = vec![
        ("system".to_owned(), system()),
        ("architecture".to_owned(), std::env::consts::ARCH.to_owned()),
        ("cores".to_owned(), testyard_sys::host::cores().to_string()),
    ];
    if let Some(memory) = testyard_sys::host::memory() {
        facts.push(("memory".to_owned(), format!("{:.1} GiB", memory as f64 / f64::from(1 << 30))));
    }
    facts.push((
        "user".to_owned(),
        if testyard_sys::host::is_root() { "root" } else { "ordinary" }.to_owned(),
    ));
    facts
}

/// The distribution's own name for itself, else the kernel's.
fn system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    name.map_or_else(|| std::env::consts::OS.to_owned(), |name| name.trim_matches('"').to_owned())
}
