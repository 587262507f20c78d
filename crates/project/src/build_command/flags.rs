//! The flags of one `docker build` call.

use super::{BuildCommand, is_written_out};

/// Flags that take no value. The lists are those of `docker build --help`, buildx 0.24 and the classic builder.
const BARE: &[&str] = &[
    "--no-cache",
    "--pull",
    "--push",
    "--load",
    "--quiet",
    "-q",
    "--rm",
    "--force-rm",
    "--squash",
    "--compress",
    "--disable-content-trust",
    "--check",
    "--debug",
    "-D",
];

/// Flags whose value is the next word, unless it stands behind `=`.
const VALUED: &[&str] = &[
    "--file",
    "-f",
    "--tag",
    "-t",
    "--build-arg",
    "--target",
    "--platform",
    "--build-context",
    "--cache-from",
    "--cache-to",
    "--label",
    "--network",
    "--secret",
    "--ssh",
    "--output",
    "-o",
    "--progress",
    "--add-host",
    "--allow",
    "--annotation",
    "--attest",
    "--builder",
    "--call",
    "--cgroup-parent",
    "--iidfile",
    "--metadata-file",
    "--no-cache-filter",
    "--provenance",
    "--sbom",
    "--shm-size",
    "--ulimit",
    "--isolation",
    "--memory",
    "-m",
    "--cpu-shares",
    "-c",
    "--cpuset-cpus",
    "--cpu-quota",
    "--cpu-period",
    "--memory-swap",
    "--security-opt",
];

/// Reads a command, if it is a build whose Dockerfile, context and target are written out.
pub(super) fn read(line: u32, words: &[String]) -> Option<BuildCommand> {
    let mut call =
        BuildCommand { line, context: String::new(), dockerfile: None, target: None, args: [].into() };
    let mut contexts = Vec::new();
    let mut rest = arguments(words)?.iter().map(String::as_str);
    while let Some(word) = rest.next() {
        if !word.starts_with('-') || word == "-" {
            contexts.push(word);
        } else if !BARE.contains(&word) {
            let (flag, value) = valued(word, &mut rest)?;
            call.take(flag, value)?;
        }
    }
    let [context] = contexts.as_slice() else { return None };
    if *context == "-" || !is_written_out(context) {
        return None;
    }
    call.context = (*context).to_owned();
    Some(call)
}

/// What stands behind the name of a build command.
fn arguments(words: &[String]) -> Option<&[String]> {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let behind = match (word(0), word(1), word(2)) {
        ("docker", "buildx" | "image" | "builder", "build") => 3,
        ("docker" | "podman" | "nerdctl" | "buildah", "build", _) | ("buildah", "bud", _) => 2,
        _ => return None,
    };
    words.get(behind..)
}

/// A flag with its value, in any of its three ways: `--file x`, `--file=x`, `-fx`.
fn valued<'a>(word: &'a str, rest: &mut impl Iterator<Item = &'a str>) -> Option<(&'a str, &'a str)> {
    if let Some((flag, value)) = word.split_once('=').filter(|_| word.starts_with("--")) {
        return (VALUED.contains(&flag) || BARE.contains(&flag)).then_some((flag, value));
    }
    if VALUED.contains(&word) {
        return Some((word, rest.next()?));
    }
    let (flag, value) = word.split_at_checked(2)?;
    (!word.starts_with("--") && VALUED.contains(&flag)).then_some((flag, value))
}

impl BuildCommand {
    /// Takes a flag. `None`: what it says is not known, and it matters.
    fn take(&mut self, flag: &str, value: &str) -> Option<()> {
        match flag {
            "--file" | "-f" => self.dockerfile = Some(is_written_out(value).then(|| value.to_owned())?),
            "--target" => self.target = Some(is_written_out(value).then(|| value.to_owned())?),
            "--build-arg" => {
                let (name, value) = match value.split_once('=') {
                    Some((name, value)) => (name, is_written_out(value).then(|| value.to_owned())),
                    None => (value, None),
                };
                self.args.insert(name.to_owned(), value);
            }
            _ => {}
        }
        Some(())
    }
}
