//! A file from the network is taken as it comes.
//!
//! `ADD https://…` puts into the image whatever the server sends on that day. With `--checksum` the build fails instead when it
//! is something else.
//!
//! Fires: as a note.
//!
//! ```dockerfile
//! FROM alpine:3.20
//! ADD https://example.org/tool.tar.gz /tmp/
//! ```
//!
//! Fine: `ADD --checksum=sha256:… https://…`; repositories (`….git`), which are named with a commit instead.
//!
//! Help: add `--checksum=sha256:…`.

use testyard_project::dockerfile::{Kind, TransferSource};

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF016", "a file from the network is taken as it comes", Note, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        for instruction in file.stages.iter().flat_map(|stage| stage.own()) {
            let Kind::Add(transfer) = &instruction.kind else { continue };
            if instruction.flag("checksum").is_some() {
                continue;
            }
            for source in &transfer.sources {
                if let TransferSource::Path(word) = source
                    && is_file(&word.text)
                {
                    found
                        .at(file.place(word.spot), "nothing says what this address must deliver")
                        .help("add `--checksum=sha256:…`");
                }
            }
        }
    }
}

fn is_file(address: &str) -> bool {
    let path = address.split('#').next().unwrap_or_default();
    (address.starts_with("http://") || address.starts_with("https://")) && !path.ends_with(".git")
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn addresses_without_a_checksum() {
        fires(RULE, &[("Dockerfile", "FROM a:1\nADD https://example.org/x /x\n")]);
        holds(RULE, &[("Dockerfile", "FROM a:1\nADD --checksum=sha256:00 https://example.org/x /x\n")]);
        holds(RULE, &[("Dockerfile", "FROM a:1\nADD https://example.org/x.git#v1 /x\nADD x /x\n")]);
    }
}
