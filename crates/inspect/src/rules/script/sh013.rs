//! A script names a compose file or a script that is not there.
//!
//! `docker compose -f FILE` and `source FILE` fail when the file is missing. Where a script runs is not known, so a file
//! counts as there when any file of the project has that path's end, and when the script makes it or asks for it.
//!
//! Fires: `docker compose -f docker-compose.ci.yml up`, and no folder of the project has a file of that name.
//!
//! Fine: `[ -f ci.yml ] && docker compose -f ci.yml up`; a name with a variable in it; a path that is absolute.
//!
//! Help: correct the name.
//!
//! Source: the reference of `docker compose`; POSIX, the builtin `dot`.

use testyard_project::script::Word;

use super::each::{self, Read};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-SH013", "a script names a file that is not there", Warning, check);

/// Programs that may bring any file.
const BRINGS: [&str; 8] = ["git", "tar", "unzip", "curl", "wget", "cp", "rsync", "scp"];

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for read in each::scripts(scene) {
        if read.calls().any(|(_, words)| each::name(words).is_some_and(|name| BRINGS.contains(&name))) {
            continue;
        }
        for (_, words) in read.calls() {
            for word in named_files(words).into_iter().filter(|word| is_relative(word)) {
                if !anywhere(scene, &word.text)
                    && mentions(read, &word.text) == 1
                    && !made_by_others(scene, read, word)
                {
                    let message = format!(
                        "no folder of the project has a file `{}`",
                        word.text.trim_start_matches("./")
                    );
                    found.at(read.place(word.at), message).help("correct the name, or make the file first");
                }
            }
        }
    }
}

/// The files that a command cannot do without.
fn named_files(words: &[Word]) -> Vec<&Word> {
    if let Some(rest) = each::compose(words) {
        // `-f` behind the verb is another option: `logs -f`.
        let before_verb = rest.windows(2).take_while(|pair| pair[0].text.starts_with('-') || pair[0].literal);
        let mut files = Vec::new();
        let mut value = false;
        for pair in before_verb {
            let option = pair[0].text.starts_with('-');
            if !option && !value {
                break;
            }
            if matches!(pair[0].text.as_str(), "-f" | "--file") {
                files.push(&pair[1]);
            }
            value = option;
        }
        return files;
    }
    match (each::name(words), words.get(1)) {
        (Some("source" | "."), Some(file)) => vec![file],
        (Some("bash" | "sh"), Some(file)) if file.text.ends_with(".sh") => vec![file],
        _ if words[0].text.starts_with("./") && words[0].text.ends_with(".sh") => vec![&words[0]],
        _ => Vec::new(),
    }
}

fn is_relative(word: &Word) -> bool {
    let text = word.text.as_str();
    // `source activate` and `.env` are often made by hand on each machine.
    let by_hand = text.ends_with("activate") || text.contains(".env") || text.contains("venv");
    word.literal && !text.starts_with(['/', '-', '~']) && !by_hand && text.contains('.')
}

/// Whether any file of the project ends with this path.
fn anywhere(scene: &Scene, text: &str) -> bool {
    let parts = text.split('/').filter(|part| !matches!(*part, "." | ".." | ""));
    let end: Vec<&str> = parts.collect();
    let end = end.join("/");
    let behind = format!("/{end}");
    scene.tree().files().iter().any(|file| file.path == end || file.path.ends_with(&behind))
        || scene.exists(&end)
}

/// Whether another script may make what this one reads in: it names it.
fn made_by_others(scene: &Scene, read: Read<'_>, word: &Word) -> bool {
    let name = word.text.rsplit('/').next().unwrap_or_default();
    let compose = [".yml", ".yaml"].iter().any(|end| name.ends_with(end));
    let mut others = scene.scripts().iter().filter(|(path, _)| path != read.path);
    !compose && others.any(|(path, _)| scene.text(path).is_some_and(|text| text.contains(name)))
}

/// How often a script names something, also to make it or to ask for it.
fn mentions(read: Read<'_>, text: &str) -> usize {
    let words = read.script.commands.iter().flat_map(|command| {
        command.words.iter().chain(command.redirects.iter().map(|redirect| &redirect.target))
    });
    words.filter(|word| word.text.contains(text.trim_start_matches("./"))).count()
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn only_what_is_nowhere_counts() {
        fires(super::RULE, &[("a.sh", "docker compose -f ci.yml up\n")]);
        fires(super::RULE, &[("a.sh", ". ./lib.sh\n"), ("libs.sh", "")]);
        fires(super::RULE, &[("a.sh", "docker compose -p x -f ci.yml logs -f web.log\n")]);
        holds(super::RULE, &[("a.sh", "docker compose -f ci.yml up\n"), ("x/ci.yml", "")]);
        holds(super::RULE, &[("a.sh", "docker compose logs -f web.1\n")]);
        holds(super::RULE, &[("a.sh", "[ -f ci.yml ] && docker compose -f ci.yml up\n")]);
        holds(
            super::RULE,
            &[("a.sh", "docker compose -f \"$FILE\" up\nsource /etc/os-release\n. .env.test\n")],
        );
        holds(super::RULE, &[("a.sh", ". x/made.conf\n"), ("b.sh", "echo > \"$1\"/made.conf\n")]);
        holds(super::RULE, &[("a.sh", "cat > ci.yml <<E\nE\ndocker compose -f ci.yml up\n")]);
    }
}
