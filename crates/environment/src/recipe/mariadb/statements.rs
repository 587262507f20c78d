//! The SQL that makes accounts and the database, as the images' entrypoints do.

use super::Flavour;
use super::settings::{Accounts, Root, User};

/// Everything at once, for a server whose root has no password yet. `random` is the password to use where one is to be
/// made up.
pub(super) fn accounts(accounts: &Accounts, flavour: Flavour, random: &str) -> String {
    let mut sql = String::from(
        "SET @@SESSION.SQL_LOG_BIN=0;\n\
         SET @@SESSION.SQL_MODE=REPLACE(@@SESSION.SQL_MODE, 'NO_BACKSLASH_ESCAPES', '');\n\
         DROP USER IF EXISTS root@'127.0.0.1', root@'::1';\n\
         DROP DATABASE IF EXISTS test;\n",
    );
    let proof = proof(&accounts.root, random);
    if accounts.root_host != "localhost" {
        let root = account("root", &accounts.root_host);
        sql.push_str(&format!(
            "CREATE USER {root} {proof};\nGRANT ALL ON *.* TO {root} WITH GRANT OPTION;\n"
        ));
        if flavour != Flavour::MySql {
            sql.push_str(&format!("GRANT PROXY ON ''@'%' TO {root} WITH GRANT OPTION;\n"));
        }
    }
    if let Some(database) = &accounts.database {
        sql.push_str(&format!("CREATE DATABASE IF NOT EXISTS {};\n", identifier(database)));
    }
    if let Some(user) = &accounts.user {
        sql.push_str(&self::user(user, accounts.database.as_deref()));
    }
    // Root's own password comes last, and that of a hash only after the init scripts: nobody knows it.
    if !matches!(accounts.root, Root::Hash(_)) {
        sql.push_str(&format!("ALTER USER root@localhost {proof};\n"));
    }
    sql
}

/// What is left to do after the init scripts.
pub(super) fn last(accounts: &Accounts) -> Option<String> {
    let Root::Hash(_) = accounts.root else { return None };
    Some(format!("ALTER USER root@localhost {};\n", proof(&accounts.root, "")))
}

fn user(user: &User, database: Option<&str>) -> String {
    let account = account(&user.name, &user.host);
    let by = if user.hashed { "BY PASSWORD" } else { "BY" };
    let mut sql = format!("CREATE USER {account} IDENTIFIED {by} {};\n", literal(&user.password));
    if let Some(database) = database {
        // An underscore in a grant stands for any character.
        let database = identifier(&database.replace('_', "\\_"));
        sql.push_str(&format!("GRANT ALL ON {database}.* TO {account};\n"));
    }
    sql
}

fn proof(root: &Root, random: &str) -> String {
    match root {
        Root::Password(password) => format!("IDENTIFIED BY {}", literal(password)),
        Root::Hash(hash) => format!("IDENTIFIED BY PASSWORD {}", literal(hash)),
        Root::Empty => "IDENTIFIED BY ''".to_owned(),
        Root::Random => format!("IDENTIFIED BY {}", literal(random)),
    }
}

fn account(name: &str, host: &str) -> String {
    format!("{}@{}", literal(name), literal(host))
}

/// A name as SQL writes it.
fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text as SQL writes it, where backslashes escape.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(root: Root, host: &str) -> Accounts {
        let user = User { name: "app".into(), password: "p'w".into(), hashed: false, host: "%".into() };
        Accounts {
            root,
            root_host: host.into(),
            database: Some("a_b".into()),
            user: Some(user),
            zones: false,
        }
    }

    #[test]
    fn everybody_has_a_password_in_the_end() {
        let sql = accounts(&given(Root::Password("s\\3".into()), "%"), Flavour::MariaDb, "");
        for line in [
            "CREATE USER 'root'@'%' IDENTIFIED BY 's\\\\3';",
            "CREATE DATABASE IF NOT EXISTS `a_b`;",
            "CREATE USER 'app'@'%' IDENTIFIED BY 'p\\'w';",
            "GRANT ALL ON `a\\_b`.* TO 'app'@'%';",
        ] {
            assert!(sql.lines().any(|found| found == line), "{line}\n{sql}");
        }
        assert!(sql.ends_with("ALTER USER root@localhost IDENTIFIED BY 's\\\\3';\n"));
    }

    #[test]
    fn root_from_this_machine_alone() {
        let sql = accounts(&given(Root::Random, "localhost"), Flavour::MySql, "made up");
        assert!(!sql.contains("'root'@"), "{sql}");
        assert!(sql.contains("ALTER USER root@localhost IDENTIFIED BY 'made up';"), "{sql}");
    }

    #[test]
    fn a_hash_comes_after_the_scripts() {
        let hashed = given(Root::Hash("*AB".into()), "%");
        let sql = accounts(&hashed, Flavour::MariaDb, "");
        assert!(sql.contains("CREATE USER 'root'@'%' IDENTIFIED BY PASSWORD '*AB';"), "{sql}");
        assert!(!sql.contains("ALTER USER"), "{sql}");
        assert_eq!(
            last(&hashed).as_deref(),
            Some("ALTER USER root@localhost IDENTIFIED BY PASSWORD '*AB';\n")
        );
        assert_eq!(last(&given(Root::Empty, "%")), None);
    }
}
