//! Any text is read as a bake file, in both formats.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use testyard_project::bake;

fuzz_target!(|text: &str| {
    for name in ["docker-bake.hcl", "docker-bake.json"] {
        let file = bake::read(Path::new(name), text);
        for target in &file.targets {
            assert!(target.place.line > 0);
            let _ = file.settled(target);
        }
    }
});
