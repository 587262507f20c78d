//! Paths, arguments and variables: bytes that are nearly always, but need not be, Unicode.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Text of the operating system: a JSON string where it is Unicode, else an array of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::keeper) struct Text(pub(in crate::keeper) OsString);

impl Text {
    pub(in crate::keeper) fn path(&self) -> &Path {
        Path::new(&self.0)
    }
}

impl<T: AsRef<OsStr> + ?Sized> From<&T> for Text {
    fn from(text: &T) -> Self {
        Text(text.as_ref().to_owned())
    }
}

impl From<Text> for PathBuf {
    fn from(text: Text) -> Self {
        text.0.into()
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.to_str() {
            Some(text) => serializer.serialize_str(text),
            None => self.0.as_bytes().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Unicode(String),
            Bytes(Vec<u8>),
        }
        Ok(Text(match Form::deserialize(deserializer)? {
            Form::Unicode(text) => text.into(),
            Form::Bytes(bytes) => OsString::from_vec(bytes),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_survive() {
        for (bytes, json) in
            [(&b"/tmp/x"[..], "\"/tmp/x\""), (&b"\xff\x00a"[..], "[255,0,97]"), (&b""[..], "\"\"")]
        {
            let text = Text(OsString::from_vec(bytes.to_vec()));
            assert_eq!(serde_json::to_string(&text).unwrap(), json);
            assert_eq!(serde_json::from_str::<Text>(json).unwrap(), text);
        }
    }
}
