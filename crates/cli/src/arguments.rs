//! What was typed: the verbs and their arguments, as `clap` reads them. What they mean is decided in `verb`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::log::LogArguments;

/// From clone to an honest verdict.
///
/// Testyard reads what a project already has (compose files, pytest configuration, requirement files), brings the
/// services it needs up, runs its tests on them and says what happened: failed means the project is wrong, blocked
/// means the infrastructure did not hold, passed means every planned test ran on real services.
#[derive(Debug, Parser)]
#[command(name = "testyard", version, max_term_width = 100, after_help = EXITS)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The exit codes, under the help of the program and of the verbs that judge.
const EXITS: &str = "\
Exit codes:
  0 passed    1 failed      2 usage or configuration   3 blocked   4 nothing to do
  5 lost      6 cancelled   7 still running            70 defect   75 busy";

/// What every verb takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// The project's folder
    #[arg(long, global = true, value_name = "DIR", default_value = ".", hide_default_value = true)]
    pub(crate) project: PathBuf,
    /// How results are written to standard output; for people, unless the environment says that a coding agent reads
    #[arg(long, global = true, value_enum)]
    pub(crate) format: Option<Output>,
    /// Whether output is coloured; NO_COLOR and CI are honoured
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    pub(crate) color: Colour,
    /// Set one key of testyard.toml for this call, such as `environment.engine=native`; repeatable
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    #[command(flatten)]
    pub(crate) log: LogArguments,
}

impl Common {
    /// How results are to be written.
    pub(crate) fn output(&self) -> Output {
        self.format.unwrap_or(Output::Human)
    }
}

/// How results are to be written, as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Human,
    /// One JSON document
    Json,
    /// For code scanning; `check` and `collect` only
    Sarif,
    /// Annotations of GitHub Actions; `check` and `collect` only
    Github,
}

impl Output {
    /// As one of the formats that every verb knows; `None` for those of findings alone.
    pub(crate) fn plain(self) -> Option<Format> {
        match self {
            Output::Human => Some(Format::Human),
            Output::Json => Some(Format::Json),
            Output::Sarif | Output::Github => None,
        }
    }
}

/// How every verb can write its results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// One JSON document.
    Json,
}

/// Whether output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// What testyard is asked to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run the tests on real services, to a verdict
    #[command(after_help = EXITS)]
    Run(Run),
    /// Say what a run would do, and why
    Plan(Selection),
    /// Write what was discovered as a commented testyard.toml, and files for CI systems
    Init(Init),
    /// Say what will break before anything is built or started
    Check(Check),
    /// Say which tests exist and which files cannot be imported, and why, without running Python
    Collect(Collect),
    /// Wait for a run, and end as it did
    #[command(after_help = EXITS)]
    Wait(Wait),
    /// Watch a run on the whole screen; leaving the view leaves the run alone
    #[command(after_help = EXITS)]
    Watch(Watch),
    /// Show what happens in a run
    Tail(Tail),
    /// Say what failed in a run, put together by what went wrong
    Failures(Failures),
    /// Stop a run, take everything down that it brought up, and see it end
    Cancel(Cancel),
    /// Say how a run stands, without waiting for it
    #[command(after_help = EXITS)]
    Status(Status),
    /// Show a run's report again
    Report(Report),
    /// List the runs, the newest first
    Runs,
    /// Bring the services up and leave them running
    Up(Up),
    /// Take the services down
    Down,
    /// List the services that are up
    Ps,
    /// Show what services and suites print
    Logs(Logs),
    /// Run a command where the services are reachable under their names
    Exec(Exec),
    /// Remove old runs and what dead runs left
    Prune(Prune),
    /// Serve the Model Context Protocol on standard input and output, for coding agents
    Mcp,
}

