"""Running and examining flows from Python, with the same parts as the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mock_knock.arazzo.document import Workflow
from mock_knock.arazzo.template import Dialect
from mock_knock.errors import UsageError
from mock_knock.files import choose_file
from mock_knock.harness.addresses import check_servers, find_addresses
from mock_knock.harness.flow import Flow, load_flow
from mock_knock.harness.inputs import Inputs
from mock_knock.harness.masking import mask_result
from mock_knock.harness.prepare import Prepared, apply_severities, prepare_run
from mock_knock.harness.result import RunResult, StepResult
from mock_knock.harness.run_settings import Addresses, NetworkSettings, RealClock, RunClock, RunSettings
from mock_knock.harness.runner import INTERRUPTED, run_workflow
from mock_knock.harness.transport import Transport, WsgiTransport, is_loopback
from mock_knock.messages import Finding, JsonValue, Severity

MOCK = "mock"
DEFAULT_SETTINGS = RunSettings()
DEFAULT_NETWORK = NetworkSettings()


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a flow meets: how requests get there, and whose time counts; `name` is for people."""

    transport: Transport
    clock: RunClock
    name: str
    seed: int = 0


def run_flow(  # noqa: PLR0913  # all but two are keywords with defaults
    flow: str | Path | Flow,
    inputs: Mapping[str, JsonValue] | None = None,
    *,
    workflow: str | None = None,
    target: str = MOCK,
    servers: Mapping[str, str] | None = None,
    scenario: str | None = None,
    settings: RunSettings = DEFAULT_SETTINGS,
    transport: Transport | None = None,
    clock: RunClock | None = None,
    on_step: Callable[[StepResult], None] = lambda _step: None,
    live: bool = False,
    allow_roots: Sequence[Path] = (),
    network: NetworkSettings = DEFAULT_NETWORK,
) -> RunResult:
    """Run one workflow of an Arazzo document, judge every request and response, and return what happened, masked.

    Args:
        flow: a file, the name of a bundled flow, or a flow from `load_flow`.
        inputs: the inputs of the workflow.
        workflow: its id; not needed when the document has only one.
        target: `mock`, a fake in this process on its own clock; `described`, what the descriptions name; or an address.
        servers: addresses for single source descriptions, by their names.
        scenario: how the fake of the target `mock` behaves: a file, or the name of a bundled scenario.
        settings: budgets, dialect, severities.
        transport: takes the place of the network, or of the fake; requests still get the addresses of `target`.
        clock: whose time counts; `RealClock(sleep=...)` takes another way to let time pass.
        on_step: told about each request as soon as it is judged; nothing is masked there.
        live: allow addresses beyond this machine.
        allow_roots: folders from which documents may be read, beside the usual ones.
        network: proxy and certificates.

    Raises:
        InvalidDocument: document, descriptions or inputs cannot be used. A failed flow is a result: `exit_code()`.
        UsageError: an argument makes no sense, or an address is not this machine and `live` is not set.
        KeyboardInterrupt: somebody interrupted the run; `on_step` was told what had been sent until then.
    """
    _check_transport(transport, scenario, network)
    loaded = flow if isinstance(flow, Flow) else open_flow(flow, allow_roots=allow_roots)
    prepared = _prepare(loaded, workflow, find_addresses(target, servers or {}), settings)
    _check_places(prepared, are_all_allowed=live or transport is not None)
    meeting = meet(target, scenario, network=network) if transport is None else Meeting(transport, RealClock(), target)
    run = partial(run_workflow, prepared, Inputs(inputs or {}), settings=settings, seed=meeting.seed, on_step=on_step)
    return _told(run(transport=meeting.transport, clock=clock or meeting.clock), meeting.name)


def _check_transport(transport: Transport | None, scenario: str | None, network: NetworkSettings) -> None:
    if transport is not None and (scenario is not None or network != DEFAULT_NETWORK):
        hint = "take out the transport, or what it makes useless"
        raise UsageError("transport-given", "scenario and network have no effect on a transport of yours", hint=hint)


