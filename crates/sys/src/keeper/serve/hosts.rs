//! What stands in the private `/etc/hosts` and, where needed, `/etc/nsswitch.conf`. Only text; mounting is elsewhere.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::keeper::HostEntry;

/// The machine's names with these in front. A name that is given here no longer has the machine's addresses.
pub(super) fn file(entries: &[HostEntry], machine: &str) -> String {
    let ours: BTreeSet<&str> = entries.iter().flat_map(|entry| &entry.names).map(String::as_str).collect();
    let mut text = String::new();
    for entry in entries.iter().filter(|entry| !entry.names.is_empty()) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} {}", entry.ip, entry.names.join(" "));
    }
    for line in machine.lines().filter_map(|line| without(line, &ours)) {
        let _ = writeln!(text, "{line}");
    }
    if !ours.contains("localhost") && !has_name(machine, "localhost") {
        text.push_str("127.0.0.1 localhost\n::1 localhost\n");
    }
    text
}

/// A line of the machine's file without these names; nothing when no name is left, or when it is a comment.
fn without(line: &str, names: &BTreeSet<&str>) -> Option<String> {
    let mut words = line.split('#').next()?.split_whitespace();
    let address = words.next()?;
    let kept: Vec<&str> = words.filter(|name| !names.contains(name)).collect();
    (!kept.is_empty()).then(|| format!("{address} {}", kept.join(" ")))
}

fn has_name(hosts: &str, name: &str) -> bool {
    let uncommented = hosts.lines().filter_map(|line| line.split('#').next());
    uncommented.flat_map(|line| line.split_whitespace().skip(1)).any(|word| word == name)
}

/// The machine's `nsswitch.conf` with `files` as the first source of host names, where something else comes first:
/// systemd-resolved, asked first, reads its own `/etc/hosts` and answers that our names do not exist.
pub(super) fn files_first(nsswitch: &str) -> Option<String> {
    let mut changed = false;
    let lines = nsswitch.lines().map(|line| match line.trim_start().strip_prefix("hosts:") {
        Some(sources) if sources.split_whitespace().next() != Some("files") => {
            changed = true;
            let others = sources.split_whitespace().filter(|source| *source != "files");
            format!("hosts: files {}", others.collect::<Vec<_>>().join(" "))
        }
        _ => line.to_owned(),
    });
    let text = lines.collect::<Vec<_>>().join("\n") + "\n";
    changed.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(ip: &str, names: &[&str]) -> HostEntry {
        HostEntry { ip: ip.parse().unwrap(), names: names.iter().map(|&name| name.to_owned()).collect() }
    }

    #[test]
    fn our_names_win_and_the_others_stay() {
        let check = |entries: &[HostEntry], machine: &str, expected: &str| {
            assert_eq!(file(entries, machine), expected);
        };
        let local = "127.0.0.1 localhost # always\n\n# comment\n";
        check(&[], local, "127.0.0.1 localhost\n");
        check(
            &[entry("127.64.0.2", &["db", "postgres"])],
            &format!("{local}10.0.0.1 db\n10.0.0.2 db other\n"),
            "127.64.0.2 db postgres\n127.0.0.1 localhost\n10.0.0.2 other\n",
        );
        check(&[entry("::1", &[])], "", "127.0.0.1 localhost\n::1 localhost\n");
    }

    #[test]
    fn files_come_first() {
        let check = |hosts: &str, expected: Option<&str>| {
            let text = format!("passwd: files\n{hosts}\n");
            let expected = expected.map(|hosts| format!("passwd: files\n{hosts}\n"));
            assert_eq!(files_first(&text), expected);
        };
        check("hosts: files dns", None);
        check("hosts:   files mdns4_minimal [NOTFOUND=return] dns", None);
        check(
            "hosts: mymachines resolve [!UNAVAIL=return] files dns",
            Some("hosts: files mymachines resolve [!UNAVAIL=return] dns"),
        );
        check("networks: dns", None);
    }
}
