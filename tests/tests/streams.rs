//! What becomes of a run whose words nobody reads: it goes to its end all the same.

use std::fs::File;
use std::process::Stdio;

use testyard_tests::{Project, assert_nothing_left};

/// A project without services that ends in `failed` at once.
fn quick() -> Project {
    Project::of(&[("testyard.toml", "[[suite]]\nname = \"all\"\ncommand = \"false\"\n")])
}

#[test]
fn a_reader_that_went_away_does_not_end_a_run() {
    let project = quick();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = project.command(&["run"]);
    let status = command.stdout(writer.try_clone().unwrap()).stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(1));
    project.testyard(&["status"]).ended(0, "verdict=failed");
    assert_nothing_left(&project.latest().unwrap());
}

#[test]
fn a_full_disk_behind_the_output_does_not_change_the_verdict() {
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    if !std::path::Path::new("/dev/full").exists() {
        eprintln!("skipped: there is no /dev/full here");
        return;
    }
    let project = quick();
    let status = project.command(&["run"]).stdout(full()).stderr(full()).status().unwrap();
    assert_eq!(status.code(), Some(1));
    let output = project.command(&["run", "--format", "json"]).stdout(full()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("standard output could not be written"), "{said}");
    assert!(said.trim_end().ends_with("exit=1"), "{said}");
}
