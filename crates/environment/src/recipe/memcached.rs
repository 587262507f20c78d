//! memcached.
//!
//! The image reads no variables of its own; its command is `memcached` with flags, or flags alone.

use testyard_model::{Fidelity, Ledger, Provision, plan::ServicePlan};

use super::asked::Asked;
use super::{Launch, Recipe, Server, Site, arguments};
use crate::Refusal;
use crate::probe::{self, Probe};

/// memcached's own port.
const PORT: u16 = 11211;

/// Short flags that have a value (`getopt` also takes it without a space).
const WITH_VALUE: &str = "psUmcluaPftnDRbBIeYoN";

/// Long flags that have a value, with the short one they stand for.
const LONG: [(&str, char); 23] = [
    ("port", 'p'),
    ("unix-socket", 's'),
    ("udp-port", 'U'),
    ("memory-limit", 'm'),
    ("conn-limit", 'c'),
    ("listen", 'l'),
    ("user", 'u'),
    ("unix-mask", 'a'),
    ("pidfile", 'P'),
    ("slab-growth-factor", 'f'),
    ("threads", 't'),
    ("slab-min-size", 'n'),
    ("napi-ids", 'N'),
    ("max-reqs-per-event", 'R'),
    ("listen-backlog", 'b'),
    ("protocol", 'B'),
    ("max-item-size", 'I'),
    ("auth-file", 'Y'),
    ("memory-file", 'e'),
    ("extended", 'o'),
    ("enable-sasl", 'S'),
    ("enable-ssl", 'Z'),
    ("daemon", 'd'),
];

/// The recipe.
pub(super) struct Memcached;

impl Recipe for Memcached {
    fn settle(
        &self,
        service: &ServicePlan,
        _provision: &Provision,
        ledger: &mut Ledger,
    ) -> Result<Box<dyn Server>, Refusal> {
        let words = arguments::of(service, &["memcached"])?;
        let mut asked = Asked::new(service, ledger);
        let mut settings = Settings { port: PORT, udp: 0, sasl: false, tls: false, flags: Vec::new() };
        for flag in Flag::read(words) {
            settings.take(flag, &mut asked)?;
        }
        asked.finish();
        Ok(Box::new(settings))
    }
}

/// One flag as written, by its short name.
#[derive(Debug, PartialEq, Eq)]
struct Flag {
    /// Its short name; none for a long flag that has none, or a word that is no flag.
    short: Option<char>,
    /// As written, without its value.
    written: String,
    value: Option<String>,
}

impl Flag {
    /// Reads `-m 64`, `-m64`, `-vv`, `--memory-limit=64` and `--memory-limit 64`.
    fn read(words: Vec<String>) -> Vec<Flag> {
        let mut flags = Vec::new();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            if let Some(long) = word.strip_prefix("--") {
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (name, Some(value.to_owned())),
                    None => (long, None),
                };
                let short = LONG.iter().find(|(known, _)| *known == name).map(|(_, short)| *short);
                let wants = short.is_some_and(|short| WITH_VALUE.contains(short));
                let value = value.or_else(|| wants.then(|| words.next()).flatten());
                flags.push(Flag { short, written: format!("--{name}"), value });
            } else if let Some(shorts) = word.strip_prefix('-').filter(|shorts| !shorts.is_empty()) {
                Flag::read_shorts(shorts, &mut words, &mut flags);
            } else {
                flags.push(Flag { short: None, written: word, value: None });
            }
        }
        flags
    }

    /// `vv`, `m64`, and `vm` whose value is the next word.
    fn read_shorts(shorts: &str, words: &mut impl Iterator<Item = String>, flags: &mut Vec<Flag>) {
        for (at, short) in shorts.char_indices() {
            let written = format!("-{short}");
            if !WITH_VALUE.contains(short) {
                flags.push(Flag { short: Some(short), written, value: None });
                continue;
            }
            let rest = &shorts[at + short.len_utf8()..];
            let value = if rest.is_empty() { words.next() } else { Some(rest.to_owned()) };
            flags.push(Flag { short: Some(short), written, value });
            return;
        }
    }
}

/// What was asked for.
struct Settings {
    port: u16,
    /// The port for UDP; 0 for none, which is the default.
    udp: u16,
    sasl: bool,
    tls: bool,
    /// Every other flag, passed on.
    flags: Vec<String>,
}

