//! The commands that a health check runs, for telling whether they ask the real server.

use testyard_model::Place;
use testyard_model::image;
use testyard_model::product::Product;
use testyard_project::commandline::{self, Command, Origin, Word};
use testyard_project::compose::Service;
use testyard_project::compose::service::HealthTest;

/// The product that a service's image stands for.
pub(super) fn product(service: &Service) -> Option<Product> {
    service.image.as_deref().and_then(image::want).map(|want| want.product)
}

/// Where the test of a service's health check stands.
pub(super) fn place(service: &Service) -> &Place {
    service.place_of("healthcheck.test")
}

/// The commands of a service's health check; none when there is no test.
pub(super) fn commands(service: &Service) -> Vec<Command> {
    let place = place(service);
    match service.healthcheck.as_ref().map(|check| &check.test) {
        Some(HealthTest::Shell(line)) => {
            commandline::split(line, &Origin::whole(&place.path, place.line, place.column))
        }
        Some(HealthTest::Program(words)) => match shell_line(words) {
            Some(line) => commandline::split(line, &Origin::whole(&place.path, place.line, place.column)),
            None => {
                let words = words.iter().map(|word| Word::plain(word, place.clone())).collect();
                vec![Command { assigned: Vec::new(), words, grouped: false, redirected: Vec::new() }]
            }
        },
        Some(HealthTest::Inherit | HealthTest::Disabled) | None => Vec::new(),
    }
}

/// The line that a program gives to a shell: `sh -c line`.
pub(super) fn shell_line(words: &[String]) -> Option<&str> {
    match words {
        [shell, option, line, ..] if is_shell(shell) && option.starts_with('-') && option.ends_with('c') => {
            Some(line)
        }
        _ => None,
    }
}

/// Whether a program is a shell.
pub(super) fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash" | "zsh"))
}

/// What a command says about the host it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    /// Nothing: the program's own default.
    Default,
    /// This one.
    Named(String),
    /// It depends on something that is not known.
    Unknown,
}

/// The host that a database client is told to ask by `-h` or `--host`.
pub(super) fn host(command: &Command) -> Host {
    let mut words = command.words.iter().skip(1);
    let mut host = Host::Default;
    let mut after_flag = false;
    while let Some(word) = words.next() {
        // A variable that stands for arguments may hold anything.
        if !word.single && !after_flag && word.text.starts_with('$') {
            return Host::Unknown;
        }
        after_flag = word.text.starts_with('-');
        if let Some(value) = word.text.strip_prefix("--host=") {
            host = named(word, value);
        } else if word.text == "-h" || word.text == "--host" {
            host = words.next().map_or(Host::Unknown, |value| named(value, &value.text));
        } else if let Some(value) = word.text.strip_prefix("-h").filter(|value| !value.is_empty()) {
            host = named(word, value);
        }
    }
    host
}

fn named(word: &Word, value: &str) -> Host {
    if word.known { Host::Named(value.to_owned()) } else { Host::Unknown }
}
