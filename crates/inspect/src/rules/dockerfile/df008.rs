//! A path is copied from a stage that never makes it.
//!
//! `COPY --from` starts at the root of the other stage, not at its `WORKDIR`. A relative source, or a project folder of
//! another name than the stage works in, is not there, and the build ends with `not found`.
//!
//! Fires: for stages made from official images, where the path's first folder is mentioned nowhere in the stage.
//!
//! ```dockerfile
//! FROM node:22 AS build
//! WORKDIR /src
//! RUN npm run build
//! FROM nginx:1.27
//! COPY --from=build /app/dist /usr/share/nginx/html
//! ```
//!
//! Fine: `COPY --from=build /src/dist …`; any folder that the stage mentions; images from elsewhere, which may hold it.
//!
//! Help: begin the source with the stage's `WORKDIR`.

use testyard_project::dockerfile::{Dockerfile, Kind, Stage, TransferSource, Word};

use crate::dockerfile::shell;
use crate::dockerfile::stage::{Ancestry, source_stage};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-DF008", "a path is copied from a stage that never makes it", Warning, check);

/// Folders that people give to projects and no official image has.
const PROJECT: [&str; 9] =
    ["app", "application", "code", "dist", "out", "output", "project", "workspace", "work"];

/// Folders at the root of Linux images.
const ROOT: [&str; 20] = [
    "bin", "boot", "dev", "etc", "go", "home", "lib", "lib32", "lib64", "media", "mnt", "opt", "proc",
    "root", "run", "sbin", "srv", "sys", "tmp", "usr",
];

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        for stage in &file.stages {
            for (source, from) in copied(file, stage) {
                let ancestry = Ancestry::of(file, from);
                if let Some(folder) = missing(&source.text, &ancestry) {
                    let path = source.text.trim_start_matches("./").trim_start_matches('/');
                    let message = format!(
                        "`/{path}` is copied from `{}`, which never mentions `/{folder}`",
                        from.title()
                    );
                    found.at(file.place(source.spot), message).help(help(&source.text, &ancestry));
                }
            }
        }
    }
}

/// Every path that a stage copies from another one, with that stage.
fn copied<'f>(file: &'f Dockerfile, stage: &'f Stage) -> Vec<(&'f Word, &'f Stage)> {
    let copies = stage.own().filter_map(|instruction| {
        let Kind::Copy(transfer) = &instruction.kind else { return None };
        let from = source_stage(file, instruction.flag("from")?.value.as_deref()?)?;
        Some((transfer, from))
    });
    let paths = copies.flat_map(|(transfer, from)| {
        transfer.sources.iter().filter_map(move |source| match source {
            TransferSource::Path(word) if from.index != stage.index => Some((word, from)),
            _ => None,
        })
    });
    paths.collect()
}

/// The first folder of a path, if the stage certainly has none of that name.
fn missing(path: &str, ancestry: &Ancestry<'_>) -> Option<String> {
    let scratch = ancestry.lineage.image.as_deref() == Some("scratch");
    if path.contains(['$', '*', '?', '[', '"', '\'']) || !(ancestry.is_plain() || scratch) {
        return None;
    }
    let absolute = path.starts_with('/');
    let first = path.split('/').find(|part| !part.is_empty() && *part != ".")?;
    let known = if absolute { !PROJECT.contains(&first) } else { ROOT.contains(&first) || first == "var" };
    if known || first == ".." || made(first, ancestry) {
        return None;
    }
    // Without a folder of its own, relative paths in the stage start at the root.
    let placed = folder(ancestry).is_some_and(|folder| !folder.trim_matches('/').is_empty());
    (placed || absolute && !ancestry.mentions(first)).then(|| first.to_owned())
}

/// Whether anything in the stage may make a folder or file of this name at the root.
fn made(first: &str, ancestry: &Ancestry<'_>) -> bool {
    let rooted = format!("/{first}");
    ancestry.instructions().any(|instruction| {
        let text = shell::said(instruction);
        let mut found = text.match_indices(&rooted);
        let moves = matches!(instruction.kind, Kind::Run(_))
            && ["cd /", "cd ..", "../"].iter().any(|to| text.contains(to));
        moves
            || found.any(|(at, _)| {
                let before = text[..at].chars().next_back();
                before.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | '*')))
            })
    })
}

/// The last absolute `WORKDIR`.
fn folder<'f>(ancestry: &Ancestry<'f>) -> Option<&'f str> {
    ancestry.instructions().rev().find_map(|instruction| match &instruction.kind {
        Kind::Workdir(folder) if folder.text.starts_with('/') => Some(folder.text.as_str()),
        _ => None,
    })
}

fn help(path: &str, ancestry: &Ancestry<'_>) -> String {
    let Some(folder) = folder(ancestry) else {
        return "paths behind `--from` start at the root of that stage".to_owned();
    };
    let folder = folder.trim_end_matches('/');
    if path.starts_with('/') {
        return format!("the stage works in `{folder}`");
    }
    let path = path.trim_start_matches("./");
    format!("paths behind `--from` start at `/`, not at `WORKDIR`: write `{folder}/{path}`")
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    fn text(work: &str, source: &str) -> String {
        format!(
            "FROM node:22 AS b\nWORKDIR {work}\nCOPY . .\nRUN npm run build\nFROM nginx:1\nCOPY --from=b {source} /x\n"
        )
    }

    #[test]
    fn what_the_other_stage_never_mentions() {
        let found = fires(RULE, &[("Dockerfile", &text("/src", "/app/dist"))]);
        assert_eq!(found[0].message, "`/app/dist` is copied from `b`, which never mentions `/app`");
        let found = fires(RULE, &[("Dockerfile", &text("/app", "dist"))]);
        assert!(found[0].help.as_deref().is_some_and(|help| help.ends_with("write `/app/dist`")));
        for (work, source) in [
            ("/app", "/app/dist"),
            ("/app", "app/dist"),
            ("/src", "/usr/lib/x"),
            ("/src", "usr/lib/x"),
            ("/", "dist"),
            ("/src", "$OUT/x"),
            ("/src", "/data"),
        ] {
            holds(RULE, &[("Dockerfile", &text(work, source))]);
        }
        let other = text("/src", "/app/dist").replace("node:22", "ghcr.io/a/b:1");
        holds(RULE, &[("Dockerfile", &other)]);
    }
}
