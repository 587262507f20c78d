//! A colour is used before it is defined.
//!
//! `echo -e "${GREEN}ok"` above `GREEN='\033[0;32m'` prints without colour, and under `set -u` ends the script.
//!
//! Fires: the use stands above the only definition, outside of functions.
//!
//! Fine: a function that prints in colour and is called below the definitions.
//!
//! Help: move the definitions to the top.
//!
//! Source: POSIX, parameter expansion.

use super::each;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-SH015", "a colour is used before it is defined", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for read in each::scripts(scene).filter(|read| !read.sources()) {
        let mut told: Vec<&str> = Vec::new();
        let uses = read.script.uses.iter().filter(|used| used.function.is_none() && !used.cared_for);
        for used in uses {
            let mut defined = read.script.assigns.iter().filter(|assign| assign.name == used.name).peekable();
            let is_colour = defined.clone().any(|assign| {
                assign.value.as_ref().is_some_and(|value| {
                    ["\\033[", "\\e[", "\\x1b["].iter().any(|code| value.raw.contains(code))
                })
            });
            let later = defined.peek().is_some() && defined.all(|assign| assign.command > used.command);
            if is_colour && later && !told.contains(&used.name.as_str()) {
                told.push(&used.name);
                let message = format!("`{}` is used here but only defined further down", used.name);
                found
                    .at(read.place(used.at), message)
                    .help("move the definitions of colours to the top of the script");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn colours_come_first() {
        let red = "RED='\\033[0;31m'";
        fires(super::RULE, &[("a.sh", &format!("echo -e \"${{RED}}no\"\n{red}\n"))]);
        holds(super::RULE, &[("a.sh", &format!("{red}\necho -e \"${{RED}}no\"\n"))]);
        holds(super::RULE, &[("a.sh", &format!("say() {{ echo \"$RED$1\"; }}\n{red}\nsay x\n"))]);
        holds(super::RULE, &[("a.sh", &format!("echo \"${{RED:-}}\"\n{red}\n"))]);
    }
}
