//! What the tests run as a process of its own: a keeper, a supervisor that can be killed, the holder of a lock.
//!
//! - `supervise isolated|plain RUN SCRATCH PROGRAM ARGS…` starts a keeper and the program in it, prints the
//!   keeper's facts as a line of JSON, and ends when the program does, with its exit code.
//! - `sweep FOLDER` removes a folder with the mounts below it.
//! - `lock FILE` takes a lock, prints `locked` and waits.

use std::io::{Error, Read, Result};
use std::net::IpAddr;
use std::path::Path;

use testyard_sys::keeper::{HostEntry, Isolation, Keeper, Network, Options, serve_if_keeper};
use testyard_sys::process::{Command, Stdio};
use testyard_sys::{lock, sweep};

fn main() -> Result<()> {
    serve_if_keeper();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["supervise", isolation, run, scratch, program, args @ ..] => {
            let options = options(isolation, run, scratch)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let code = runtime.block_on(supervise(options, program, args))?;
            std::process::exit(code);
        }
        ["sweep", folder] => sweep::remove_folder(Path::new(folder)),
        ["lock", file] => hold(Path::new(file)),
        _ => Err(Error::other("see the head of this program's source for its arguments")),
    }
}

fn options(isolation: &str, run: &str, scratch: &str) -> Result<Options> {
    let mut options = Options::plain(run, scratch)?;
    if isolation == "isolated" {
        options.isolation = Isolation::Allowed;
        options.network = Network::Private;
        options.scratch_bytes = Some(64 << 20);
        options.hosts =
            vec![HostEntry { ip: IpAddr::from([127, 77, 0, 2]), names: vec!["postgres-test".to_owned()] }];
    }
    Ok(options)
}

async fn supervise(options: Options, program: &str, args: &[&str]) -> Result<i32> {
    let keeper = Keeper::start(options).await?;
    println!("{}", serde_json::to_string(keeper.facts())?);
    let command =
        Command::new(program).args(args).inherit_env().stdout(Stdio::Inherit).stderr(Stdio::Inherit);
    let exit = keeper.spawn(command).await?.wait().await;
    keeper.shutdown().await;
    Ok(exit.shell_code().unwrap_or(1))
}

fn hold(file: &Path) -> Result<()> {
    let _lock = lock::try_lock(file)?.ok_or_else(|| Error::other("somebody else holds it"))?;
    println!("locked");
    // Until it is killed, or whoever started it goes away.
    std::io::stdin().read_to_end(&mut Vec::new()).map(drop)
}
