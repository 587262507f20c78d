"""Makes one outcome of the reports that pytest gives about one test."""

# More of one test's text than this is cut in the middle before it is sent. The runner keeps all it is sent.
LARGEST_TEXT = 1 << 20

# What plugins call an attempt that failed and is tried again: pytest-rerunfailures, pytest-retry.
TRIED_AGAIN = ("rerun", "retried")


class Fold:
    """The reports of one test so far."""

    __slots__ = ("index", "seconds", "called", "failures", "skipped", "note", "attempts", "first_failure", "reports")

    def __init__(self, index):
        self.index = index
        self.seconds = 0.0
        self.reports = 0
        self.attempts = 0
        self.first_failure = None
        self._forget()

    def _forget(self):
        self.called = False
        self.failures = []
        self.skipped = None
        self.note = ""

    def take(self, report):
        """Takes in one report."""
        self.reports += 1
        self.seconds += report.duration
        outcome = report.outcome
        if outcome == "passed":
            self.called = self.called or report.when == "call"
            if hasattr(report, "wasxfail"):
                self.note = "xpass: " + reason_of(report.wasxfail)
        elif outcome in TRIED_AGAIN:
            self.attempts += 1
            if self.first_failure is None:
                self.first_failure = (first_line(report), text_of(report))
            self._forget()
        elif outcome == "skipped":
            self._skip(report)
        else:
            self.called = self.called or report.when == "call"
            self.failures.append(report)

    def _skip(self, report):
        if is_subtest(report):
            return
        self.called = True
        if hasattr(report, "wasxfail"):
            self.skipped = "xfail: " + reason_of(report.wasxfail)
        elif isinstance(report.longrepr, tuple):
            self.skipped = without_prefix(str(report.longrepr[2]), "Skipped: ")
        else:
            self.skipped = first_line(report)

    def send(self, channel):
        """Tells the runner how the test ended. A test without a single report is not told: the runner then says
        that it vanished."""
        if not self.reports:
            return
        plain = self.called and not self.note and not self.attempts
        if plain and not self.failures and self.skipped is None:
            channel.passed(self.index, self.seconds * 1000)
        else:
            channel.finish(self._fields())

    def _fields(self):
        fields = {"i": self.index, "ms": round(self.seconds * 1000, 3)}
        if self.failures:
            fields.update(self._failed())
        elif self.skipped is not None:
            fields.update(o="skipped", why=clean(self.skipped))
        elif not self.called:
            fields.update(o="skipped", why="its fixtures were set up, its body was not run")
        elif self.attempts:
            message, detail = self.first_failure
            fields.update(o="flaky", message=clean(message), detail=clean(detail))
        else:
            fields.update(message=clean(self.note))
        return fields

    def _failed(self):
        first = self.failures[0]
        in_call = any(report.when not in ("setup", "teardown") for report in self.failures)
        fields = {"o": "failed" if in_call else "error"}
        if not in_call:
            fields["why"] = "%s failed" % ("set-up" if first.when == "setup" else "teardown")
        texts = [text_of(report) for report in self.failures]
        texts += [report.testyard_asked for report in self.failures if hasattr(report, "testyard_asked")]
        texts += ["---- %s ----\n%s" % section for section in self.failures[-1].sections]
        if self.attempts:
            texts.append("tried %d times" % (self.attempts + 1))
        fields.update(message=clean(first_line(first)), detail=clean("\n\n".join(texts)))
        return fields


def is_subtest(report):
    """Whether a report is about a part of a test: `subtests.test()` or unittest's `subTest()`."""
    return type(report).__name__ in ("SubtestReport", "SubTestReport")


def text_of(report):
    """A report's traceback, headed by what failed where it is not the test itself."""
    head = ""
    if is_subtest(report):
        head = "in subtest %s\n" % subtest_name(report)
    elif report.when in ("setup", "teardown"):
        head = "in %s\n" % ("set-up" if report.when == "setup" else "teardown")
    return head + report.longreprtext


def address_asked(error):
    """Where a connection that could not be made was to go. The system's own errors do not say it; the frames that
    raised them do, also where the traceback is shown without arguments."""
    for _ in range(10):
        if isinstance(error, ConnectionError) or type(error).__name__ == "gaierror":
            return address_of(error.__traceback__)
        error = getattr(error, "__cause__", None) or getattr(error, "__context__", None)
    return None


def address_of(traceback):
    """The address in the innermost frame that has one."""
    found = None
    while traceback is not None:
        names = traceback.tb_frame.f_locals
        host, address = names.get("host"), names.get("address")
        if isinstance(host, str) and isinstance(names.get("port"), (int, str)):
            found = "host = %r, port = %r" % (host, names["port"])
        elif isinstance(address, tuple) and len(address) > 1 and isinstance(address[0], str):
            found = "address = %r" % (address[:2],)
        traceback = traceback.tb_next
    return found


def subtest_name(report):
    """A subtest's message and parameters."""
    context = getattr(report, "context", None)
    message = getattr(context, "msg", None)
    values = ", ".join("%s=%s" % pair for pair in sorted(dict(getattr(context, "kwargs", None) or {}).items()))
    return " ".join(part for part in ("[%s]" % message if message else "", "(%s)" % values if values else "") if part)


def first_line(report):
    """What went wrong, in one line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message) if crash is not None else decisive_text(report.longreprtext)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = lines[0] if lines else report.outcome
    return "%s: %s" % (subtest_name(report), line) if is_subtest(report) and subtest_name(report) else line


def decisive_text(text):
    """The last of the lines that pytest marks with `E`, for a text that says at its end what is wrong."""
    marked = [line[1:] for line in text.splitlines() if line.startswith("E  ")]
    return marked[-1] if marked else text


def reason_of(wasxfail):
    """The reason of an expected failure, which pytest prefixes in some cases."""
    return without_prefix(str(wasxfail), "reason: ") or "no reason given"


def without_prefix(text, prefix):
    return text[len(prefix) :] if text.startswith(prefix) else text


def clean(text):
    """Text that can be sent: at most LARGEST_TEXT characters, and without halves of surrogate pairs, which stand
    for bytes that were no text."""
    if len(text) > LARGEST_TEXT:
        half = LARGEST_TEXT // 2
        text = "%s\n… %d characters left out …\n%s" % (text[:half], len(text) - 2 * half, text[-half:])
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text
