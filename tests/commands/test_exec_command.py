"""`mock-knock exec` runs a command with a fake of its own, and tells what it has called."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from mock_knock.commands import exec as command
from mock_knock.local import running
from mock_knock.web.server import Server, open_server

if TYPE_CHECKING:
    from tests.commands.conftest import Call, Called, Start

PYTHON = (sys.executable, "-I", "-c")
CANARY = "canary1234567890"
CLIENT = """
import json, os, sys, urllib.error, urllib.request as u
opener = u.build_opener(u.ProxyHandler({}))
def send(method, path, body=None, key=os.environ["KNOCK_API_KEY"]):
    asked = u.Request(os.environ["KNOCK_BASE_URL"] + "/v1" + path, method=method)
    if key:
        asked.add_header("Authorization", "Bearer " + key)
    asked.add_header("Content-Type", "application/json")
    try:
        return json.load(opener.open(asked, None if body is None else json.dumps(body).encode()))
    except urllib.error.HTTPError as error:
        with error:
            return json.load(error)
    except OSError:
        return None
"""
IDENTIFY = 'operation = send("POST", "/users/bulk/identify", {"users": [{"id": "ada"}]})\n'
POLL = 'send("GET", "/bulk_operations/" + operation["id"])\n'
TRIGGER = 'send("POST", "/workflows/welcome/trigger", {"recipients": ["ada", "jane"]})\n'


@pytest.fixture
def run(call: Call) -> Call:
    """Return a function that runs a Python script by `exec` with a JSON report, after more arguments."""

    def run_script(script: str, *arguments: str) -> Called:
        return call("exec", "--report", "json=report.json", *arguments, "--", *PYTHON, CLIENT + script)

    return run_script


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report() -> Any:
    """Return the report that was written."""
    return json.loads(Path("report.json").read_text(encoding="utf-8"))


def test_a_command_and_its_fake(call: Call) -> None:
    """The command finds address and key of a fake in its environment; its output and exit code are those of `exec`."""
    script = (
        'print(os.environ["KNOCK_API_KEY"], send("POST", "/users/bulk/identify", {"users": [{"id": "a"}]})["status"])'
    )
    called = call("exec", "--", *PYTHON, f"{CLIENT}{script}; sys.exit(3)")
    assert (3, "sk_test_local queued\n", "") == (called.code, called.out, called.err)


@pytest.mark.parametrize(
    ("script", "code"), [("", 0), ("sys.exit(1)", 1), ("sys.exit(255)", 255), ("os.kill(os.getpid(), 9)", 137)]
)
def test_exit_codes(run: Call, script: str, code: int) -> None:
    """The exit code of the command passes through, that of a signal as shells have it, and is in the report."""
    assert (code, code) == (run(script).code, report()["exit_code"])


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [(["no-such-command"], 127, "No such file or directory"), (["/"], 126, "Permission denied")],
)
def test_commands_that_cannot_be_started(call: Call, words: list[str], code: int, reason: str) -> None:
    """A command that is not there ends with 127 and one that cannot be executed with 126, each with the reason."""
    called = call("exec", *words)
    assert (code, "") == (called.code, called.out)
    assert f"error: the command '{words[0]}' cannot be started: {reason} [command-unusable]" in called.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--", "a", "--port", "x"), ["a", "--port", "x"]),
        (("a", "--help"), ["a", "--help"]),
        (("--port", "0", "a", "--", "b"), ["a", "--", "b"]),
        (("--", "--", "a"), ["--", "a"]),
        (("--", "", "b c"), ["", "b c"]),
    ],
)
def test_where_the_command_begins(
    call: Call, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: list[str]
) -> None:
    """From the first word on everything is the command, options and dashes included."""
    found: list[tuple[str, ...]] = []

    def note(given: command.Arguments) -> int:
        found.append(given.words)
        return 0

    monkeypatch.setattr(command, "execute", note)
    assert 0 == call("exec", *arguments).code
    assert [tuple(words)] == found


def test_without_a_command(call: Call) -> None:
    """Without a command there is nothing to do, which is wrong usage."""
    called = call("exec", "--port", "0", "--")
    assert (2, "") == (called.code, called.out)


def test_streams_are_its_own(start: Start) -> None:
    """The command reads our stdin and writes to our stdout, untouched."""
    process = start(["exec", "--", "cat"], stdin=-1)
    out, err = process.communicate("é\tone\n\x00two", timeout=60)
    assert (0, "é\tone\n\x00two", "") == (process.returncode, out, err)


@pytest.fixture
def usual_signals() -> Iterator[None]:
    """Let signals end what is started, whatever the tests themselves were told to ignore."""
    before = {each: signal.signal(each, signal.SIG_DFL) for each in (signal.SIGHUP, signal.SIGQUIT)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.usefixtures("usual_signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals(start: Start, number: int, code: int) -> None:
    """A signal to the program ends the command by the same signal, and both are gone without a word."""
    script = f'{CLIENT}print(os.environ["KNOCK_BASE_URL"], flush=True)\nimport time; time.sleep(60)'
    process = start(["exec", "--", *PYTHON, script], start_new_session=True)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert 200 == requests.get(f"{url}/_mock/health", timeout=60).status_code
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    traceback_of_the_command = "KeyboardInterrupt" in err if number == signal.SIGINT else err == ""
    assert (code, "", True) == (process.returncode, out, traceback_of_the_command)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/_mock/health", timeout=60)


def test_a_fake_that_breaks_down(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the fake fails while the command runs, the command does not go on without it."""

    def fail() -> None:
        raise ZeroDivisionError

    def open_broken(application: Callable[..., Any], *, host: str, port: int) -> Server:
        """Open the server of the command, and of nobody else in this process, so that it fails at its first turn."""
        server = open_server(application, host=host, port=port)
        monkeypatch.setattr(server.outages, "keep", fail)
        return server

    monkeypatch.setattr(command, "open_server", open_broken)
    with pytest.raises(ZeroDivisionError), suppress(AssertionError):
        call("exec", "--", *PYTHON, "import time; time.sleep(60)")


