//! Which options of the shell are set where: `set -euo pipefail` and its other spellings.

use super::{Command, Script};

/// The options that decide what happens on a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// `-e`: a failure that nobody asks about ends the script.
    pub errexit: bool,
    /// `-u`: a variable without a value is a failure.
    pub nounset: bool,
    /// `-o pipefail`: a pipeline fails with any of its parts.
    pub pipefail: bool,
    /// `-E`: functions inherit the ERR trap.
    pub errtrace: bool,
}

impl Options {
    /// Takes one command into account; all but `set` change nothing.
    fn apply(&mut self, command: &Command) {
        if command.name() != Some("set") {
            return;
        }
        let mut words = command.arguments();
        while let Some(word) = words.next() {
            let on = word.starts_with('-');
            let Some(letters) = word.strip_prefix(['-', '+']).filter(|letters| !letters.starts_with('-'))
            else {
                return;
            };
            for letter in letters.chars() {
                match letter {
                    'o' => self.name(words.next().unwrap_or_default(), on),
                    letter => self.letter(letter, on),
                }
            }
        }
    }

    fn letter(&mut self, letter: char, on: bool) {
        match letter {
            'e' => self.errexit = on,
            'u' => self.nounset = on,
            'E' => self.errtrace = on,
            _ => {}
        }
    }

    fn name(&mut self, name: &str, on: bool) {
        match name {
            "errexit" => self.errexit = on,
            "nounset" => self.nounset = on,
            "pipefail" => self.pipefail = on,
            "errtrace" => self.errtrace = on,
            _ => {}
        }
    }
}

impl Script {
    /// The options in force at a command, as the text has them from top to bottom. Commands that run apart or in other
    /// functions than the command's do not count.
    pub fn options_at(&self, command: usize) -> Options {
        let function = self.commands.get(command).and_then(|command| command.way.function);
        let mut options = self.options_of_shebang();
        for before in self.commands.iter().take(command) {
            let here = before.way.function.is_none() || before.way.function == function;
            if here && !before.way.apart {
                options.apply(before);
            }
        }
        options
    }

    /// The options that are set anywhere, by anyone.
    pub fn options_anywhere(&self) -> Options {
        let mut all = self.options_of_shebang();
        for command in &self.commands {
            let mut one = Options::default();
            one.apply(command);
            all.errexit |= one.errexit;
            all.nounset |= one.nounset;
            all.pipefail |= one.pipefail;
            all.errtrace |= one.errtrace;
        }
        all
    }

    /// Whether `set +e` stands anywhere.
    pub fn lifts_errexit(&self) -> bool {
        self.commands.iter().any(|command| {
            let mut options = Options { errexit: true, ..Options::default() };
            options.apply(command);
            !options.errexit
        })
    }

    fn options_of_shebang(&self) -> Options {
        let mut options = Options::default();
        let argument = self.shebang.as_ref().and_then(|shebang| shebang.argument.as_deref());
        for word in argument.unwrap_or_default().split_whitespace() {
            if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.starts_with('S')) {
                letters.chars().for_each(|letter| options.letter(letter, true));
            }
        }
        options
    }
}
