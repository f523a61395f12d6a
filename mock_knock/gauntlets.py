"""The gauntlet on bundled faults: clients, fakes and scenarios put together, for Python and the command line."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

from mock_knock.domain.scenario import Scenario
from mock_knock.errors import UsageError
from mock_knock.flows import DEFAULT_SETTINGS, open_flow
from mock_knock.harness.command_client import run_command
from mock_knock.harness.flow import Flow
from mock_knock.harness.gauntlet import NO_FAULT, Ending, FakeKnock, Ordeal, ask_control
from mock_knock.harness.inputs import Inputs, check_inputs, complete_inputs
from mock_knock.harness.prepare import Prepared, prepare_run
from mock_knock.harness.result import RunResult
from mock_knock.harness.run_settings import Addresses, RunClock, RunSettings
from mock_knock.harness.runner import run_workflow
from mock_knock.harness.transport import IN_PROCESS_URL, Transport, WsgiTransport
from mock_knock.local import FakeOptions, build_fake, catalogue, running, shared_clock
from mock_knock.messages import Exchange, HttpRequest, JsonValue
from mock_knock.web.guard import AccessRules

DEFAULT_KEY = "sk_test_local"


def choose_ordeals(names: Sequence[str] = (), tags: Sequence[str] = ()) -> tuple[Ordeal, ...]:
    """Return the bundled faults with one of these names or tags; without any of either, all.

    Raises:
        UsageError: `fault-unknown` or `tag-unknown`, with what there is.
    """
    every = {each.name: each for each in catalogue() if each.tags}
    known_tags = sorted({tag for each in every.values() for tag in each.tags})
    for tag in tags:
        if tag not in known_tags:
            raise UsageError("tag-unknown", f"there is no tag '{tag}'", hint=f"tags: {', '.join(known_tags)}")
    wanted = {_find(every, name) for name in names if name != NO_FAULT}
    chosen = [each for each in every.values() if each.name in wanted or set(each.tags) & set(tags)]
    found = chosen if names or tags else [*every.values()]
    return tuple(Ordeal(each.name, each.description, each.tags) for each in sorted(found, key=_by_tag))


def _by_tag(scenario: Scenario) -> tuple[int, str]:
    order = ("bulk", "trigger", "http", "slow", "wire", "contract")
    return order.index(scenario.tags[0]) if scenario.tags[0] in order else len(order), scenario.name


def _find(every: Mapping[str, Scenario], name: str) -> str:
    found = next((each.name for each in every.values() if name == each.name or name in each.aliases), None)
    if found is None:
        raise UsageError("fault-unknown", f"there is no fault '{name}'", hint=f"faults: {', '.join(every)}")
    return found


def find_scenario(ordeal: Ordeal, seed: int) -> Scenario:
    """Return the scenario of an ordeal, with the seed of the gauntlet."""
    usual = Scenario(name=NO_FAULT)
    return replace(next((each for each in catalogue() if each.name == ordeal.fault), usual), seed=seed)


@dataclass(frozen=True)
class FlowClient:
    """An Arazzo flow that meets fakes in this process, each on a clock that both share."""

    name: str
    prepared: Prepared
    inputs: Mapping[str, JsonValue]
    settings: RunSettings
    seed: int = 0

    @contextmanager
    def meet(self, ordeal: Ordeal) -> Iterator[FakeKnock]:
        """Set a fresh fake up; the flow finds it without a network."""
        with meet_within(ordeal, self._run, seed=self.seed) as fake:
            yield fake

    def stop(self) -> None:
        """Do nothing: a flow is at its end in a moment."""

    def _run(self, transport: Transport, clock: RunClock) -> Ending:
        begin, inputs = clock.seconds(), Inputs(dict(self.inputs))
        result = run_workflow(self.prepared, inputs, transport=transport, clock=clock, settings=self.settings)
        return _flow_ending(result, clock.seconds() - begin)


@contextmanager
def meet_within(ordeal: Ordeal, run: Callable[[Transport, RunClock], Ending], *, seed: int = 0) -> Iterator[FakeKnock]:
    """Set a fresh fake up in this process, for a client that shares its clock, whatever key it uses."""
    clock = shared_clock()
    fake = build_fake(FakeOptions(scenario=find_scenario(ordeal, seed)), clock=clock.clock)
    transport = _Overheard(WsgiTransport(fake.application))
    yield FakeKnock(
        run=lambda: run(transport, clock),
        ask=lambda path: ask_control(transport.inner, path, transport.authorization),
    )


@dataclass(slots=True)
class _Overheard:
    """A transport that remembers with which key its client came last."""

    inner: Transport
    authorization: str = f"Bearer {DEFAULT_KEY}"

    def send(self, request: HttpRequest, *, timeout: float) -> Exchange:
        self.authorization = request.header("Authorization") or self.authorization
        return self.inner.send(request, timeout=timeout)


def _flow_ending(result: RunResult, seconds: float) -> Ending:
    """A flow reports success when its outcome is one and no message broke the contract (DESIGN section 7)."""
    broken = len(result.violations)
    detail = f"outcome {result.outcome}" + (f", {broken} contract violations" if broken else "")
    if result.outcome == "exhausted":
        return Ending("hung", detail, seconds)
    return Ending("success" if result.outcome == "success" and not broken else "failure", detail, seconds)


def flow_client(
    flow: str | Path | Flow, inputs: Mapping[str, JsonValue], *, settings: RunSettings = DEFAULT_SETTINGS, seed: int = 0
) -> FlowClient:
    """Return a flow as a client of the gauntlet; waiting costs it no time.

    Raises:
        InvalidDocument: the document, its descriptions or the inputs cannot be used.
        UsageError: it has several workflows.
    """
    loaded = flow if isinstance(flow, Flow) else open_flow(flow)
    prepared = prepare_run(loaded, loaded.choose_workflow(None), Addresses(IN_PROCESS_URL), settings)
    check_inputs(prepared.workflow, complete_inputs(prepared.workflow, Inputs(dict(inputs))))
    name = Path(loaded.source.display).stem
    return FlowClient(name, prepared, inputs, settings, seed)


@dataclass(frozen=True, slots=True)
class CommandClient:
    """A command that meets fakes on ports of this machine, in real time; `timeout` is in seconds."""

    command: tuple[str, ...]
    timeout: float = 30.0
    seed: int = 0
    stopping: Event = field(default_factory=Event, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The command line."""
        return shlex.join(self.command)

    def stop(self) -> None:
        """End every run of the command."""
        self.stopping.set()

    @contextmanager
    def meet(self, ordeal: Ordeal) -> Iterator[FakeKnock]:
        """Set a fresh fake up; the command gets its address and its key in the environment."""
        rules = AccessRules(api_keys=frozenset({DEFAULT_KEY}))  # another key would open a world that nobody judges
        with running(FakeOptions(scenario=find_scenario(ordeal, self.seed), rules=rules)) as server:
            environment = {"KNOCK_BASE_URL": server.url, "KNOCK_API_KEY": DEFAULT_KEY}
            controls = WsgiTransport(server.application)
            yield FakeKnock(
                run=lambda: run_command(self.command, environment, timeout=self.timeout, stop=self.stopping),
                ask=lambda path: ask_control(controls, path, f"Bearer {DEFAULT_KEY}"),
            )
