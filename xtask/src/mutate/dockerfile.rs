//! Dockerfiles and their contexts, broken.

use super::lines::each_line;
use super::{Files, Mutant};

fn is_dockerfile(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with("Dockerfile"))
}

pub(super) fn mutants(files: &Files) -> Vec<Mutant> {
    let mut all = sources(files);
    let mut add = |what: &str, codes, change: &dyn Fn(&str) -> Option<String>| {
        all.extend(each_line(files, is_dockerfile, what, codes, change));
    };
    add("a source is misspelled", &["TY-CX001", "TY-CX003"], &|line| {
        let (source, rest) = copied(line).filter(|(source, _)| !source.contains('*'))?;
        Some(format!("COPY {source}-gone {rest}"))
    });
    add("the folder before a wildcard is misspelled", &["TY-CX003"], &|line| {
        let (folder, rest) = line.strip_prefix("COPY ")?.split_once("/*")?;
        Some(format!("COPY {folder}-gone/*{rest}"))
    });
    add("a wildcard matches nothing", &["TY-CX004"], &|line| {
        let (source, rest) = copied(line).filter(|(source, _)| source.contains('*'))?;
        Some(format!("COPY {source}-gone {rest}"))
    });
    add("a secret stands in the image", &["TY-DF009"], &|line| {
        line.starts_with("WORKDIR ").then(|| format!("{line}\nENV DB_PASSWORD=hunter2-5kq"))
    });
    add("package lists grow old", &["TY-DF011"], &|line| {
        let debian = line.starts_with("FROM ") && line.contains("-slim");
        debian.then(|| format!("{line}\nRUN apt-get update\nRUN apt-get install -y curl"))
    });
    add("a package manager asks", &["TY-DF012"], &|line| {
        let debian = line.starts_with("FROM ") && line.contains("-slim");
        debian.then(|| format!("{line}\nRUN apt-get update && apt-get install curl"))
    });
    add("a source leads out of the context", &["TY-CX007"], &|line| {
        let (source, rest) = copied(line)?;
        Some(format!("COPY ../{source} {rest}"))
    });
    add("a stage is misspelled", &["TY-DF002"], &|line| {
        let (start, rest) = line.split_once("--from=")?;
        let (stage, rest) = rest.split_once(' ')?;
        Some(format!("{start}--from={stage}x {rest}"))
    });
    add("an image has no tag", &["TY-DF004"], &|line| {
        let (start, rest) = line.strip_prefix("FROM ").and_then(|image| image.split_once(':'))?;
        Some(format!("FROM {start} {}", rest.split_once(' ').map_or("", |(_, rest)| rest)))
    });
    add("an image is the latest", &["TY-DF004"], &|line| {
        let (start, rest) = line.strip_prefix("FROM ").and_then(|image| image.split_once(':'))?;
        Some(format!("FROM {start}:latest {}", rest.split_once(' ').map_or("", |(_, rest)| rest)))
    });
    add("an instruction is misspelled", &["TY-DF001"], &|line| {
        let (word, rest) = line.split_once(' ')?;
        let known = ["FROM", "COPY", "RUN", "WORKDIR", "ENV", "ARG", "CMD", "USER", "EXPOSE"].contains(&word);
        known.then(|| format!("{word}X {rest}"))
    });
    add("a COPY has no destination", &["TY-DF001"], &|line| {
        let (source, _) = copied(line)?;
        Some(format!("COPY {source}"))
    });
    add("a folder to work in starts nowhere", &["TY-DF007"], &|line| {
        line.strip_prefix("WORKDIR /").map(|rest| format!("WORKDIR {rest}"))
    });
    all
}

/// The only source of a COPY from the context, and what follows it.
fn copied(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("COPY ")?;
    let (source, destination) = rest.split_once(' ')?;
    (!source.starts_with("--") && source != "." && !destination.contains(' '))
        .then_some((source, destination))
}

/// Takes every copied file or folder away, and leaves every one out by an ignore file.
fn sources(files: &Files) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| is_dockerfile(path)) {
        for (source, _) in text.lines().filter_map(copied) {
            let source = source.trim_start_matches("./").trim_end_matches('/');
            if source.contains('*') {
                continue;
            }
            let below = format!("{source}/");
            let mut gone = files.clone();
            gone.retain(|path, _| path.trim_end_matches('*') != source && !path.starts_with(&below));
            let codes: &[&str] = &["TY-CX001", "TY-CX003"];
            mutants.push(Mutant { what: format!("{path}: `{source}` is taken away"), codes, files: gone });
            for pattern in
                [source.to_owned(), format!("/{source}"), format!("**/{source}"), format!("{source}/")]
            {
                let mut ignored = files.clone();
                let own = ignored.entry(".dockerignore".to_owned()).or_default();
                own.push_str(&format!("\n{pattern}\n"));
                let what = format!("{path}: `{pattern}` is ignored");
                mutants.push(Mutant { what, codes: &["TY-CX002"], files: ignored });
            }
        }
    }
    mutants
}
