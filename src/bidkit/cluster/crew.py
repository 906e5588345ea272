"""the workers of a cluster: who is there, and who of them builds with the same as this side."""

from __future__ import annotations

import logging
import time
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bidkit.cluster.there import tell_tools
from bidkit.diagnostic import Diagnostic, Severity, Term, has_errors

if TYPE_CHECKING:
    from distributed import Client, Future

_LOGGERS = ("distributed", "distributed.client", "distributed.core", "distributed.comm", "tornado.application")
_CLOSE_SECONDS = 2


@dataclass(frozen=True)
class Place:
    """Where a cluster is, and how long it is waited for.

    Args:
        address: of the scheduler, such as `tcp://scheduler:8786`.
        seconds: for one deal.
        wait_seconds: for the scheduler, and while there is no worker.
        is_shipped: inputs are sent also to workers that may see them.
    """

    address: str
    seconds: float = 600.0
    wait_seconds: float = 30.0
    is_shipped: bool = False


class Lost(Exception):
    """The cluster is of no more use."""

    def __init__(self, problem: Diagnostic) -> None:
        super().__init__(problem.code)
        self.problem = problem


def miss_scheduler(place: Place, reason: Exception | Term) -> Diagnostic:
    """EN41."""
    said = reason if isinstance(reason, Term) else str(reason) or type(reason).__name__
    return Diagnostic("EN41", None, {"address": place.address, "reason": said})


def connect(place: Place) -> Client | Diagnostic:
    """The scheduler's client; EN40 (no Dask), EN41 (no scheduler). Dask's own log stays silent: what counts is told."""
    try:
        from distributed import Client
    except ImportError as error:
        return Diagnostic("EN40", None, {"reason": str(error)})
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # other versions are no warning here: they are refused
            return Client(place.address, timeout=place.wait_seconds, set_as_default=False, name="bidkit")
    except (OSError, ValueError, TypeError, ImportError, RuntimeError) as error:
        return miss_scheduler(place, error)


@dataclass
class Crew:
    """The workers.

    Args:
        tools: what this side builds with.
        asking: those that have not told yet what they build with.
        fit: those that get deals; `unfit` those that do not.
        is_begun: deals have been given out.
    """

    place: Place
    client: Client
    tools: dict[str, str] = field(default_factory=tell_tools)
    asking: dict[str, Future] = field(default_factory=dict)
    fit: set[str] = field(default_factory=set)
    unfit: set[str] = field(default_factory=set)
    problems: list[Diagnostic] = field(default_factory=list)
    is_begun: bool = False
    started: float = field(default_factory=time.monotonic)
    seen_fit: float = field(default_factory=time.monotonic)

    def close(self) -> None:
        """Leave the cluster; what is still in hand there is given up."""
        self.client.close(timeout=_CLOSE_SECONDS)

    def look(self) -> set[str]:
        """Who is there now, with who has come since judged. Raises Lost."""
        alive = self.list_alive()
        for worker in alive - self.asking.keys() - self.fit - self.unfit:
            self.asking[worker] = self.submit(worker, tell_tools)
        for worker in [*self.asking]:
            if worker not in alive or self.asking[worker].status in ("cancelled", "lost"):
                del self.asking[worker]
            elif self.asking[worker].done():
                self._judge(worker, self.asking.pop(worker))
        self.fit &= alive
        now, most = time.monotonic(), self.place.wait_seconds
        if self.fit:
            self.seen_fit = now
        elif now - self.seen_fit > most and not has_errors(self.problems):
            raise Lost(Diagnostic("EN42", None, {"address": self.place.address, "seconds": f"{most:g}"}))
        return alive

    def list_alive(self) -> set[str]:
        """The addresses of all workers. Raises Lost."""
        if self.client.status != "running":  # it may come back, but what it knew of us has gone
            raise Lost(miss_scheduler(self.place, Term("connection_lost")))
        try:
            return {*self.client.nthreads(callback_timeout=self.place.wait_seconds)}
        except (OSError, TimeoutError) as error:
            raise Lost(miss_scheduler(self.place, error)) from error

    @property
    def is_ready(self) -> bool:
        """Whether all have told what they build with; one that is busy is waited for a while."""
        waited = time.monotonic() - self.started
        return self.is_begun or not self.asking or waited > self.place.wait_seconds / 3

    def _judge(self, worker: str, answer: Future) -> None:
        """Whether a worker builds with the same; one that cannot even tell does not."""
        try:
            tools = answer.result(timeout=self.place.wait_seconds)
        except Exception as error:
            tools = self.tools | {"bidkit": f"{type(error).__name__}: {error}"}
        if tools == self.tools:
            self.fit.add(worker)
        else:
            self.refuse(worker, tools)

    def refuse(self, worker: str, tools: dict[str, str]) -> None:
        """Tell what differs: an error until deals are given out, EN43; later the others go on."""
        self.fit.discard(worker)
        self.unfit.add(worker)
        severity = Severity.WARNING if self.is_begun else Severity.ERROR
        for name in dict.fromkeys((*self.tools, *tools)):
            theirs, ours = tools.get(name, ""), self.tools.get(name, "")
            if theirs != ours:
                values = {"worker": worker, "what": name, "theirs": theirs or "-", "ours": ours or "-"}
                self.problems.append(Diagnostic("EN43", None, values, severity))

    def submit(self, worker: str, function: Any, *arguments: object) -> Future:
        """Let one worker do something."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a workspace is large is no news
            return self.client.submit(function, *arguments, workers=[worker], pure=False)

    def replace(self, worker: str) -> None:
        """Let its nanny start a worker anew that takes too long; one that has none gets nothing more."""
        self.fit.discard(worker)
        seconds = self.place.wait_seconds
        try:
            done = self.client.restart_workers([worker], timeout=seconds, raise_for_error=False)
        except (ValueError, KeyError, OSError, TimeoutError):  # it has none, or is gone
            done = {}
        if done.get(worker) != "OK":
            self.unfit.add(worker)
