//! How deep a script nests, told without parsing it: the parser's time and stack grow with the depth.

/// The deepest nesting that is read. No script that people write goes beyond a dozen.
const MAX_DEPTH: usize = 40;
/// The deepest nesting of round brackets: the parser takes twice as long for each level, as `((` may start arithmetic
/// or two subshells.
const MAX_ROUND: usize = 14;

/// Whether a text may nest too deeply. Brackets in strings count as well, so this errs on the side of not reading.
pub(super) fn too_deep(text: &str) -> bool {
    let mut depth = Depth::default();
    let mut lines = text.lines();
    lines.any(|line| {
        depth.line(line);
        depth.too_deep()
    })
}

/// What is open, kind by kind, and the most that ever was.
#[derive(Default)]
struct Depth {
    round: usize,
    roundest: usize,
    curly: usize,
    choices: usize,
    loops: usize,
    cases: usize,
    deepest: usize,
}

impl Depth {
    fn too_deep(&self) -> bool {
        self.deepest > MAX_DEPTH || self.roundest > MAX_ROUND
    }

    fn line(&mut self, line: &str) {
        let mut negations = 0;
        // A keyword only counts where a command may start: at the start of a line, behind a separator or a keyword.
        let mut start = true;
        let mut word = String::new();
        for letter in line.chars().chain(['\n']) {
            if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/' | '$' | '"' | '\'') {
                word.push(letter);
                continue;
            }
            if !word.is_empty() {
                start = start && self.keyword(&word);
                word.clear();
            }
            match letter {
                '#' if start => return,
                ' ' | '\t' => {}
                letter => {
                    self.bracket(letter);
                    negations += usize::from(letter == '!');
                    start = true;
                }
            }
            self.deepest = self.deepest.max(negations);
        }
    }

    fn bracket(&mut self, letter: char) {
        match letter {
            '(' => open(&mut self.round, &mut self.roundest),
            ')' => self.round = self.round.saturating_sub(1),
            '{' => open(&mut self.curly, &mut self.deepest),
            '}' => self.curly = self.curly.saturating_sub(1),
            _ => {}
        }
    }

    /// Takes a word into account; whether a command may start behind it.
    fn keyword(&mut self, word: &str) -> bool {
        match word {
            "if" => open(&mut self.choices, &mut self.deepest),
            "fi" => self.choices = self.choices.saturating_sub(1),
            "while" | "until" | "for" | "select" => open(&mut self.loops, &mut self.deepest),
            "done" => self.loops = self.loops.saturating_sub(1),
            "case" => open(&mut self.cases, &mut self.deepest),
            "esac" => self.cases = self.cases.saturating_sub(1),
            "then" | "do" | "else" | "elif" | "time" | "coproc" => {}
            _ => return false,
        }
        !matches!(word, "for" | "select" | "case")
    }
}

fn open(count: &mut usize, deepest: &mut usize) {
    *count += 1;
    *deepest = (*deepest).max(*count);
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn only_nesting_counts() {
        let check = |unit: &str, times: usize, expected: bool| {
            assert_eq!(too_deep(&unit.repeat(times)), expected, "{unit} {times} times");
        };
        check("if true; then :; fi\n", 500, false);
        check("echo for if while case\n", 500, false);
        check("# if (for ((\n", 500, false);
        check("while read x; do echo; done\n", 500, false);
        check("if ", 60, true);
        check("if true; then\n", 60, true);
        check("(", 15, true);
        check("${a:-", 60, true);
        check("! ", 60, true);
        check("a() { ", 60, true);
    }
}