/// What to run.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// Suites by name, or test files and folders; everything when nothing is named
    #[arg(value_name = "SUITE or PATH")]
    pub(crate) selection: Vec<String>,
    /// Arguments for the test runner
    #[arg(last = true, value_name = "RUNNER ARGS")]
    pub(crate) runner_arguments: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) selection: Selection,
    /// Run only the test files that the changes since a revision can affect; uncommitted changes when none is named
    #[arg(long, value_name = "REV", num_args = 0..=1, require_equals = true, default_missing_value = "HEAD")]
    pub(crate) changed: Option<String>,
    /// Never ask the network; use what is cached
    #[arg(long)]
    pub(crate) offline: bool,
    /// Return at once and run in the background. The same request attaches to the run that goes on
    #[arg(long)]
    pub(crate) detach: bool,
    /// Stay, and after each change of the project's files run what it can affect; Ctrl-C ends
    #[arg(long, conflicts_with_all = ["detach", "ci"])]
    pub(crate) watch: bool,
    /// Write for a CI system: phases fold, failures are annotated, the report becomes the step's summary; which system it
    /// is, its variables say when none is named
    #[arg(
        long,
        value_enum,
        value_name = "SYSTEM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "auto",
        conflicts_with = "detach"
    )]
    pub(crate) ci: Option<Ci>,
    /// With --detach, cancel the run in the background that goes on, and start this one
    #[arg(long, requires = "detach")]
    pub(crate) replace: bool,
    /// With --detach, begin when the runs in the background that go on have ended
    #[arg(long, requires = "detach", conflicts_with = "replace")]
    pub(crate) queue: bool,
}

/// For which CI system a run is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ci {
    /// The one this runs on
    Auto,
    /// GitHub Actions
    Github,
    /// GitLab CI
    Gitlab,
    /// Any other: plain lines
    Plain,
}

#[derive(Debug, Args)]
pub(crate) struct Wait {
    /// The run, by any unique prefix of its name; the newest when not given
    pub(crate) run: Option<String>,
    /// Wait no longer than this, such as `100s` or `5m`, and exit with 7 when the run goes on then
    #[arg(long = "for", value_name = "TIME")]
    pub(crate) limit: Option<String>,
    /// What to wait for
    #[arg(long, value_enum, default_value_t = Until::Done)]
    pub(crate) until: Until,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Until {
    /// The end of the run
    Done,
    /// The first test that fails, or the end
    FirstFailure,
}

#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// The run, by any unique prefix of its name; the newest when not given
    pub(crate) run: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Tail {
    /// The run, by any unique prefix of its name; the newest when not given
    pub(crate) run: Option<String>,
    /// Go on for as long as the run does
    #[arg(long, short)]
    pub(crate) follow: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Failures {
    /// The run, by any unique prefix of its name; the newest when not given
    pub(crate) run: Option<String>,
    /// How much to show, in bytes, 32768 when not said and 8192 for coding agents; the rest is behind --cursor
    #[arg(long, value_name = "BYTES")]
    pub(crate) budget: Option<usize>,
    /// Call new what did not fail in the newest run at this revision. Without it, that is where this branch began, where a
    /// run ended there, else the run before
    #[arg(long, value_name = "REV")]
    pub(crate) base: Option<String>,
    /// Where to go on, as the page before said
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) cursor: usize,
}

#[derive(Debug, Args)]
pub(crate) struct Cancel {
    /// The run, by any unique prefix of its name; the newest when not given
    pub(crate) run: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Overwrite what exists already
    #[arg(long)]
    pub(crate) force: bool,
    /// Write files for others who are to run the project; a testyard.toml that exists stays as it is
    #[arg(long, value_enum, value_delimiter = ',', value_name = "TARGET")]
    pub(crate) with: Vec<With>,
}

/// For whom files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum With {
    /// GitHub Actions: .github/workflows/testyard.yml
    Ci,
    /// GitLab CI: .gitlab-ci.yml
    Gitlab,
    /// Coding agents: a section of AGENTS.md, and of CLAUDE.md where there is one
    Agent,
}

