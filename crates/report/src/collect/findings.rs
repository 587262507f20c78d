//! What is wrong with a collection as findings, for the formats that know only those.

use testyard_model::collection::{BrokenFile, CauseKind, CollectionCause};
use testyard_model::{Collection, Finding, Inspection, Place};

use crate::check::Described;

/// The code and the title of each kind of cause.
const CODES: [(CauseKind, &str, &str); 11] = [
    (CauseKind::MissingPackage, "TY-CL001", "a package is not installed"),
    (CauseKind::MissingModule, "TY-CL002", "a module is not there"),
    (CauseKind::MissingName, "TY-CL003", "a module has no such name"),
    (CauseKind::Exit, "TY-CL004", "importing a file ends the process"),
    (CauseKind::Syntax, "TY-CL005", "a file is no Python"),
    (CauseKind::ImportCycle, "TY-CL006", "a circle of imports breaks"),
    (CauseKind::DoubledModule, "TY-CL007", "two test files have the same module name"),
    (CauseKind::Configuration, "TY-CL008", "pytest does not start with its configuration"),
    (CauseKind::MissingPlugin, "TY-CL009", "a plugin of pytest is not installed"),
    (CauseKind::MissingFixture, "TY-CL010", "nothing defines a fixture"),
    (CauseKind::SideEffect, "TY-CL011", "importing a file needs something that runs"),
];

/// The findings of a collection: one for each file that cannot be imported, test that cannot run, or file at risk.
pub fn findings(collection: &Collection) -> Inspection {
    let of_files = collection.broken.iter().chain(&collection.at_risk).filter_map(|file| {
        let cause = cause(collection, &file.cause)?;
        Some(finding(cause, place(file), &file.message))
    });
    let of_tests = collection.unrunnable.iter().filter_map(|test| {
        let cause = cause(collection, &test.cause)?;
        let message = format!("{} cannot run: {}", test.id, cause.message);
        Some(finding(cause, Place::at(&test.path, test.line, 0), &message))
    });
    let mut inspection = Inspection { findings: of_files.chain(of_tests).collect(), ..Inspection::default() };
    inspection.settle();
    inspection
}

/// Every code that these findings can have.
pub fn described() -> Vec<Described> {
    let described = CODES.iter().map(|(kind, code, title)| Described {
        code: (*code).to_owned(),
        title: (*title).to_owned(),
        severity: Some(kind.severity()),
        page: format!(
            "{title}. `testyard collect` says it from the files alone, with the imports that lead there."
        ),
    });
    described.collect()
}

fn cause<'c>(collection: &'c Collection, id: &str) -> Option<&'c CollectionCause> {
    collection.causes.iter().find(|cause| cause.id == id)
}

/// Where a file fails: the end of the imports that lead there.
fn place(file: &BrokenFile) -> Place {
    match file.chain.last() {
        Some(link) => Place::at(&link.path, link.line, 0),
        None => Place::file(&file.path),
    }
}

fn finding(cause: &CollectionCause, place: Place, message: &str) -> Finding {
    let code = CODES.iter().find(|(kind, ..)| *kind == cause.kind).map_or("TY-CL000", |(_, code, _)| *code);
    Finding::new(code, cause.severity, place, message).help(&cause.fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::tests::collection;

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        let mut codes: Vec<&str> = CODES.iter().map(|(_, code, _)| *code).collect();
        codes.dedup();
        assert_eq!(codes.len(), CODES.len());
    }

    #[test]
    fn a_finding_stands_where_the_import_fails() {
        let inspection = findings(&collection());
        assert_eq!(inspection.summary.errors, 1);
        let finding = &inspection.findings[0];
        assert_eq!((finding.code.as_str(), finding.place.to_string().as_str()), ("TY-CL001", "app/db.py:4"));
        assert_eq!(finding.help.as_deref(), Some("add `psycopg` to requirements.txt"));
    }
}
