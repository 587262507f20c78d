//! Processes that outlive the command that started them: a supervisor in the background.
//!
//! Such a process is in no keeper, because it is the one who will have keepers. It leaves the caller's session, so that
//! neither a closed terminal nor a killed process group of the caller reaches it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, PipeReader};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;

/// The first words of a process in the background.
#[derive(Debug)]
pub struct Detached {
    words: BufReader<PipeReader>,
}

impl Detached {
    /// Waits for the one line by which it says that it is up. None when it ended without a word.
    pub fn first_line(mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        self.words.read_line(&mut line)?;
        Ok(line.strip_suffix('\n').map(str::to_owned))
    }
}

/// Starts a program in a session of its own, in this folder and with this process's environment. Its standard output
/// is for its first line; what it writes to standard error goes to the log. Its standard input holds what it is given, such
/// as a lock, until it ends or calls [`let_go`].
#[allow(clippy::disallowed_methods, reason = "a keeper's processes must not outlive it; this one must")]
pub fn start<S: AsRef<OsStr>>(
    program: &Path,
    arguments: &[S],
    folder: &Path,
    held: Option<File>,
    log: File,
) -> io::Result<Detached> {
    use std::os::unix::process::CommandExt;
    let (words, theirs) = io::pipe()?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(held.map_or_else(Stdio::null, Stdio::from))
        .stdout(theirs)
        .stderr(log);
    // SAFETY: between fork and exec only async-signal-safe calls are allowed; setsid is one, and touches no memory.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(|| rustix::process::setsid().map(drop).map_err(io::Error::from));
    }
    // It is nobody's child to wait for: it outlives this process, and process 1 takes it then.
    command.spawn().map(drop)?;
    Ok(Detached { words: BufReader::new(words) })
}

/// Lets go of what this process was given on its standard input by [`start`].
pub fn let_go() -> io::Result<()> {
    Ok(rustix::stdio::dup2_stdin(File::open("/dev/null")?)?)
}

/// Sends SIGTERM to the process of that number, if it is the one that started then (see [`crate::procfs::start_time`]).
/// Returns whether it was.
pub fn terminate(pid: i32, started: u64) -> bool {
    signal(pid, started, Signal::TERM)
}

/// Sends SIGKILL to the process of that number, if it is the one that started then. Returns whether it was.
pub fn kill(pid: i32, started: u64) -> bool {
    signal(pid, started, Signal::KILL)
}

/// A number may be given to another process: a descriptor is taken first, then its age is asked.
#[cfg(target_os = "linux")]
fn signal(pid: i32, started: u64, signal: Signal) -> bool {
    use rustix::process::{Pid, PidfdFlags, pidfd_open, pidfd_send_signal};
    let Some(number) = Pid::from_raw(pid) else { return false };
    let Ok(held) = pidfd_open(number, PidfdFlags::empty()) else { return false };
    crate::procfs::start_time(pid) == Some(started) && pidfd_send_signal(held, signal).is_ok()
}

/// Without process descriptors nothing can be signalled without the risk of meeting another process.
#[cfg(not(target_os = "linux"))]
fn signal(_pid: i32, _started: u64, _signal: Signal) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detached_process_says_its_line_and_logs_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let script = ["-c", "echo up; echo trouble >&2"];
        let detached =
            start(Path::new("/bin/sh"), &script, folder.path(), None, File::create(&path).unwrap()).unwrap();
        assert_eq!(detached.first_line().unwrap().as_deref(), Some("up"));
        while std::fs::read_to_string(&path).unwrap() != "trouble\n" {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_lock_is_held_until_the_process_lets_go_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let log = File::create(folder.path().join("log")).unwrap();
        let held = crate::lock::try_lock(&path).unwrap().unwrap();
        let script = ["-c", "echo up; while ! test -e go; do sleep 0.01; done; exec </dev/null; sleep 1"];
        let given = Some(held.share().unwrap());
        let detached = start(Path::new("/bin/sh"), &script, folder.path(), given, log).unwrap();
        detached.first_line().unwrap();
        drop(held);
        assert!(crate::lock::try_lock(&path).unwrap().is_none(), "the process still has it");
        crate::files::write(&folder.path().join("go"), "").unwrap();
        while crate::lock::try_lock(&path).unwrap().is_none() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn one_that_ends_without_a_word_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let detached = start(Path::new("/bin/sh"), &["-c", "exit 3"], folder.path(), None, log).unwrap();
        assert_eq!(detached.first_line().unwrap(), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn only_the_very_process_is_terminated() {
        let folder = tempfile::tempdir().unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let detached =
            start(Path::new("/bin/sh"), &["-c", "echo $$; exec sleep 100"], folder.path(), None, log)
                .unwrap();
        let pid: i32 = detached.first_line().unwrap().unwrap().parse().unwrap();
        let started = crate::procfs::start_time(pid).unwrap();
        assert!(!terminate(pid, started + 1) && !kill(pid, started + 1));
        assert!(kill(pid, started));
    }
}