def test_a_port(call: Call) -> None:
    """With --port the fake listens there, and one that is taken is refused before the command begins."""
    with running() as server:
        called = call("exec", "--port", str(server.effective_port), "--", "touch", "done")
    assert (2, True, False) == (called.code, "[port-in-use]" in called.err, Path("done").exists())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--scenario", "nope"], "scenario-unknown"),
        (["--seed", "nope"], "seed-unknown"),
        (["--clock", "fast"], "clock-unknown"),
        (["--api-key", ""], "secret-empty"),
        (["--api-key", "pk_test_a"], "key-public"),
        (["--report", "junit=x"], "report-unknown"),
        (["--report", "json=nowhere/x"], "file-unwritable"),
    ],
)
def test_what_is_refused_before_it_begins(call: Call, arguments: list[str], code: str) -> None:
    """A fake that cannot be set up, or a report that cannot be written, is refused before the command begins."""
    called = call("exec", *arguments, "--", "touch", "done")
    assert (2, "", False) == (called.code, called.out, Path("done").exists())
    assert f"[{code}]" in called.err


def test_options_of_the_fake(run: Call) -> None:
    """The fake behaves as its options say."""
    script = (
        f'{IDENTIFY}print(operation["status"], send("POST", "/workflows/nope/trigger", {{"recipients": []}})["code"])'
    )
    assert "completed workflow_missing\n" == run(script, "--scenario", "immediate", "--seed", "example", "--strict").out


def test_keys_of_the_fake(run: Call) -> None:
    """With --api-key the command gets the first one, and others are refused and counted."""
    script = (
        f'{IDENTIFY}print(send("GET", "/users", key="sk_test_other")["code"], send("GET", "/users", key="")["code"])'
    )
    called = run(script, "--api-key", f"sk_test_{CANARY}", "--api-key", "sk_test_second")
    assert "api_key_missing authentication_required\n" == called.out
    assert (2, ["sk_test_***7890"]) == (report()["refused"], [each["key"] for each in report()["worlds"]])


def test_the_key_of_a_seed(run: Call) -> None:
    """A seed with keys gives the command its first secret one; keys of one environment are one world."""
    text = "version: 1\nkeys: [{key: pk_test_one, environment: a}, {key: sk_test_one, environment: a}]\n"
    Path("seed.yaml").write_text(text)
    script = 'print(os.environ["KNOCK_API_KEY"]); send("GET", "/users"); send("GET", "/users/a", key="pk_test_one")'
    called = run(script, "--seed", "seed.yaml")
    assert "sk_test_one\n" == called.out
    assert [2] == [each["requests"] for each in report()["worlds"]]


