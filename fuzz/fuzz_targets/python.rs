//! Any bytes are collected as a test file and as its conftest file, whatever they are.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use testyard_python::{Changes, Settings, collect};

/// A project that is written anew for each input.
static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    let root = std::env::temp_dir().join(format!("testyard-fuzz-python-{}", std::process::id()));
    std::fs::create_dir_all(root.join("integration")).expect("a folder can be made");
    std::fs::write(root.join("integration/test_b.py"), "import test_a\ndef test_b(fixture): pass\n").expect("a file");
    root
});

fuzz_target!(|bytes: &[u8]| {
    let half = bytes.len() / 2;
    std::fs::write(ROOT.join("test_a.py"), bytes).expect("a file can be written");
    std::fs::write(ROOT.join("integration/conftest.py"), &bytes[half..]).expect("a file can be written");
    let mut settings = Settings::of(ROOT.clone());
    settings.changes = Some(Changes { files: vec!["test_a.py".to_owned()], ..Changes::default() });
    let collection = collect(&settings);
    for file in &collection.broken {
        assert!(collection.causes.iter().any(|cause| cause.id == file.cause));
    }
    assert!(collection.tests.iter().all(|test| test.line > 0));
});
