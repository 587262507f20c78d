//! A file is used before it is in the image.
//!
//! `RUN` sees only what earlier lines copied. A requirement file or script of the project that no line brought is not there yet, and
//! the build stops.
//!
//! Fires: for stages from official images, where every earlier `COPY` names other files and no earlier `RUN` fetches or writes
//! any.
//!
//! ```dockerfile
//! FROM python:3.12-slim
//! RUN pip install -r requirements.txt
//! COPY . .
//! ```
//!
//! Fine: `COPY requirements.txt .` before it; a folder or pattern that may hold the file; `RUN --mount=type=bind`.
//!
//! Help: copy the file before the `RUN`.

use testyard_project::dockerfile::{Dockerfile, Instruction, Kind, Stage, TransferSource};

use crate::dockerfile::shell::said;
use crate::dockerfile::stage::Ancestry;
use crate::dockerfile::{Ran, commands};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF023", "a file is used before it is in the image", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        for stage in &file.stages {
            if let Some((ran, path)) = early(file, stage) {
                found
                    .at(file.place(ran.spot), format!("`{path}` is not in the image yet"))
                    .help(format!("write `COPY {path} …` before it"));
            }
        }
    }
}

/// The first command of a stage that uses a file which certainly is not there.
fn early(file: &Dockerfile, stage: &Stage) -> Option<(Ran, String)> {
    let ancestry = Ancestry::of(file, stage);
    let plain =
        ancestry.is_plain() && !ancestry.image.as_ref().is_some_and(|image| image.tag().contains("onbuild"));
    let before: Vec<&Instruction> = ancestry.instructions().collect();
    let own = before.len() - stage.own().count();
    for (at, instruction) in before.iter().enumerate().skip(own).filter(|_| plain) {
        for ran in commands(file, instruction) {
            let Some(path) = used(&ran) else { continue };
            let base = path.rsplit('/').next().unwrap_or_default().to_owned();
            let mounted = instruction.flag("mount").is_some();
            // The file may be made by an earlier command of the same `RUN`, so that it must stand at its beginning.
            let first = said(instruction).trim_start().starts_with(&ran.program);
            if first && !mounted && !before[..at].iter().any(|one| may_bring(one, &base)) {
                return Some((ran, path));
            }
        }
    }
    None
}

/// The project's file that a command cannot do without.
fn used(ran: &Ran) -> Option<String> {
    let path = match ran.program.as_str() {
        "pip" | "pip3" if ran.verb() == Some("install") => {
            let at = ran.arguments.iter().position(|one| one == "-r" || one == "--requirement")?;
            ran.arguments.get(at + 1)?
        }
        "bash" | "sh" | "python" | "python3" => ran.arguments.first().filter(|one| is_script(one))?,
        _ => return None,
    };
    let plain = !path.contains(['$', '*', '?', '[', '{', '~', ':', '<']) && !path.starts_with('-');
    (plain && !path.starts_with("/usr") && !path.starts_with("/dev")).then(|| path.clone())
}

fn is_script(path: &str) -> bool {
    path.ends_with(".sh") || path.ends_with(".py")
}

/// Whether an instruction may bring a file of this name into the image.
fn may_bring(instruction: &Instruction, name: &str) -> bool {
    match &instruction.kind {
        Kind::Copy(transfer) | Kind::Add(transfer) => {
            let other = |source: &TransferSource| matches!(source, TransferSource::Path(word) if is_other_file(&word.text, name));
            !transfer.sources.iter().all(other)
                || transfer.destination.text.ends_with(name)
                || matches!(instruction.kind, Kind::Add(_))
        }
        // Whatever a `RUN` fetches, unpacks or writes is beyond what can be told here.
        Kind::Run(_) => {
            let text = said(instruction);
            let makes = [
                "git ", "curl", "wget", "tar ", "unzip", "cp ", "mv ", "ln ", ">", "tee ", ".sh", "python",
                "make",
            ];
            text.contains(name) || makes.iter().any(|mark| text.contains(mark))
        }
        _ => false,
    }
}

/// Whether a source is certainly one file of another name: it has an ending, and no pattern or variable.
fn is_other_file(source: &str, name: &str) -> bool {
    let last = source.rsplit('/').next().unwrap_or_default();
    let ending = last.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && ending.len() <= 5);
    ending && last != name && !source.contains(['*', '?', '[', '$']) && last != ".."
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn files_that_come_too_late() {
        let check = |body: &str| format!("FROM python:3.12\nWORKDIR /app\n{body}\n");
        let found = fires(RULE, &[("Dockerfile", &check("RUN pip install -r requirements.txt\nCOPY . ."))]);
        assert_eq!(found[0].message, "`requirements.txt` is not in the image yet");
        fires(
            RULE,
            &[("Dockerfile", &check("COPY setup.py .\nRUN pip install --no-cache-dir -r requirements.txt"))],
        );
        for body in [
            "COPY requirements.txt .\nRUN pip install -r requirements.txt",
            "COPY . .\nRUN pip install -r requirements.txt",
            "COPY req* ./\nRUN pip install -r requirements.txt",
            "COPY deps/ .\nRUN pip install -r requirements.txt",
            "COPY other.txt requirements.txt\nRUN pip install -r requirements.txt",
            "RUN --mount=type=bind,target=/app pip install -r requirements.txt",
            "RUN echo flask > requirements.txt\nRUN pip install -r requirements.txt",
            "RUN echo flask > requirements.txt && pip install -r requirements.txt",
            "RUN git clone x .\nRUN pip install -r requirements.txt",
            "RUN pip install -r https://example.org/requirements.txt",
            "RUN pip install -r $FILE",
        ] {
            holds(RULE, &[("Dockerfile", &check(body))]);
        }
        holds(RULE, &[("Dockerfile", "FROM ours:1\nRUN pip install -r requirements.txt\n")]);
        holds(
            RULE,
            &[("Dockerfile", "FROM python:3 AS a\nCOPY . .\nFROM a\nRUN pip install -r requirements.txt\n")],
        );
    }
}