def test_requests_are_shown_when_asked(run: Call) -> None:
    """The log is silent, or a masked line for each request."""
    assert "" == run(IDENTIFY).err
    assert "POST /v1/users/bulk/identify 200 [sk_test_***]; 1 users in bulk operation" in run(IDENTIFY, "--log").err


def test_what_was_called(run: Call) -> None:
    """The report has each operation with its answers and faults, violations, notes, and what was harmed."""
    text = """
version: 1
bulk: {outcome: failed}
faults:
- {id: busy, on: getBulkOperation, when: {nth: 1}, do: {status: 503}}
- {id: gone, on: triggerWorkflow, when: {nth: 2}, do: {wire: reset}}
"""
    Path("scenario.yaml").write_text(text)
    wrong = 'send("POST", "/users/bulk/identify", {"users": 7}); send("GET", "/nothing")\n'
    run(IDENTIFY + POLL * 4 + TRIGGER * 2 + wrong, "--scenario", "scenario.yaml")
    (world,) = report()["worlds"]
    assert ("mock-knock/exec@1", 9, 0) == (report()["format"], world["requests"], world["forgotten"])
    assert [
        ("bulkIdentifyUsers", 2, {"200": 1, "422": 1}, {}),
        ("getBulkOperation", 4, {"503": 1, "200": 3}, {"busy": 1}),
        ("triggerWorkflow", 2, {"200": 1, "no answer": 1}, {"gone": 1}),
        ("GET /v1/nothing", 1, {"404": 1}, {}),
    ] == [(each["operation"], each["requests"], each["answers"], each["faults"]) for each in world["operations"]]
    assert [1] == [each["count"] for each in world["violations"]]
    assert world["violations"][0]["message"].startswith("bulkIdentifyUsers: ")
    notes = {each["message"]: each["count"] for each in world["notes"]}
    assert "recipient jane is unknown here: no run" in notes
    assert "silent" == world["verdict"]
    assert "batch-first" in [each["invariant"] for each in world["broken"]]


def test_a_table_for_people(run: Call) -> None:
    """As text the report is a table on stderr, and in a file without colours."""
    called = run(IDENTIFY + POLL + TRIGGER, "--report", "text=-", "--report", "text=report.txt")
    assert "" == called.out
    assert called.err == Path("report.txt").read_text(encoding="utf-8")
    assert "3 requests by " in called.err
    assert "  getBulkOperation                      1  200\n" in called.err


def test_a_report_on_stderr(call: Call) -> None:
    """As stdout belongs to the command, - is stderr."""
    called = call("exec", "--report", "json=-", "--", "echo", "said")
    assert ("said\n", []) == (called.out, json.loads(called.err)["worlds"])


def test_many_worlds(run: Call) -> None:
    """Each key that was used has its part of the report."""
    run('for n in range(3): send("GET", "/users", key=f"sk_test_{n}")')
    assert [1, 1, 1] == [each["requests"] for each in report()["worlds"]]


def test_reports_are_masked(run: Call) -> None:
    """Keys are shown in no report, wherever the command has put them."""
    script = f'send("GET", "/{CANARY}?token={CANARY}"); send("GET", "/users", key="{CANARY}"); {TRIGGER}'
    called = run(script.replace("jane", CANARY), "--api-key", CANARY, "--report", "text=-")
    assert CANARY not in called.out + called.err + Path("report.json").read_text()


@pytest.mark.parametrize("bound", [("--journal-entries", "2"), ("--journal-bytes", "2000")])
def test_a_journal_that_lets_go(run: Call, bound: tuple[str, str]) -> None:
    """Requests that the journal had to let go are counted, and the report says so."""
    called = run('for n in range(50): send("GET", "/users")', "--report", "text=-", *bound)
    (world,) = report()["worlds"]
    kept = world["operations"][0]["requests"]
    assert (50, 50 - kept, True) == (world["requests"], world["forgotten"], 0 < kept < 50)
    assert f"and {50 - kept} requests before, which the journal let go" in called.err


def test_settings_hold_for_exec(execute: Callable[..., Called]) -> None:
    """What the settings say of all fakes holds for this one."""
    Path("mock-knock.yaml").write_text("fake: {api-key: sk_test_mine}")
    assert "sk_test_mine\n" == execute("exec", "--", "sh", "-c", "echo $KNOCK_API_KEY").out