def _prepare(flow: Flow, workflow: str | None, addresses: Addresses, settings: RunSettings) -> Prepared:
    check_servers(flow, addresses)
    return prepare_run(flow, flow.choose_workflow(workflow), addresses, settings)


def _check_places(prepared: Prepared, *, are_all_allowed: bool) -> None:
    away = [call.server for _, call in prepared.calls() if not is_loopback(call.server)]
    if away and not are_all_allowed:
        hint = "pass live=True if these requests may really be sent"
        raise UsageError("live-not-allowed", f"{away[0]} is not this machine", hint=hint)


def _told(result: RunResult, name: str) -> RunResult:
    if any(finding.code == INTERRUPTED for finding in result.findings):
        raise KeyboardInterrupt
    return mask_result(result.against(name))


def lint_flow(
    flow: str | Path | Flow,
    *,
    workflow: str | None = None,
    dialect: Dialect = "lenient",
    severities: Mapping[str, Severity] | None = None,
    allow_roots: Sequence[Path] = (),
) -> tuple[Finding, ...]:
    """Return what can be said about the workflows of an Arazzo document before anything is sent, each finding once.

    Args:
        flow: a file, the name of a bundled flow, or a flow from `load_flow`.
        workflow: the id of the only workflow to look at.
        dialect: `strict` for the letter of the standard.
        severities: severities by code that take the place of the usual ones.
        allow_roots: folders from which documents may be read, beside the usual ones.

    Raises:
        InvalidDocument: the structure is broken, or a file cannot be used; `findings` has every problem.
        UsageError: there is no such workflow.
    """
    loaded = flow if isinstance(flow, Flow) else open_flow(flow, allow_roots=allow_roots)
    chosen: Iterable[Workflow] = loaded.document.workflows
    if workflow is not None:
        chosen = (loaded.choose_workflow(workflow),)
    found = (finding for each in chosen for finding in loaded.lint(each, dialect=dialect))
    return tuple(dict.fromkeys(apply_severities(tuple(found), RunSettings(severities=severities or {}))))


def open_flow(flow: str | Path, *, allow_roots: Sequence[Path] = ()) -> Flow:
    """Read a flow from a file, or a bundled one by its name; raises InvalidDocument."""
    return load_flow(choose_file("arazzo", str(flow)), working_directory=Path.cwd(), allow_roots=allow_roots)


def meet(target: str, scenario: str | None = None, *, network: NetworkSettings = DEFAULT_NETWORK) -> Meeting:
    """Return what a flow meets at a target: a fake in this process for `mock`, else the network.

    Raises:
        UsageError: `scenario-without-fake`, or there is no such scenario; a certificate cannot be read.
    """
    if target != MOCK:
        if scenario is not None:
            hint = "give it to `mock-knock serve --scenario`, or use --target mock"
            what = "--scenario tells the fake of --target mock how to behave"
            raise UsageError("scenario-without-fake", what, hint=hint)
        return Meeting(open_network(network), RealClock(), target)
    from mock_knock.local import FakeOptions, build_fake, load_scenario, shared_clock  # noqa: PLC0415  # needs Flask

    behaviour, clock = load_scenario(scenario), shared_clock()
    fake = build_fake(FakeOptions(scenario=behaviour), clock=clock.clock)
    name = "" if scenario is None else f", scenario {behaviour.name}"
    return Meeting(WsgiTransport(fake.application), clock, f"a fake in this process{name}", behaviour.seed)


def open_network(network: NetworkSettings = DEFAULT_NETWORK) -> Transport:
    """Return the way to the network; raises UsageError when a certificate cannot be read."""
    from mock_knock.harness.network import NetworkTransport  # noqa: PLC0415  # a run in process needs no network

    proxies = {"http": network.proxy, "https": network.proxy} if network.proxy else None
    certificate, _, key = (network.client_certificate or "").partition(",")
    return NetworkTransport(
        proxies=proxies,
        verify=False if network.is_insecure else network.ca_bundle or True,
        certificate=(certificate, key) if key else certificate or None,
    )
