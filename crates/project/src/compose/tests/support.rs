//! Reading texts in tests.

use std::collections::BTreeMap;

use testyard_model::{Finding, Severity};

use crate::compose::{ComposeProject, Service, parse_files};

/// A project made of files under `/project`. The first ones up to the given number are merged.
pub(super) struct Project<'a> {
    files: Vec<(&'a str, &'a str)>,
    named: Vec<&'a str>,
    variables: BTreeMap<String, String>,
}

impl<'a> Project<'a> {
    /// A project of one compose file.
    pub(super) fn new(text: &'a str) -> Project<'a> {
        Project {
            files: vec![("compose.yaml", text)],
            named: vec!["compose.yaml"],
            variables: BTreeMap::new(),
        }
    }

    /// With a file that is merged over the others.
    pub(super) fn over(mut self, name: &'a str, text: &'a str) -> Project<'a> {
        self.files.push((name, text));
        self.named.push(name);
        self
    }

    /// With a file beside the others.
    pub(super) fn beside(mut self, name: &'a str, text: &'a str) -> Project<'a> {
        self.files.push((name, text));
        self
    }

    /// With a variable of the process environment.
    pub(super) fn set(mut self, name: &str, value: &str) -> Project<'a> {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// What is read, whatever is wrong.
    pub(super) fn read(&self) -> (ComposeProject, Vec<Finding>) {
        parse_files(&self.files, &self.named, &self.variables)
    }

    /// What is read. Nothing may be wrong.
    pub(super) fn clean(&self) -> ComposeProject {
        let (project, findings) = self.read();
        assert_eq!(shown(&findings), Vec::<String>::new());
        project
    }

    /// The findings, one line each: severity, code, place, message.
    pub(super) fn findings(&self) -> Vec<String> {
        shown(&self.read().1)
    }
}

/// Findings in lines.
pub(super) fn shown(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| {
            format!("{} {} {}: {}", finding.severity.word(), finding.code, finding.place, finding.message)
        })
        .collect()
}

/// The one service `a` of a compose file in which nothing is wrong.
pub(super) fn service(body: &str) -> Service {
    let text = wrap(body);
    let project = Project::new(&text).clean();
    project.service("a").cloned().unwrap_or_else(|| panic!("no service in {text}"))
}

/// The service `a` of a compose file, whatever is wrong, and what is.
pub(super) fn broken(body: &str) -> (Service, Vec<String>) {
    let text = wrap(body);
    let (project, findings) = Project::new(&text).read();
    (project.service("a").cloned().unwrap_or_else(|| panic!("no service in {text}")), shown(&findings))
}

/// Whether any finding is an error.
pub(super) fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

/// The keys of a service `a` as a compose file. Everything that a body may refer to is defined.
fn wrap(body: &str) -> String {
    let body: Vec<String> = body.lines().map(|line| format!("    {line}")).collect();
    let image = if body.iter().any(|line| line.starts_with("    image") || line.starts_with("    build")) {
        ""
    } else {
        "    image: i\n"
    };
    format!(
        "services:\n  a:\n{image}{}\n  b: {{image: i}}\n  c: {{image: i}}\nvolumes: {{data: , other: }}\n\
         networks: {{front: , back: }}\nsecrets: {{s: {{file: ./s.txt}}}}\nconfigs: {{k: {{content: x}}}}\n",
        body.join("\n")
    )
}