impl Settings {
    fn take(&mut self, flag: Flag, asked: &mut Asked<'_>) -> Result<(), Refusal> {
        let Flag { short, written, value } = flag;
        let what = format!("command {written}");
        let text = value.as_deref().unwrap_or_default();
        let ours = match short {
            Some('l') => Some("it listens on the service's own address"),
            Some('u') => Some("it runs as an ordinary user without a name"),
            Some('d' | 'P') => Some("it is supervised in the foreground"),
            _ => None,
        };
        if let Some(why) = ours {
            asked.ledger().note(what, Fidelity::Emulated, why);
            return Ok(());
        }
        match short {
            Some('p') => self.port = arguments::port(&written, text)?,
            Some('U') => self.udp = if text == "0" { 0 } else { arguments::port(&written, text)? },
            Some('s') => {
                return Err(Refusal::new(format!(
                    "{written} {text} makes it listen on a socket that tests cannot see"
                ))
                .help("let it listen on a port"));
            }
            Some('S') => {
                self.sasl = true;
                let detail = "passed on; the accounts are those of SASL's own configuration on this machine";
                asked.ledger().note(what, Fidelity::Emulated, detail);
                self.flags.push(written);
                return Ok(());
            }
            _ => {
                self.tls |= short == Some('Z');
                self.flags.push(written);
                self.flags.extend(value.as_deref().map(|value| asked.translate(value)));
            }
        }
        asked.ledger().note(what, Fidelity::Honoured, value.unwrap_or_else(|| "passed on".to_owned()));
        Ok(())
    }
}

impl Server for Settings {
    fn ports(&self) -> Vec<u16> {
        vec![self.port]
    }

    fn launch(&self, site: &Site) -> Launch {
        let mut arguments = self.flags.clone();
        // UDP shares the number of the port when both are the same, so it moves along with it.
        let udp = if self.udp == self.port { site.port(self.port) } else { self.udp };
        arguments.extend(["-l".to_owned(), site.ip.to_string()]);
        arguments.extend([
            "-p".to_owned(),
            site.port(self.port).to_string(),
            "-U".to_owned(),
            udp.to_string(),
        ]);
        Launch::at(site, "memcached").arguments(arguments).not_root()
    }

    fn probe(&self) -> Box<dyn Probe> {
        if self.tls {
            return Box::new(probe::Tcp);
        }
        Box::new(probe::Memcached { binary: self.sasl })
    }
}

#[cfg(test)]
mod tests {
    use testyard_model::Product;

    use super::super::testing::{how, service, settled, site};
    use super::*;

    fn launched(command: &[&str]) -> Result<(String, Ledger), Refusal> {
        let service = service("memcached:1.6", &[], command);
        let (server, ledger) = settled(&Memcached, &service, "1.6.18")?;
        let launch = server.launch(&site(&service, Product::Memcached, "1.6.18"));
        Ok((launch.arguments.join(" "), ledger))
    }

    #[test]
    fn flags_in_every_spelling() {
        let check = |command: &[&str], expected: &str| {
            let (arguments, _) = launched(command).unwrap();
            assert_eq!(arguments, expected, "{command:?}");
        };
        check(&[], "-l 127.3.2.1 -p 11211 -U 0");
        check(&["-m", "64", "-c2048"], "-m 64 -c 2048 -l 127.3.2.1 -p 11211 -U 0");
        check(&["memcached", "-vvm", "128"], "-v -v -m 128 -l 127.3.2.1 -p 11211 -U 0");
        check(&["--memory-limit=64", "--port", "11222"], "--memory-limit 64 -l 127.3.2.1 -p 11222 -U 0");
        check(
            &["-p", "11300", "-U", "11300", "-l", "0.0.0.0", "-u", "root"],
            "-l 127.3.2.1 -p 11300 -U 11300",
        );
        check(&["-o", "modern", "--disable-cas"], "-o modern --disable-cas -l 127.3.2.1 -p 11211 -U 0");
    }

    #[test]
    fn what_the_ledger_says() {
        let (arguments, ledger) = launched(&["-S", "-l", "::", "-m", "8"]).unwrap();
        assert!(arguments.starts_with("-S -m 8"), "{arguments}");
        assert_eq!(how(&ledger, "command -S"), Some(Fidelity::Emulated));
        assert_eq!(how(&ledger, "command -l"), Some(Fidelity::Emulated));
        assert_eq!(how(&ledger, "command -m"), Some(Fidelity::Honoured));
    }

    #[test]
    fn a_server_nobody_could_reach_is_refused() {
        for command in [&["-s", "/tmp/m.sock"][..], &["-p", "0"], &["-p"]] {
            assert!(launched(command).is_err(), "{command:?}");
        }
    }
}
