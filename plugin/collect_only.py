"""Collects with pytest, as `python -m pytest --collect-only` would, and writes what came of it to standard output.

One JSON document: `items`, the node ids as they were collected, before any was deselected; `errors`, the files that
could not be collected, each with the last line of what pytest said; `exit`, pytest's exit code, none when something
ended the process. Whatever pytest and the project print goes to standard error.
"""

import json
import os
import sys


class Probe:
    """Listens to pytest."""

    def __init__(self):
        self.items = []
        self.errors = []

    def pytest_itemcollected(self, item):
        self.items.append(item.nodeid)

    def pytest_collectreport(self, report):
        if report.failed:
            lines = [line for line in str(report.longrepr).splitlines() if line.strip()]
            said = [line[1:].strip() for line in lines if line.startswith("E ")]
            self.errors.append({"path": report.nodeid.split("::")[0], "message": (said or lines or [""])[-1]})


def main():
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    probe, code, ended = Probe(), None, None
    sys.path.insert(0, os.getcwd())
    try:
        import pytest

        code = int(pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider"] + sys.argv[1:], plugins=[probe]))
    except SystemExit as end:
        ended = "SystemExit: %s" % end
    except BaseException as error:
        ended = "%s: %s" % (type(error).__name__, error)
    json.dump({"items": probe.items, "errors": probe.errors, "exit": code, "ended": ended}, answer)
    answer.close()
    # What the project started when it was imported must not keep this process alive.
    sys.stderr.flush()
    os._exit(0)


main()
