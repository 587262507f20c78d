//! One line of a journal: JSON with a checksum over the rest of the line in front.
//!
//! `{"crc":"1a2b3c4d","number":7,"at_ms":412,"event":{…}}`. The checksum (CRC-32 of everything after its own comma)
//! tells a torn or altered line from a whole one without parsing it twice.

use serde::{Deserialize, Serialize};
use testyard_model::Record;

/// What every line starts with, up to the checksum's digits.
const OPENING: &str = "{\"crc\":\"";
/// The opening, eight hexadecimal digits, a quote and a comma.
const PREFIX: usize = OPENING.len() + 8 + 2;

/// The first line of a journal: which format the rest is written in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// See [`testyard_model::FORMAT`].
    pub(crate) format: u32,
}

/// A line holding this value, with its line end.
pub(crate) fn encode(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(seal(&serde_json::to_string(value)?))
}

/// A line from the text of a JSON object.
pub(crate) fn seal(object: &str) -> String {
    let rest = &object[1..];
    format!("{OPENING}{:08x}\",{rest}\n", crc32fast::hash(rest.as_bytes()))
}

/// The JSON of a whole line, or what is wrong with it.
fn open(line: &str) -> Result<&str, String> {
    let rest = line.get(PREFIX..).filter(|_| line.starts_with(OPENING)).ok_or("not a journal line")?;
    let written = &line[OPENING.len()..OPENING.len() + 8];
    let found = format!("{:08x}", crc32fast::hash(rest.as_bytes()));
    if written == found { Ok(rest) } else { Err(format!("checksum {written}, but the line has {found}")) }
}

/// Reads the first line.
pub(crate) fn decode_head(line: &str) -> Result<Head, String> {
    decode(line)
}

/// Reads any other line.
pub(crate) fn decode_record(line: &str) -> Result<Record, String> {
    decode(line)
}

fn decode<T: for<'a> Deserialize<'a>>(line: &str) -> Result<T, String> {
    let rest = open(line)?;
    serde_json::from_str(&format!("{{{rest}")).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use testyard_model::{Event, Phase};

    use super::*;

    fn record() -> Record {
        Record { number: 7, at_ms: 412, event: Event::PhaseStarted { phase: Phase::Services } }
    }

    #[test]
    fn a_line_comes_back_as_it_was() {
        let line = encode(&record()).unwrap();
        assert!(line.ends_with('\n'));
        assert_eq!(decode_record(line.trim_end()).unwrap(), record());
    }

    #[test]
    fn an_altered_or_torn_line_is_told() {
        let line = encode(&record()).unwrap();
        assert!(decode_record(&line.trim_end().replace("412", "413")).unwrap_err().contains("checksum"));
        for end in 0..line.len() - 1 {
            assert!(decode_record(&line[..end]).is_err(), "the first {end} bytes passed for a line");
        }
    }
}
