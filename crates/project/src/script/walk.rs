//! From the parser's tree to facts: every command once, in the order of the text, with how it comes to run.

use brush_parser::ast::{self, SourceLocation};

use super::facts::{Command, Function, Loop, Script, Spot, StatusRead, Way};
use super::words;
use crate::source::count;

/// The facts of a script.
pub(super) fn walk(program: &ast::Program) -> Script {
    let mut walk = Walk::default();
    walk.statements(program.complete_commands.iter().flat_map(|list| &list.0));
    walk.script
}

/// Where the walk is.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) script: Script,
    pub(super) way: Way,
    /// Where the text of the innermost command substitution starts in the script.
    pub(super) origin: Option<Spot>,
    pub(super) substitutions: usize,
}

impl Walk {
    /// Does something in other circumstances and comes back to these.
    pub(super) fn within(&mut self, change: impl FnOnce(&mut Way), act: impl FnOnce(&mut Walk)) {
        let before = self.way.clone();
        change(&mut self.way);
        act(self);
        self.way = before;
    }

    pub(super) fn list(&mut self, list: &ast::CompoundList) {
        self.statements(list.0.iter());
    }

    pub(super) fn statements<'a>(&mut self, statements: impl Iterator<Item = &'a ast::CompoundListItem>) {
        let mut last: Option<usize> = None;
        for ast::CompoundListItem(item, separator) in statements {
            let background = matches!(separator, ast::SeparatorOperator::Async);
            let start = self.script.commands.len();
            let status = self.within_background(background, item);
            if let (Some(command), Some(at)) = (last, status) {
                self.script.status_reads.push(StatusRead { at, command });
            }
            // A plain command, alone: its failure is its statement's failure.
            let plain =
                item.additional.is_empty() && item.first.seq.len() == 1 && !item.first.bang && !background;
            let simple = matches!(item.first.seq.first(), Some(ast::Command::Simple(_)));
            // The command itself comes after those in its words.
            last = (plain && simple && start < self.script.commands.len())
                .then(|| self.script.commands.len() - 1);
        }
    }

    /// Walks one statement and says where it starts by reading `$?`.
    fn within_background(&mut self, background: bool, item: &ast::AndOrList) -> Option<Spot> {
        let status = self.first_status_read(&item.first);
        self.within(|way| way.background |= background, |walk| walk.and_or(item));
        status
    }

    fn and_or(&mut self, list: &ast::AndOrList) {
        let count = list.additional.len();
        self.within(|way| way.asked |= count > 0, |walk| walk.pipeline(&list.first));
        for (at, next) in list.additional.iter().enumerate() {
            let (ast::AndOr::And(pipeline) | ast::AndOr::Or(pipeline)) = next;
            let change = |way: &mut Way| {
                way.asked |= at + 1 < count;
                way.optional = true;
            };
            self.within(change, |walk| walk.pipeline(pipeline));
        }
    }

    fn pipeline(&mut self, pipeline: &ast::Pipeline) {
        let apart = pipeline.seq.len() > 1;
        let asked = pipeline.bang;
        let change = |way: &mut Way| {
            way.apart |= apart;
            way.asked |= asked;
            way.negated = asked;
        };
        self.within(change, |walk| pipeline.seq.iter().for_each(|command| walk.command(command)));
    }

    fn command(&mut self, command: &ast::Command) {
        match command {
            ast::Command::Simple(simple) => self.simple(simple),
            ast::Command::Compound(compound, redirects) => {
                self.compound(compound);
                self.redirects_of_compound(redirects.as_ref());
            }
            ast::Command::Function(function) => self.function(function),
            ast::Command::ExtendedTest(test, redirects) => {
                let mut found = Command { at: self.spot(&test.loc.start), ..Command::default() };
                found.words.push(self.plain_word("[[", found.at));
                found.beyond_posix = Some("[[ ]]");
                self.test(&test.expr, &mut found);
                self.push(found);
                self.redirects_of_compound(redirects.as_ref());
            }
        }
    }

    /// The redirections of a whole block count as a command without words.
    fn redirects_of_compound(&mut self, redirects: Option<&ast::RedirectList>) {
        let Some(redirects) = redirects else { return };
        let mut found = Command::default();
        for redirect in &redirects.0 {
            self.redirect(redirect, &mut found);
        }
        if let Some(first) = found.redirects.first() {
            found.at = first.target.at;
            self.push(found);
        }
    }

    fn test(&mut self, test: &ast::ExtendedTestExpr, found: &mut Command) {
        match test {
            ast::ExtendedTestExpr::And(left, right) | ast::ExtendedTestExpr::Or(left, right) => {
                self.test(left, found);
                self.test(right, found);
            }
            ast::ExtendedTestExpr::Not(inner) | ast::ExtendedTestExpr::Parenthesized(inner) => {
                self.test(inner, found);
            }
            ast::ExtendedTestExpr::UnaryTest(operator, word) => {
                found.words.push(self.plain_word(&operator.to_string(), found.at));
                let word = self.word(word);
                found.words.push(word);
            }
            ast::ExtendedTestExpr::BinaryTest(operator, left, right) => {
                let left = self.word(left);
                found.words.push(left);
                found.words.push(self.plain_word(&operator.to_string(), found.at));
                let right = self.word(right);
                found.words.push(right);
            }
        }
    }

    fn compound(&mut self, compound: &ast::CompoundCommand) {
        match compound {
            ast::CompoundCommand::Arithmetic(inner) => self.arithmetic(&inner.expr, &inner.loc),
            ast::CompoundCommand::ArithmeticForClause(inner) => {
                self.looped("for", &inner.loc, |_| {}, |walk| walk.list(&inner.body.list));
            }
            ast::CompoundCommand::BraceGroup(group) => self.list(&group.list),
            ast::CompoundCommand::Subshell(inner) => {
                self.within(|way| way.apart = true, |walk| walk.list(&inner.list));
            }
            ast::CompoundCommand::ForClause(inner) => self.for_clause(inner),
            ast::CompoundCommand::CaseClause(inner) => self.case(inner),
            ast::CompoundCommand::IfClause(inner) => self.choice(inner),
            ast::CompoundCommand::WhileClause(inner) => self.conditional_loop("while", inner),
            ast::CompoundCommand::UntilClause(inner) => self.conditional_loop("until", inner),
            ast::CompoundCommand::Coprocess(inner) => {
                let change = |way: &mut Way| (way.apart, way.background) = (true, true);
                self.within(change, |walk| walk.command(&inner.body));
            }
        }
    }

    fn arithmetic(&mut self, expression: &ast::UnexpandedArithmeticExpr, place: &brush_parser::SourceSpan) {
        let at = self.spot(&place.start);
        let words = vec![self.plain_word("((", at), self.plain_word(&expression.value, at)];
        self.push(Command { words, at, beyond_posix: Some("(( ))"), ..Command::default() });
    }

    fn for_clause(&mut self, clause: &ast::ForClauseCommand) {
        let at = self.spot(&clause.loc.start);
        for value in clause.values.iter().flatten() {
            self.word(value);
        }
        self.assign(&clause.variable_name, None, at);
        self.looped("for", &clause.loc, |_| {}, |walk| walk.list(&clause.body.list));
    }

    fn conditional_loop(&mut self, word: &'static str, clause: &ast::WhileOrUntilClauseCommand) {
        let ast::WhileOrUntilClauseCommand(condition, body, place) = clause;
        let asked = |walk: &mut Walk| walk.within(|way| way.asked = true, |walk| walk.list(condition));
        self.looped(word, place, asked, |walk| walk.list(&body.list));
    }

    fn looped(
        &mut self,
        word: &'static str,
        place: &brush_parser::SourceSpan,
        condition: impl FnOnce(&mut Walk),
        body: impl FnOnce(&mut Walk),
    ) {
        let index = self.script.loops.len();
        let at = self.spot(&place.start);
        let start = self.script.commands.len();
        self.script.loops.push(Loop { word, at, condition: start..start, body: start..start });
        self.within(
            |way| way.loops.push(index),
            |walk| {
                condition(walk);
                let middle = walk.script.commands.len();
                walk.within(|way| way.optional = true, body);
                let end = walk.script.commands.len();
                if let Some(found) = walk.script.loops.get_mut(index) {
                    (found.condition, found.body) = (start..middle, middle..end);
                }
            },
        );
    }

    fn case(&mut self, clause: &ast::CaseClauseCommand) {
        self.word(&clause.value);
        for item in &clause.cases {
            if let Some(list) = &item.cmd {
                self.within(|way| way.optional = true, |walk| walk.list(list));
            }
        }
    }

    fn choice(&mut self, clause: &ast::IfClauseCommand) {
        self.within(|way| way.asked = true, |walk| walk.list(&clause.condition));
        let branch = |way: &mut Way| way.optional = true;
        self.within(branch, |walk| walk.list(&clause.then));
        for other in clause.elses.iter().flatten() {
            if let Some(condition) = &other.condition {
                let asked = |way: &mut Way| (way.asked, way.optional) = (true, true);
                self.within(asked, |walk| walk.list(condition));
            }
            self.within(branch, |walk| walk.list(&other.body));
        }
    }

    fn function(&mut self, function: &ast::FunctionDefinition) {
        let at = function.fname.loc.as_ref().map_or_else(Spot::default, |place| self.spot(&place.start));
        let index = self.script.functions.len();
        let start = self.script.commands.len();
        let way = self.way.clone();
        self.script.functions.push(Function {
            name: function.fname.value.clone(),
            at,
            way,
            body: start..start,
        });
        let ast::FunctionBody(body, redirects) = &function.body;
        let change = |way: &mut Way| {
            *way = Way { function: Some(index), apart: way.apart, ..Way::default() };
        };
        self.within(change, |walk| {
            walk.compound(body);
            walk.redirects_of_compound(redirects.as_ref());
        });
        let end = self.script.commands.len();
        if let Some(found) = self.script.functions.get_mut(index) {
            found.body = start..end;
        }
    }

    /// Where a statement that starts with a plain command or test reads `$?` in its own words.
    fn first_status_read(&self, pipeline: &ast::Pipeline) -> Option<Spot> {
        let words: Vec<&ast::Word> = match pipeline.seq.first()? {
            ast::Command::Simple(simple) => words_of(simple),
            ast::Command::Compound(ast::CompoundCommand::IfClause(clause), _) => {
                let first = clause.condition.0.first()?;
                return self.first_status_read(&first.0.first);
            }
            ast::Command::ExtendedTest(test, _) => {
                let mut words = Vec::new();
                words_of_test(&test.expr, &mut words);
                words
            }
            _ => return None,
        };
        let word = words.into_iter().find(|word| words::take_apart(&word.value).status)?;
        let place = word.loc.clone().or_else(|| pipeline.location());
        place.map(|place| self.spot(&place.start))
    }

    pub(super) fn push(&mut self, mut command: Command) {
        command.way = self.way.clone();
        self.script.commands.push(command);
    }

    /// A place of the parser as a place of the script.
    pub(super) fn spot(&self, place: &brush_parser::SourcePosition) -> Spot {
        let here = Spot { line: count(place.line), column: count(place.column) };
        match self.origin {
            Some(origin) if here.line <= 1 => {
                Spot { line: origin.line, column: (origin.column + here.column).saturating_sub(1) }
            }
            Some(origin) => Spot { line: (origin.line + here.line).saturating_sub(1), column: here.column },
            None => here,
        }
    }
}

fn words_of(simple: &ast::SimpleCommand) -> Vec<&ast::Word> {
    let prefix = simple.prefix.iter().flat_map(|prefix| &prefix.0);
    let suffix = simple.suffix.iter().flat_map(|suffix| &suffix.0);
    let items = prefix.chain(suffix).filter_map(|item| match item {
        ast::CommandPrefixOrSuffixItem::Word(word)
        | ast::CommandPrefixOrSuffixItem::AssignmentWord(_, word) => Some(word),
        _ => None,
    });
    items.chain(&simple.word_or_name).collect()
}

fn words_of_test<'a>(test: &'a ast::ExtendedTestExpr, words: &mut Vec<&'a ast::Word>) {
    match test {
        ast::ExtendedTestExpr::And(left, _) | ast::ExtendedTestExpr::Or(left, _) => {
            words_of_test(left, words);
        }
        ast::ExtendedTestExpr::Not(inner) | ast::ExtendedTestExpr::Parenthesized(inner) => {
            words_of_test(inner, words);
        }
        ast::ExtendedTestExpr::UnaryTest(_, word) => words.push(word),
        ast::ExtendedTestExpr::BinaryTest(_, left, right) => words.extend([left, right]),
    }
}
