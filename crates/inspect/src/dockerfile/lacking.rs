//! Programs that small images lack.

use testyard_project::dockerfile::Kind;

use super::stage::Ancestry;
use super::{Image, shell};

/// Images whose small variants are known to hold neither `curl`, `wget` nor `nc`; Alpine has the last two.
const KNOWN: [&str; 8] = ["python", "node", "debian", "ubuntu", "alpine", "ruby", "golang", "rust"];

/// The image of a stage as `name:tag`, when it certainly lacks a program: `curl`, `wget` or `nc`.
pub(crate) fn image(ancestry: &Ancestry<'_>, program: &str) -> Option<String> {
    let image = ancestry.image.as_ref().filter(|image| image.is_bare() && lacks(image, program))?;
    (!may_install(ancestry, program)).then(|| format!("{}:{}", image.name, image.tag()))
}

/// What packages that bring a program have in their names.
fn marks(program: &str) -> &[&str] {
    match program {
        "nc" => &["netcat", "ncat", "nmap", "busybox"],
        "wget" => &["wget"],
        _ => &["curl"],
    }
}

fn lacks(image: &Image, program: &str) -> bool {
    KNOWN.contains(&image.name.as_str()) && !(image.is_alpine() && ["wget", "nc"].contains(&program))
}

/// Whether anything may bring a program: it is mentioned, or packages are installed that are not written out here.
fn may_install(ancestry: &Ancestry<'_>, program: &str) -> bool {
    let named = |text: &str| marks(program).iter().any(|mark| text.contains(mark));
    ancestry.instructions().any(|instruction| match &instruction.kind {
        Kind::Healthcheck(_) => false,
        Kind::Copy(transfer) | Kind::Add(transfer) => {
            let text = format!("{:?}", transfer.sources);
            named(&text)
                || ["/", "/usr", "/usr/bin", "/usr/bin/", "/usr/"]
                    .contains(&transfer.destination.text.as_str())
        }
        Kind::Run(_) => {
            let text = shell::said(instruction);
            let hidden = ["xargs", ".sh", "$(", "playbook", "/install", "scripts/"];
            let variable = text.contains('$') && text.contains("install") || text.contains("apk add $");
            named(&text) || variable || hidden.iter().any(|mark| text.contains(mark))
        }
        _ => false,
    })
}
