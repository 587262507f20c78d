//! RabbitMQ, and the Erlang it runs on.

use std::io;
use std::path::Path;

use testyard_model::Product;
use testyard_sys::files;

use super::{Debian, Known, VersionFrom, no_extension};

pub(super) static KNOWN: Known = Known {
    product: Product::RabbitMq,
    servers: &["rabbitmq-server"],
    tools: &["rabbitmqctl"],
    // The scripts on a Debian host's PATH insist on the system's own user; the real ones lie here.
    folders: &[
        "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin",
        "/opt/rabbitmq/sbin",
        "/opt/homebrew/Cellar/rabbitmq/*/sbin",
    ],
    version: VersionFrom::Folder {
        prefix: "rabbitmq_server-",
        proof: ("erl", &["-noinput", "-eval", PROOF]),
    },
    series: 2,
    wheels: &[],
    debian: Debian {
        packages: &["rabbitmq-server", "erlang-base"],
        needs: &["erlang-"],
        bin: &["usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin", "usr/lib/erlang/bin"],
        extension: no_extension,
    },
    relocate,
    stand_ins: &[],
};

/// Starts the parts of Erlang that the server starts with; a part that is missing ends it with an error.
const PROOF: &str =
    "[{ok, _} = application:ensure_all_started(Part) || Part <- [ssl, mnesia, os_mon, xmerl]], halt(0).";

/// Replaces Erlang's start script, which names `/usr/lib/erlang` whatever it is told, by one that looks where it lies.
fn relocate(root: &Path) -> io::Result<()> {
    let erlang = root.join("usr/lib/erlang");
    let emulator = std::fs::read_dir(&erlang)?
        .filter_map(Result::ok)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .find(|name| name.starts_with("erts-"))
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no emulator in the Erlang packages"))?;
    let script = format!(
        "#!/bin/sh\n\
         ROOTDIR=$(dirname \"$(dirname \"$(readlink -f \"$0\")\")\")\n\
         BINDIR=$ROOTDIR/{emulator}/bin\n\
         EMU=beam\n\
         PROGNAME=erl\n\
         export ROOTDIR BINDIR EMU PROGNAME\n\
         exec \"$BINDIR/erlexec\" ${{1+\"$@\"}}\n"
    );
    files::write(&erlang.join("bin/erl"), script.as_bytes())
}
