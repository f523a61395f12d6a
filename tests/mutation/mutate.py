"""Tries mutated documents in several processes and tells what became of them.

python tests/mutation/mutate.py --seed 0 --count 100000     exit 1 when anything went wrong
python tests/mutation/mutate.py --seed 0 --only 123         one mutant, with its text and its traceback
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from time import monotonic
from typing import Any

from mutants import mutant
from quick_judges import remember_judges
from trial import Trial, try_mutant, write_originals

BATCH = 50
SHOWN_EVERY = 10_000
MEMORY = 4 * 1024**3
_SPAWN = multiprocessing.get_context("spawn")


@dataclass(slots=True)
class Summary:
    """Everything that was seen so far."""

    done: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Worker:
    """A process that tries the mutants `first`, `first + step`, ... and says after each which one is next."""

    first: int
    step: int
    process: SpawnProcess
    reports: Connection
    at: Any

    @classmethod
    def start(cls, seed: int, first: int, step: int, count: int) -> Worker:
        """Start the process."""
        receive, send = _SPAWN.Pipe(duplex=False)
        at = _SPAWN.Value("q", first)
        process = _SPAWN.Process(target=try_many, args=(seed, range(first, count, step), send, at), daemon=True)
        process.start()
        send.close()
        return cls(first, step, process, receive, at)


def try_many(seed: int, indexes: range, reports: Connection, at: Any) -> None:
    """Try mutants one after another; the work of one process."""
    limit_memory()
    remember_judges()
    summary = Summary()
    with tempfile.TemporaryDirectory() as folder:
        write_originals(Path(folder))
        for index in indexes:
            at.value = index
            add(summary, index, try_mutant(mutant(seed, index), Path(folder)))
            if summary.done == BATCH:
                reports.send(summary)
                summary = Summary()
    at.value = -1
    reports.send(summary)
    reports.close()


def limit_memory() -> None:
    """Let a mutant that eats all memory fail, not the machine."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  # not everywhere

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def add(summary: Summary, index: int, trial: Trial) -> None:
    """Add what became of one mutant."""
    summary.done += 1
    summary.counts += trial.counts
    summary.failures += [(index, text) for text in trial.failures]


def try_all(seed: int, count: int, jobs: int) -> Iterator[Summary]:
    """Try the first mutants of a seed in `jobs` processes; yields the parts of the summary as they come.

    A process that dies is a failure of the mutant it was at, and another one goes on behind it.
    """
    workers = [Worker.start(seed, job, jobs, count) for job in range(min(jobs, count))]
    while workers:
        for connection in wait([each.reports for each in workers]):
            worker = next(each for each in workers if each.reports is connection)
            try:
                yield worker.reports.recv()
            except EOFError:
                workers.remove(worker)
                worker.process.join()
                if (index := worker.at.value) >= 0:
                    yield Summary(1, failures=[(index, f"the process died with {worker.process.exitcode}")])
                    workers += [Worker.start(seed, index + jobs, jobs, count)] if index + jobs < count else []


def show_progress(summary: Summary, count: int, seconds: float) -> None:
    """Draw a bar on a terminal; elsewhere say after every ten thousand how far it is."""
    left = seconds / max(summary.done, 1) * (count - summary.done)
    told = f"{summary.done:,}/{count:,}, failures: {len(summary.failures)}, {left:.0f} s left"
    if sys.stderr.isatty():
        bar = f"[{'#' * (30 * summary.done // count):<30}]"
        print(f"\r{bar} {told}  ", end="", file=sys.stderr, flush=True)  # noqa: T201  # a command
    elif summary.done % SHOWN_EVERY < BATCH:
        print(told, file=sys.stderr, flush=True)  # noqa: T201  # a command


def print_summary(summary: Summary, seed: int, seconds: float, jobs: int) -> None:
    """Tell the counts, and of each kind of failure the first."""
    milliseconds = 1_000 * seconds * jobs / max(summary.done, 1)
    lines = [f"{summary.done:,} mutants of seed {seed} in {seconds:.0f} s, {milliseconds:.1f} ms each on {jobs} jobs"]
    lines += [f"{number:>9,}  {name}" for name, number in summary.counts.most_common()]
    kinds: dict[str, list[tuple[int, str]]] = {}
    for index, text in sorted(summary.failures):
        kinds.setdefault(text.partition("\n")[0].partition(": ")[0], []).append((index, text))
    for found in sorted(kinds.values(), key=len, reverse=True):
        index, text = found[0]
        lines += ["", f"FAILED {len(found)} times, first at {index}: {text}"]
        lines += [f"others: {', '.join(str(other) for other, _ in found[1:10])}"] if found[1:] else []
        lines += [f"reproduce: python tests/mutation/mutate.py --seed {seed} --only {index}"]
    lines += ["", f"failures: {len(summary.failures)}"]
    print("\n".join(lines))  # noqa: T201  # a command


def try_one(seed: int, index: int) -> Summary:
    """Try one mutant and show what it is."""
    one = mutant(seed, index)
    print(f"flow {one.flow}, changed {one.path}:\n{one.content.decode(errors='backslashreplace')}\n")  # noqa: T201
    summary = Summary()
    remember_judges()
    with tempfile.TemporaryDirectory() as folder:
        write_originals(Path(folder))
        add(summary, index, try_mutant(one, Path(folder)))
    return summary


def main() -> int:
    """Read the command line, try the mutants and return the exit code."""
    parser = argparse.ArgumentParser(description="Try mutated Arazzo documents.")
    parser.add_argument("--seed", type=int, default=0, help="of the generator of random numbers")
    parser.add_argument("--count", type=int, default=1_000, help="how many mutants")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many processes")
    parser.add_argument("--only", type=int, help="one mutant by its index")
    given = parser.parse_args()
    started, summary = monotonic(), Summary()
    if given.only is not None:
        summary = try_one(given.seed, given.only)
    else:
        for part in try_all(given.seed, given.count, given.jobs):
            summary.done += part.done
            summary.counts += part.counts
            summary.failures += part.failures
            show_progress(summary, given.count, monotonic() - started)
    print_summary(summary, given.seed, monotonic() - started, given.jobs)
    return 1 if summary.failures or (given.only is None and summary.done != given.count) else 0


if __name__ == "__main__":
    sys.exit(main())
