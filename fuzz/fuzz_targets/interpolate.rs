//! Any text is interpolated and read as a file of variables.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use testyard_project::compose::{dotenv, interpolate::interpolate};

fuzz_target!(|text: &str| {
    let variables = BTreeMap::from([("A".to_owned(), "$value".to_owned()), ("EMPTY".to_owned(), String::new())]);
    let done = interpolate(text, &variables);
    if !text.contains('$') {
        assert_eq!(done.text, text);
    }
    let dollars = text.bytes().filter(|byte| *byte == b'$').count();
    assert!(done.remarks.iter().all(|remark| remark.dollar < dollars), "{:?}", done.remarks);
    assert_eq!(interpolate(&text.replace('$', "$$"), &variables).text, text);

    let read = dotenv::parse(text, &|name| variables.get(name).cloned());
    let lines = u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX).saturating_add(1);
    assert!(read.remarks.iter().all(|remark| (1..=lines).contains(&remark.line)), "{:?}", read.remarks);
    dotenv::parse_raw(text);
});
