//! The flags of Docker's commands, as far as they decide what an argument is.
//!
//! From the reference of each command. A flag that stands in neither list makes the rest of its command unknown.

/// Flags of one command.
pub(super) struct Flags {
    /// Those with a value, by every name.
    pub(super) valued: &'static [&'static str],
    /// Those without.
    pub(super) plain: &'static [&'static str],
}

/// `docker build` and `docker buildx build`.
pub(super) const BUILD: Flags = Flags {
    valued: &[
        "-f",
        "--file",
        "--target",
        "-t",
        "--tag",
        "--build-arg",
        "--build-context",
        "--label",
        "--cache-from",
        "--cache-to",
        "--platform",
        "-o",
        "--output",
        "--secret",
        "--ssh",
        "--network",
        "--progress",
        "--builder",
        "--add-host",
        "--iidfile",
        "--metadata-file",
        "--attest",
        "--annotation",
        "--allow",
        "--shm-size",
        "--ulimit",
        "--cgroup-parent",
        "--no-cache-filter",
        "--call",
        "--provenance",
        "--sbom",
        "-m",
        "--memory",
        "--memory-swap",
        "-c",
        "--cpu-shares",
        "--cpuset-cpus",
        "--cpuset-mems",
        "--cpu-period",
        "--cpu-quota",
        "--isolation",
        "--security-opt",
        "--policy",
    ],
    plain: &[
        "--no-cache",
        "--pull",
        "--push",
        "--load",
        "-q",
        "--quiet",
        "--rm",
        "--force-rm",
        "--squash",
        "--compress",
        "--check",
        "-D",
        "--debug",
        "--disable-content-trust",
    ],
};

/// `docker compose` itself, before its command.
pub(super) const COMPOSE: Flags = Flags {
    valued: &[
        "-f",
        "--file",
        "-p",
        "--project-name",
        "--profile",
        "--env-file",
        "--project-directory",
        "--parallel",
        "--progress",
        "--ansi",
        "--workdir",
    ],
    plain: &["--compatibility", "--dry-run", "--all-resources", "--verbose", "--no-ansi"],
};

/// `docker buildx bake`.
pub(super) const BAKE: Flags = Flags {
    valued: &[
        "-f",
        "--file",
        "--set",
        "--progress",
        "--builder",
        "--metadata-file",
        "--provenance",
        "--sbom",
        "--allow",
        "--call",
        "--list",
        "--var",
    ],
    plain: &["--no-cache", "--pull", "--push", "--load", "--print", "--check", "-D", "--debug"],
};

const UP: Flags = Flags {
    valued: &[
        "--scale",
        "-t",
        "--timeout",
        "--wait-timeout",
        "--exit-code-from",
        "--attach",
        "--no-attach",
        "--pull",
    ],
    plain: &[
        "-d",
        "--detach",
        "--build",
        "--no-build",
        "--force-recreate",
        "--no-recreate",
        "--no-start",
        "--no-deps",
        "--wait",
        "--remove-orphans",
        "--abort-on-container-exit",
        "--abort-on-container-failure",
        "--always-recreate-deps",
        "-V",
        "--renew-anon-volumes",
        "--no-color",
        "--no-log-prefix",
        "--quiet-pull",
        "--quiet-build",
        "--timestamps",
        "--menu",
        "-y",
        "--yes",
        "-w",
        "--watch",
        "--attach-dependencies",
    ],
};

const RUN: Flags = Flags {
    valued: &[
        "-e",
        "--env",
        "-v",
        "--volume",
        "-p",
        "--publish",
        "-u",
        "--user",
        "-w",
        "--workdir",
        "--name",
        "--entrypoint",
        "-l",
        "--label",
        "--cap-add",
        "--cap-drop",
        "--env-from-file",
        "--pull",
    ],
    plain: &[
        "--rm",
        "-d",
        "--detach",
        "-T",
        "--no-TTY",
        "--no-tty",
        "-i",
        "--interactive",
        "-t",
        "--tty",
        "--no-deps",
        "--service-ports",
        "-P",
        "--use-aliases",
        "--build",
        "-q",
        "--quiet",
        "--quiet-pull",
        "--quiet-build",
        "--remove-orphans",
        "-it",
        "-ti",
    ],
};

const LOGS: Flags = Flags {
    valued: &["-n", "--tail", "--since", "--until", "--index"],
    plain: &["-f", "--follow", "-t", "--timestamps", "--no-color", "--no-log-prefix"],
};

const STOP: Flags = Flags { valued: &["-t", "--timeout"], plain: &["--no-deps"] };

const RM: Flags = Flags {
    valued: &[],
    plain: &["-f", "--force", "-s", "--stop", "-v", "--volumes", "-fsv", "-sf", "-fs", "-fv"],
};

const PORT: Flags = Flags { valued: &["--index", "--protocol"], plain: &[] };

const BUILD_SERVICES: Flags = Flags {
    valued: &["--build-arg", "--progress", "-m", "--memory", "--ssh", "--builder", "--provenance", "--sbom"],
    plain: &[
        "--no-cache",
        "--pull",
        "--push",
        "-q",
        "--quiet",
        "--with-dependencies",
        "--check",
        "--print",
        "--parallel",
        "--force-rm",
        "--no-rm",
    ],
};

const EXEC: Flags = Flags {
    valued: &["-e", "--env", "-u", "--user", "-w", "--workdir", "--index"],
    plain: &[
        "-d",
        "--detach",
        "-T",
        "--no-TTY",
        "--no-tty",
        "-i",
        "--interactive",
        "-t",
        "--tty",
        "--privileged",
        "-it",
        "-ti",
    ],
};

const PULL: Flags = Flags {
    valued: &["--policy"],
    plain: &[
        "-q",
        "--quiet",
        "--ignore-buildable",
        "--ignore-pull-failures",
        "--include-deps",
        "--parallel",
        "--no-parallel",
    ],
};

const START: Flags = Flags { valued: &["--wait-timeout"], plain: &["--wait"] };

const PUSH: Flags =
    Flags { valued: &[], plain: &["-q", "--quiet", "--ignore-push-failures", "--include-deps"] };

/// The flags of those commands of `docker compose` whose arguments are services, and whether only the first one is.
pub(super) fn of_services(command: &str) -> Option<(&'static Flags, bool)> {
    Some(match command {
        "up" => (&UP, false),
        "build" => (&BUILD_SERVICES, false),
        "run" => (&RUN, true),
        "exec" => (&EXEC, true),
        "logs" => (&LOGS, false),
        "pull" => (&PULL, false),
        "push" => (&PUSH, false),
        "start" => (&START, false),
        "stop" | "restart" => (&STOP, false),
        "rm" => (&RM, false),
        "port" => (&PORT, true),
        _ => return None,
    })
}
