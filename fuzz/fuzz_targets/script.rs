//! Shell scripts: whatever stands in them, the reader comes back.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let script = testyard_project::script::read(text);
    for at in 0..script.commands.len() {
        script.options_at(at);
    }
});
