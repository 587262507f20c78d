//! Any text is read as a set of compose files. Nothing is read from the disk.
//!
//! The input is split at lines of `%%`: the first part is the compose file, the second one is merged over it, the third
//! stands beside them as `other.yaml` for `include` and `extends`, the fourth is `.env`.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use testyard_project::compose::parse_files;

fuzz_target!(|text: &str| {
    let mut parts = text.split("\n%%\n");
    let mut part = || parts.next().unwrap_or_default();
    let (base, over, beside, env) = (part(), part(), part(), part());
    let files = [("compose.yaml", base), ("override.yaml", over), ("other.yaml", beside), (".env", env)];
    let named: &[&str] = if over.is_empty() { &["compose.yaml"] } else { &["compose.yaml", "override.yaml"] };
    let (project, findings) = parse_files(&files, named, &BTreeMap::new());
    assert!(findings.iter().all(|finding| finding.code.starts_with("TY-CM") && !finding.message.is_empty()));
    for service in &project.services {
        assert!(service.place.line > 0, "a service without a place: {service:?}");
        assert!(project.service(&service.name).is_some());
    }
    assert!(project.active().count() <= project.services.len());
});