#[derive(Debug, Args)]
pub(crate) struct Collect {
    /// Collect these files and folders only, instead of what pytest would take
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The interpreter of the environment that the tests will run in; else the project's own, where it has one
    #[arg(long, value_name = "INTERPRETER")]
    pub(crate) python: Option<PathBuf>,
    /// Let pytest collect as well, which runs the project's code, and say where both differ
    #[arg(long)]
    pub(crate) verify: bool,
    /// Fail when integration tests have more stand-ins for databases, caches, brokers and HTTP servers than this
    #[arg(long, value_name = "NUMBER")]
    pub(crate) max_stand_ins: Option<usize>,
    /// Show, as a diff, what would put things right where that is certain: requirements, imports of what moved, skips
    #[arg(long)]
    pub(crate) fix: bool,
    /// With --fix, also stubs for modules and names that are not written yet; tests that need them are skipped
    #[arg(long, requires = "fix")]
    pub(crate) scaffold: bool,
    /// With --fix, write it
    #[arg(long, requires = "fix")]
    pub(crate) apply: bool,
    /// Say which tests were gained and lost since a revision, and which errors were cured
    #[arg(long, value_name = "REV", conflicts_with = "changed")]
    pub(crate) compare: Option<String>,
    /// Collect only what the changes since a revision can affect; uncommitted changes when none is named
    #[arg(long, value_name = "REV", num_args = 0..=1, require_equals = true, default_missing_value = "HEAD")]
    pub(crate) changed: Option<String>,
    /// Read every file again instead of taking what did not change from the cache, and keep nothing
    #[arg(long)]
    pub(crate) no_cache: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Tell only findings in these files and folders
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Show a rule's manual page instead
    #[arg(long, value_name = "CODE", conflicts_with = "paths")]
    pub(crate) explain: Option<String>,
    /// The least severity that makes the check fail; errors, unless testyard.toml says otherwise
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOn>,
    /// Leave out what an earlier `testyard check --format json` wrote to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Leave out what was already found in this git revision
    #[arg(long, value_name = "REV")]
    pub(crate) diff: Option<String>,
    /// Look at what a fresh clone of git's index would hold, instead of this folder
    #[arg(long)]
    pub(crate) clone_proof: bool,
    /// Also run these linters, where they are installed, and merge what they find
    #[arg(long, value_enum, value_delimiter = ',', value_name = "TOOL")]
    pub(crate) with: Vec<Linter>,
    /// Look at this machine too: memory, disk, limits, tools
    #[arg(long)]
    pub(crate) host: bool,
    /// List what the builds of a Dockerfile are sent, largest first, instead
    #[arg(long, value_name = "DOCKERFILE", conflicts_with_all = ["paths", "explain"])]
    pub(crate) context: Option<PathBuf>,
    /// With --context: propose an ignore file by which no source is lost
    #[arg(long, requires = "context")]
    pub(crate) suggest: bool,
}

/// From which severity on a check fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

/// Linters whose findings can be merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Linter {
    Hadolint,
    Shellcheck,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The run, by any unique prefix of its name; the newest when not given
    pub(crate) run: Option<String>,
    /// Exit as the run did: 7 while it is running
    #[arg(long)]
    pub(crate) exit_code: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The run, by any unique prefix of its name; the newest when not given
    pub(crate) run: Option<String>,
    /// Which report to print
    #[arg(long = "as", value_enum, default_value_t = ReportKind::Markdown, value_name = "KIND")]
    pub(crate) kind: ReportKind,
}

/// The reports that can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportKind {
    /// The Markdown report
    Markdown,
    /// JUnit XML
    Junit,
    /// What the terminal showed at the end
    Summary,
}

#[derive(Debug, Args)]
pub(crate) struct Up {
    /// The services to bring up; all that have a recipe or an address when none is named
    pub(crate) services: Vec<String>,
    /// Never ask the network; use what is cached
    #[arg(long)]
    pub(crate) offline: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// The services, and suites of a run; all services when none is named
    #[arg(value_name = "SERVICE or SUITE")]
    pub(crate) names: Vec<String>,
    /// Only the last lines of each
    #[arg(long, short = 'n', value_name = "LINES")]
    pub(crate) tail: Option<usize>,
    /// Of a run instead of what is up now
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// What services, suites and testyard itself said while a test of a run ran, in one timeline; its name, or a part of it
    #[arg(long, value_name = "TEST", conflicts_with = "tail")]
    pub(crate) around: Option<String>,
    /// With --around, also what was said so long before and after it, such as `2s`
    #[arg(long, value_name = "TIME", requires = "around")]
    pub(crate) margin: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Exec {
    /// Give the command this service's environment, such as POSTGRES_USER
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// The command and its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    pub(crate) command: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Prune {
    /// Show the caches that projects share, and empty them with --yes
    #[arg(long)]
    pub(crate) cache: bool,
    /// Remove every run that is not running or kept, whatever its age
    #[arg(long)]
    pub(crate) all: bool,
    /// Really empty the caches
    #[arg(long, requires = "cache")]
    pub(crate) yes: bool,
}
