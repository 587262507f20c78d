//! Trying again: which failures are worth another attempt, and how long each attempt may take.

use std::time::Duration;

/// Parts of an output, in lower case, that tell of a network that did not hold, or of a body that arrived broken.
const NETWORK: [&str; 32] = [
    "connection broken by",
    "connection refused",
    "connection reset",
    "connection aborted",
    "connection timed out",
    "connection failed",
    "could not connect",
    "unable to connect",
    "failed to connect",
    "network is unreachable",
    "no route to host",
    "name resolution",
    "could not resolve",
    "name or service not known",
    "dns error",
    "read timed out",
    "readtimeout",
    "operation timed out",
    "request timed out",
    "incompleteread",
    "remote end closed",
    "error sending request",
    "error decoding response body",
    "end of file before message length reached",
    "do not match the hashes",
    "hash mismatch",
    ".whl is invalid",
    "hash sum mismatch",
    "429 too many requests",
    "failed to download",
    " timed out after ",
    "tls handshake",
];

/// Parts of an output that tell of a server's own failure: `HTTP error 503`, `502 Server Error`.
const SERVER: [&str; 4] = ["server error", "bad gateway", "service unavailable", "gateway time"];

/// Whether another attempt may end otherwise: the network or the server did not hold, the request was sound.
pub(crate) fn may_pass_next_time(output: &[String]) -> bool {
    output.iter().any(|line| {
        let line = line.to_lowercase();
        NETWORK.iter().any(|part| line.contains(part))
            || SERVER.iter().any(|part| line.contains(part))
            || ["http error 5", "too many 5", "status code 5"].iter().any(|part| line.contains(part))
    })
}

/// How long each attempt may take. A plan without any gets one attempt of three minutes.
pub(crate) fn timeouts(milliseconds: &[u64]) -> Vec<Duration> {
    match milliseconds {
        [] => vec![Duration::from_secs(180)],
        given => given.iter().map(|ms| Duration::from_millis(*ms)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_tried_again_and_wrong_requests_are_not() {
        let check =
            |line: &str, again: bool| assert_eq!(may_pass_next_time(&[line.to_owned()]), again, "{line}");
        check("WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError'", true);
        check("ERROR: HTTP error 503 while getting https://index/x.whl", true);
        check("pip._vendor.urllib3.exceptions.ReadTimeoutError: Read timed out.", true);
        check("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", true);
        check("  Caused by: error sending request for url (https://index/simple/x/)", true);
        check("E: Failed to fetch http://a/b.deb  Hash Sum mismatch", true);
        check("ERROR: No matching distribution found for nothing-such", false);
        check(
            "ERROR: Could not find a version that satisfies the requirement x==9 (from versions: 1, 2)",
            false,
        );
        check("error: subprocess-exited-with-error", false);
        check("ERROR: HTTP error 404 while getting https://index/x.whl", false);
    }
}
