//! CI workflows, broken.

use super::lines::each_line;
use super::{Files, Mutant};

fn is_workflow(path: &str) -> bool {
    path.starts_with(".github/workflows/")
}

/// A word of a workflow, what stands there instead, and what then must be found.
const WORDS: [(&str, &str, &[&str]); 6] = [
    ("Dockerfile.api", "Dockerfile.gone", &["TY-XA002"]),
    ("Dockerfile.worker", "Dockerfile.gone", &["TY-XA002"]),
    ("--target api", "--target gone", &["TY-XA003"]),
    ("docker-compose.yml", "docker-compose.gone.yml", &["TY-XA004"]),
    ("up -d queue", "up -d gone", &["TY-XA005"]),
    ("scripts/start.sh", "scripts/gone.sh", &["TY-XA006"]),
];

pub(super) fn mutants(files: &Files) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (word, instead, codes) in WORDS {
        let what = format!("`{word}` is misspelled");
        all.extend(each_line(files, is_workflow, &what, codes, |line| {
            line.contains(word).then(|| line.replace(word, instead))
        }));
    }
    all.extend(run_bits(files));
    all
}

/// Takes the run bit of every script that a workflow calls.
fn run_bits(files: &Files) -> Vec<Mutant> {
    let workflows: Vec<&String> =
        files.iter().filter(|(path, _)| is_workflow(path)).map(|(_, text)| text).collect();
    let called = |path: &str| workflows.iter().any(|text| text.contains(&format!("./{path}")));
    let scripts = files.iter().filter_map(|(path, text)| Some((path, path.strip_suffix('*')?, text)));
    let scripts = scripts.filter(|(_, plain, _)| called(plain));
    scripts
        .map(|(path, plain, text)| {
            let mut files = files.clone();
            files.remove(path);
            files.insert(plain.to_owned(), text.clone());
            Mutant { what: format!("{plain} is not executable"), codes: &["TY-XA007"], files }
        })
        .collect()
}
