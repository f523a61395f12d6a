"""Where a fake on a port says what happens to it: on stderr, a line for each request where that is asked."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def logging_on_stderr(level: int) -> Iterator[None]:
    """Write on stderr, for the length of a `with` block, what is at least so important; requests are `logging.INFO`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    with ExitStack() as stack:
        for name, least in (("mock_knock", level), ("waitress", logging.ERROR), ("_granian", logging.ERROR)):
            stack.enter_context(_handled(logging.getLogger(name), handler, least))
        yield


@contextmanager
def _handled(logger: logging.Logger, handler: logging.Handler, level: int) -> Iterator[None]:
    before, logger.propagate = (logger.level, logger.propagate), False
    logger.setLevel(level)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
