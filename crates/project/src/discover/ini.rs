//! INI files with places, by the rules of the reader that pytest uses (iniconfig).
//!
//! A file that pytest would refuse is refused here with the same reason and its line.

/// A file, as far as it could be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ini {
    /// The sections in their order.
    pub(crate) sections: Vec<Section>,
}

/// One section.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// Its name.
    pub(crate) name: String,
    /// The line of its header, from 1.
    pub(crate) line: u32,
    /// Its keys in their order.
    pub(crate) keys: Vec<Key>,
}

/// One key with its value; continuation lines are joined with line breaks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Its line, from 1.
    pub(crate) line: u32,
}

/// Why a file cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct IniError {
    /// The line, from 1.
    pub(crate) line: u32,
    /// What is wrong.
    pub(crate) message: String,
}

impl Ini {
    /// The section of that name.
    pub(crate) fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }
}

impl Section {
    /// The value of a key.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.keys.iter().find(|key| key.name == name).map(|key| key.value.as_str())
    }
}

/// What one line is.
enum Line<'a> {
    Blank,
    Header(&'a str),
    Key(&'a str, &'a str),
    Continuation(&'a str),
}

/// Reads a text.
pub(crate) fn parse(text: &str) -> Result<Ini, IniError> {
    let mut ini = Ini::default();
    for (index, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = crate::source::count(index + 1);
        let wrong = |message: String| IniError { line, message };
        match classify(raw).map_err(wrong)? {
            Line::Blank => {}
            Line::Header(name) => {
                if ini.section(name).is_some() {
                    return Err(wrong(format!("duplicate section [{name}]")));
                }
                ini.sections.push(Section { name: name.to_owned(), line, keys: Vec::new() });
            }
            Line::Key(name, value) => {
                let Some(section) = ini.sections.last_mut() else {
                    return Err(wrong("a key before the first section".to_owned()));
                };
                if section.get(name).is_some() {
                    return Err(wrong(format!("duplicate key `{name}`")));
                }
                section.keys.push(Key { name: name.to_owned(), value: value.to_owned(), line });
            }
            Line::Continuation(more) => {
                let key = ini.sections.last_mut().and_then(|section| section.keys.last_mut());
                let Some(key) = key else {
                    return Err(wrong("an indented line that continues nothing".to_owned()));
                };
                key.value.push('\n');
                key.value.push_str(more);
            }
        }
    }
    Ok(ini)
}

fn classify(raw: &str) -> Result<Line<'_>, String> {
    let line = raw.trim_end();
    let content = line.trim_start();
    if content.is_empty() || content.starts_with(['#', ';']) {
        return Ok(Line::Blank);
    }
    if content.len() < line.len() {
        return Ok(Line::Continuation(content));
    }
    if let Some(header) = line.strip_prefix('[') {
        let header = header.split(['#', ';']).next().unwrap_or_default().trim_end();
        return match header.strip_suffix(']') {
            Some(name) => Ok(Line::Header(name)),
            None => Err(format!("a section header without its bracket: {line:?}")),
        };
    }
    // `key = value`; a colon counts when there is no equals sign, or one stands before it.
    let split = match line.split_once('=') {
        Some((name, value)) if !name.contains(':') => Some((name, value)),
        _ => line.split_once(':'),
    };
    let (name, value) = split.ok_or_else(|| format!("neither a section nor a key: {line:?}"))?;
    Ok(Line::Key(name.trim(), value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_keys_and_continuations() {
        let text = "# c\n[pytest]\naddopts = -q\n  --strict\n; c\ntestpaths: a b\nurl = a:b=c\n\n[tox] # x\n";
        let ini = parse(text).expect("readable");
        let section = ini.section("pytest").expect("there");
        assert_eq!(section.line, 2);
        assert_eq!(section.get("addopts"), Some("-q\n--strict"));
        assert_eq!(section.get("testpaths"), Some("a b"));
        assert_eq!(section.get("url"), Some("a:b=c"));
        assert_eq!(section.keys[1].line, 6);
        assert!(ini.section("tox").is_some());
    }

    #[test]
    fn what_pytest_refuses_is_refused() {
        let check = |text: &str, line: u32, message: &str| {
            assert_eq!(parse(text), Err(IniError { line, message: message.to_owned() }), "{text}");
        };
        check("a = 1\n", 1, "a key before the first section");
        check("[a\n", 1, "a section header without its bracket: \"[a\"");
        check("[a]\nnonsense\n", 2, "neither a section nor a key: \"nonsense\"");
        check("[a]\nb=1\nb=2\n", 3, "duplicate key `b`");
        check("[a]\n[a]\n", 2, "duplicate section [a]");
        check("[a]\n  b\n", 2, "an indented line that continues nothing");
        assert!(parse("[a]\nb = 1\n  c = 2\n").is_ok());
    }

    proptest::proptest! {
        /// No text makes the reader panic, and what it refuses has a line of the text.
        #[test]
        fn any_text_is_read(text in "[a-z=:\\[\\]#; \t\n]{0,200}") {
            if let Err(error) = parse(&text) {
                proptest::prop_assert!(error.line as usize <= text.lines().count(), "{error:?}");
            }
        }
    }
}
