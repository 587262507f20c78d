//! An account for the user that servers run as.
//!
//! initdb wants to know its user's name, and fails when there is none: in a nested user namespace, whose user 1000 need
//! not exist on this machine, and in containers that run as some number. Where mounts can be private, an account file
//! with one more line is shown.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use testyard_sys::files;
use testyard_sys::keeper::{Keeper, NotRootMeans};
use testyard_sys::process::{Command, output};

/// The accounts of this machine.
const ACCOUNTS: &str = "/etc/passwd";

/// The user that a nested user namespace shows, see [`NotRootMeans::UserNamespace`].
const NESTED: u32 = 1000;

/// How long a look-up may take: it may ask a directory server.
const LOOK_UP: Duration = Duration::from_secs(10);

/// Makes sure that the user who is not root has an account, as far as that can be done. Where it cannot, programs
/// that need one say so themselves.
pub(crate) async fn provide(keeper: &Keeper, scratch: &Path) {
    let Some(user) = user(keeper) else { return };
    let Ok(accounts) = std::fs::read_to_string(ACCOUNTS) else { return };
    if !keeper.facts().mount_namespace || has(&accounts, user) || is_known(keeper, user).await {
        return;
    }
    let file = scratch.join(".accounts");
    if files::write(&keeper.outside(&file), with(&accounts, user)).is_ok() {
        // Refused only by systems that refuse every mount, which then have no mount namespace either.
        let _ = keeper.bind_mount(&file, Path::new(ACCOUNTS), true).await;
    }
}

fn user(keeper: &Keeper) -> Option<u32> {
    match keeper.not_root() {
        NotRootMeans::AlreadyOrdinary => own_user().ok(),
        NotRootMeans::UserNamespace => Some(NESTED),
        NotRootMeans::SetUid { uid, .. } => Some(uid),
        NotRootMeans::Refused => None,
    }
}

/// The user of this process, whose own folder in `/proc` belongs to it.
fn own_user() -> io::Result<u32> {
    Ok(std::fs::metadata("/proc/self")?.uid())
}

/// Whether the name is known from elsewhere, such as a directory server.
async fn is_known(keeper: &Keeper, user: u32) -> bool {
    let command = Command::new("getent").args(["passwd", &user.to_string()]).inherit_env();
    output(keeper, command, LOOK_UP).await.is_ok_and(|output| output.exit.is_success())
}

fn has(accounts: &str, user: u32) -> bool {
    accounts.lines().any(|line| line.split(':').nth(2).is_some_and(|id| id.parse() == Ok(user)))
}

fn with(accounts: &str, user: u32) -> String {
    format!("{}\ntestyard:x:{user}:{user}:Testyard:/nonexistent:/bin/sh\n", accounts.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_account() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\nbroken\nme:x:1001:1001::/home/me:/bin/sh";
        assert!(has(accounts, 0) && has(accounts, 1001) && !has(accounts, 1000) && !has(accounts, 100));
        let more = with(accounts, 1000);
        assert!(has(&more, 1000) && more.starts_with(accounts) && more.ends_with(":/bin/sh\n"));
    }
}
