//! Plugins of pytest whose markers are known.

/// Markers of pytest itself and of well-known plugins. A name that stands here is never judged, whether its plugin is
/// required or not.
pub(super) const MARKS: [&str; 40] = [
    "parametrize",
    "skip",
    "skipif",
    "xfail",
    "usefixtures",
    "filterwarnings",
    "tryfirst",
    "trylast",
    "asyncio",
    "anyio",
    "trio",
    "twisted",
    "tornado",
    "gen_test",
    "asyncio_cooperative",
    "django_db",
    "urls",
    "ignore_template_errors",
    "timeout",
    "flaky",
    "order",
    "run",
    "dependency",
    "xdist_group",
    "benchmark",
    "no_cover",
    "vcr",
    "block_network",
    "default_cassette",
    "freeze_time",
    "hypothesis",
    "respx",
    "httpx_mock",
    "enable_socket",
    "disable_socket",
    "allow_hosts",
    "random_order",
    "repeat",
    "celery",
    "mpl_image_compare",
];

/// Plugins that register no markers but those above.
const KNOWN: [&str; 24] = [
    "asyncio",
    "anyio",
    "cov",
    "xdist",
    "django",
    "mock",
    "timeout",
    "rerunfailures",
    "randomly",
    "benchmark",
    "env",
    "sugar",
    "httpx",
    "httpserver",
    "freezer",
    "socket",
    "recording",
    "clarity",
    "html",
    "json-report",
    "instafail",
    "order",
    "repeat",
    "dotenv",
];

/// Whether a text that declares requirements names a plugin whose markers are not known.
pub(super) fn has_unknown(text: &str) -> bool {
    let text = text.to_lowercase().replace('_', "-");
    let mut named = text
        .split("pytest-")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default());
    named.any(|name| !KNOWN.contains(&name.trim_end_matches('-')))
}

#[cfg(test)]
mod tests {
    use super::has_unknown;

    #[test]
    fn plugins_are_told_apart() {
        for known in ["pytest", "pytest-cov==5", "pytest_json_report", "\"pytest-xdist[psutil]>=3\""] {
            assert!(!has_unknown(known), "{known}");
        }
        for unknown in ["pytest-bdd", "a\nPytest_BDD==7", "pytest-cov\npytest-covers"] {
            assert!(has_unknown(unknown), "{unknown}");
        }
    }
}
