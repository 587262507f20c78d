//! `/proc/<pid>/stat`: one line of numbers around a name that may hold anything.

/// A process, as its `stat` line describes it (see proc_pid_stat(5)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: i32,
    /// The name of its program, cut after 15 bytes by the kernel.
    pub name: String,
    /// `R` running, `S` sleeping, `D` in the kernel, `Z` ended but not waited for, `T` stopped, and rarer ones.
    pub state: char,
    /// Its parent's number.
    pub parent: i32,
    /// Its process group.
    pub group: i32,
    /// Its session.
    pub session: i32,
    /// When it started, in clock ticks since the machine did.
    pub start_ticks: u64,
}

impl Process {
    /// It has ended and only waits for its parent to notice.
    pub fn has_ended(&self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }
}

/// Field 22 of the line, counted from the state, which is field 3.
const START_FIELD: usize = 22 - 3;

pub(super) fn parse(line: &[u8]) -> Option<Process> {
    // The name stands in parentheses and may itself contain any: the last one closes it.
    let open = line.iter().position(|byte| *byte == b'(')?;
    let close = line.iter().rposition(|byte| *byte == b')')?;
    let fields = std::str::from_utf8(line.get(close + 1..)?).ok()?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    Some(Process {
        pid: std::str::from_utf8(&line[..open]).ok()?.trim().parse().ok()?,
        name: String::from_utf8_lossy(line.get(open + 1..close)?).into_owned(),
        state: fields.first()?.chars().next()?,
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
        start_ticks: fields.get(START_FIELD)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_hold_anything() {
        let rest = "S 1 42 43 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 2";
        for name in ["sleep", "a b", "((x)) (y", ") S 1 (", ""] {
            let parsed = parse(format!("77 ({name}) {rest}").as_bytes()).unwrap();
            assert_eq!((parsed.pid, parsed.name.as_str(), parsed.parent), (77, name, 1));
            assert_eq!((parsed.group, parsed.session, parsed.start_ticks), (42, 43, 98765));
            assert!(!parsed.has_ended());
        }
    }

    #[test]
    fn broken_lines_are_nothing() {
        for line in ["", "77", "77 (x", ")(", "77 (x) S 1", "x (x) S 1 2 3 4 5"] {
            assert_eq!(parse(line.as_bytes()), None, "{line}");
        }
    }
}
