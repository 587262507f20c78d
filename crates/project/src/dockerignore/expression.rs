//! The small part of regular expressions that patterns are turned into, matched in linear time.
//!
//! What lives here: the steps, their parser for the text that [`super::pattern`] builds, and the matcher. The dialect is
//! Go's, because Docker hands brackets of a pattern to Go's `regexp` unchanged: `[!a]` is not a negation, and a class
//! may match `/`.

/// One thing a path must have next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Exactly this character.
    Char(char),
    /// One character of a class.
    Class(Class),
    /// Any number of characters of a class.
    Many(Class),
    /// Nothing, or anything that ends in `/`.
    Folders,
    /// Anything.
    Anything,
    /// The start of the path.
    Start,
}

/// A set of characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Class {
    /// Whether it is every character but these.
    pub(super) negated: bool,
    /// Ranges, both ends included.
    pub(super) ranges: Vec<(char, char)>,
}

impl Class {
    /// Every character but `/`: what `*` and `?` stand for.
    pub(super) fn no_slash() -> Class {
        Class { negated: true, ranges: vec![('/', '/')] }
    }

    pub(super) fn has(&self, character: char) -> bool {
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != self.negated
    }
}

/// Why a text is no expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Go refuses it too.
    Bad,
    /// Go may take it; this parser does not know the construct.
    Unknown,
}

/// Steps in order, with what a path must begin and end with, for quick refusals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expression {
    steps: Vec<Step>,
    head: String,
    tail: String,
}

impl Expression {
    /// An expression of these steps.
    pub(super) fn new(steps: Vec<Step>) -> Expression {
        let literal = |step: &Step| if let Step::Char(character) = step { Some(*character) } else { None };
        let head = steps.iter().map_while(literal).collect();
        let backwards: Vec<char> = steps.iter().rev().map_while(literal).collect();
        Expression { head, tail: backwards.into_iter().rev().collect(), steps }
    }

    /// Reads the text of an expression. `^` at its start and `$` at its end are not part of it.
    pub(super) fn parse(text: &str) -> Result<Expression, Refusal> {
        let mut rest = Rest { characters: text.chars().collect(), at: 0 };
        let mut steps = Vec::new();
        while let Some(character) = rest.next() {
            let step = match character {
                '[' => Step::Class(rest.class()?),
                '(' => {
                    rest.skip(")?");
                    Step::Folders
                }
                '.' => {
                    rest.take('*');
                    Step::Anything
                }
                '^' => Step::Start,
                '\\' => rest.escape()?,
                other => Step::Char(other),
            };
            steps.push(match step {
                Step::Class(class) if rest.take('*') => Step::Many(class),
                step => step,
            });
        }
        Ok(Expression::new(steps))
    }

    /// Whether the whole text matches.
    pub(super) fn matches(&self, text: &str) -> bool {
        if !text.starts_with(&self.head) || !text.ends_with(&self.tail) {
            return false;
        }
        let text: Vec<char> = text.chars().collect();
        // `here[n]` says that the steps so far may have consumed exactly the first n characters.
        let mut here = vec![false; text.len() + 1];
        here[0] = true;
        for step in &self.steps {
            here = advance(step, &text, &here);
        }
        here.last().copied().unwrap_or_default()
    }
}

/// Where a step can lead from the places in `here`.
fn advance(step: &Step, text: &[char], here: &[bool]) -> Vec<bool> {
    let mut next = vec![false; here.len()];
    match step {
        Step::Char(wanted) => one(text, here, &mut next, |character| character == *wanted),
        Step::Class(class) => one(text, here, &mut next, |character| class.has(character)),
        Step::Many(class) => many(text, here, &mut next, |character| class.has(character)),
        Step::Anything => many(text, here, &mut next, |character| character != '\n'),
        Step::Start => next[0] = here[0],
        Step::Folders => folders(text, here, &mut next),
    }
    next
}

fn one(text: &[char], here: &[bool], next: &mut [bool], fits: impl Fn(char) -> bool) {
    for (at, character) in text.iter().enumerate() {
        next[at + 1] = here[at] && fits(*character);
    }
}

fn many(text: &[char], here: &[bool], next: &mut [bool], fits: impl Fn(char) -> bool) {
    next[0] = here[0];
    for (at, character) in text.iter().enumerate() {
        next[at + 1] = here[at + 1] || (next[at] && fits(*character));
    }
}

