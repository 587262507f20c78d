//! Any text is read as a Dockerfile, and its words are expanded.

#![no_main]

use libfuzzer_sys::fuzz_target;
use testyard_project::dockerfile::{Scope, TransferSource, parse};

fuzz_target!(|text: &str| {
    let file = parse("Dockerfile", text);
    assert!(file.error.is_some() || file.is_foreign() || !file.stages.is_empty());
    for stage in file.stages.iter().take(16) {
        let scope = Scope::at(&file, stage, usize::MAX, None);
        for instruction in &stage.instructions {
            assert!(instruction.spot.line > 0 && instruction.spot.line <= instruction.last_line);
            for source in instruction.transfer().iter().flat_map(|transfer| &transfer.sources) {
                if let TransferSource::Path(word) = source {
                    let _ = scope.expand(word);
                }
            }
        }
    }
});