fn folders(text: &[char], here: &[bool], next: &mut [bool]) {
    let mut inside = false;
    next[0] = here[0];
    for (at, character) in text.iter().enumerate() {
        inside = inside || here[at];
        next[at + 1] = here[at + 1] || (inside && *character == '/');
        // Go's `.` stops at a line break.
        inside = inside && *character != '\n';
    }
}

/// What is left of an expression's text.
struct Rest {
    characters: Vec<char>,
    at: usize,
}

impl Rest {
    fn next(&mut self) -> Option<char> {
        let character = self.peek(0)?;
        self.at += 1;
        Some(character)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let taken = self.peek(0) == Some(wanted);
        self.at += usize::from(taken);
        taken
    }

    /// Goes on behind the next occurrence of a text, or to the end.
    fn skip(&mut self, text: &str) {
        let text: Vec<char> = text.chars().collect();
        while self.at < self.characters.len() && !self.characters[self.at..].starts_with(&text) {
            self.at += 1;
        }
        self.at = (self.at + text.len()).min(self.characters.len());
    }

    /// The rest of a class, behind its `[`.
    fn class(&mut self) -> Result<Class, Refusal> {
        let mut class = Class { negated: self.take('^'), ranges: Vec::new() };
        let mut first = true;
        loop {
            match self.peek(0) {
                None => return Err(Refusal::Bad),
                Some(']') if !first => {
                    self.at += 1;
                    return Ok(class);
                }
                Some('[') if self.peek(1) == Some(':') && self.closes_named() => {
                    return Err(Refusal::Unknown);
                }
                Some(_) => self.member(&mut class)?,
            }
            first = false;
        }
    }

    /// Whether a `:]` follows: then Go reads a named class such as `[:alpha:]`.
    fn closes_named(&self) -> bool {
        self.characters[self.at..].windows(2).skip(1).any(|pair| pair == [':', ']'])
    }

    /// One character or range of a class.
    fn member(&mut self, class: &mut Class) -> Result<(), Refusal> {
        let low = match self.class_character()? {
            Step::Char(character) => character,
            Step::Class(inner) if !inner.negated => {
                class.ranges.extend(inner.ranges);
                return Ok(());
            }
            _ => return Err(Refusal::Unknown),
        };
        let ranged = self.peek(0) == Some('-') && self.peek(1).is_some_and(|next| next != ']');
        if !ranged {
            class.ranges.push((low, low));
            return Ok(());
        }
        self.at += 1;
        match self.class_character()? {
            Step::Char(high) if low <= high => {
                class.ranges.push((low, high));
                Ok(())
            }
            _ => Err(Refusal::Bad),
        }
    }

    fn class_character(&mut self) -> Result<Step, Refusal> {
        match self.next() {
            None => Err(Refusal::Bad),
            Some('\\') => self.escape(),
            Some(character) => Ok(Step::Char(character)),
        }
    }

    /// What stands behind a `\`. Letters have meanings in Go's expressions that patterns never intended.
    fn escape(&mut self) -> Result<Step, Refusal> {
        let class =
            |negated, ranges: &[(char, char)]| Step::Class(Class { negated, ranges: ranges.to_vec() });
        const WORD: [(char, char); 4] = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
        const SPACE: [(char, char); 3] = [('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')];
        Ok(match self.next() {
            None => return Err(Refusal::Bad),
            Some(letter @ ('d' | 'D')) => class(letter == 'D', &[('0', '9')]),
            Some(letter @ ('w' | 'W')) => class(letter == 'W', &WORD),
            Some(letter @ ('s' | 'S')) => class(letter == 'S', &SPACE),
            Some('a') => Step::Char('\u{7}'),
            Some('f') => Step::Char('\u{c}'),
            Some('n') => Step::Char('\n'),
            Some('r') => Step::Char('\r'),
            Some('t') => Step::Char('\t'),
            Some('v') => Step::Char('\u{b}'),
            Some('A' | 'b' | 'B' | 'C' | 'p' | 'P' | 'Q' | 'x' | 'z' | '0'..='7') => {
                return Err(Refusal::Unknown);
            }
            Some(other) if other.is_ascii_alphanumeric() => return Err(Refusal::Bad),
            Some(other) if other.is_ascii() && other != '_' => Step::Char(other),
            Some(_) => return Err(Refusal::Bad),
        })
    }
}
