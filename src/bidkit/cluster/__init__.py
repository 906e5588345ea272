"""many deals on a Dask cluster: each worker has one in hand, this side gives them out and alone writes packages.

A worker gets deals once it has told that it builds with the same as this side. It reads a workspace where it lies if it
sees it there, else it is sent the files that it lacks; whatever it made is held against the files here before it is
believed. A deal whose worker dies or takes too long goes to another; what comes back without a result, or cannot be
believed, is built here, in a process of its own.
"""

from __future__ import annotations

import queue
import signal
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from threading import Event, current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING

from bidkit.batch import Asked, Tell, fail_deal, find_folder, find_outcome, keep_outcome, name_deal, run_pool
from bidkit.build import put_package
from bidkit.cluster.bundle import hash_names, list_common, list_own, read_contents
from bidkit.cluster.crew import Crew, Lost, Place, connect
from bidkit.cluster.there import Lacking, Made, Sent, Unfit, build_there, find_frame
from bidkit.config import CONFIG_NAME, find_workspace
from bidkit.diagnostic import Diagnostic, Severity, Term, has_errors
from bidkit.matrix import find_file
from bidkit.package import find_built
from bidkit.reports.outcome import Outcome
from bidkit.source.workspace import list_names
from bidkit.unchanged import hash_file, hash_input

if TYPE_CHECKING:
    from distributed import Future

__all__ = ["Place", "is_as_here", "run_cluster"]

_LOOK_SECONDS = 0.25
_TRIES = 2
"""Workers that a deal is given to, before it is given up or built here."""


def run_cluster(place: Place, todo: deque[Path], asked: Asked, jobs: int, tell: Tell) -> list[Diagnostic]:
    """Build deals on a cluster; an interrupt keeps those that have come back.

    Diagnostics: EN40 (no Dask), EN41 (no scheduler), EN42 (no worker), EN43 (a worker that builds with something
    else), EN45 (deals were built here); of a deal EN44 (took too long).
    """
    changed = _find_changed(todo, asked, tell)
    first = next(changed, None)
    if first is None:
        return []
    client = connect(place)
    if isinstance(client, Diagnostic):
        return [client]
    crew = Crew(place, client)
    try:
        with _hold_interrupt() as interrupt:
            shift = _Shift(place, crew, asked, tell, chain([first], changed), interrupt)
            shift.run()
    finally:
        crew.close()
    if interrupt.is_set():
        raise KeyboardInterrupt
    if shift.here and shift.goes_on:
        run_pool(shift.here, asked, jobs, tell)
    return crew.problems


@contextmanager
def _hold_interrupt() -> Iterator[Event]:
    """Told of a Ctrl-C; raised wherever we are, it would be lost where Dask clears away what it no longer needs."""
    interrupt, before = Event(), signal.getsignal(signal.SIGINT)
    if current_thread() is not main_thread() or before is not signal.default_int_handler:
        yield interrupt
        return

    def hold(number: int, frame: FrameType | None) -> None:
        if interrupt.is_set():
            raise KeyboardInterrupt
        interrupt.set()

    signal.signal(signal.SIGINT, hold)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True)
class _Changed:
    """A deal that must be built, and why."""

    deal: Path
    because: str


def _find_changed(todo: deque[Path], asked: Asked, tell: Tell) -> Iterator[_Changed]:
    """The deals that must be built; the others are told."""
    while todo:
        deal = todo.popleft()
        outcome, because = find_outcome(deal, asked)
        if outcome is None:
            yield _Changed(deal, because)
        else:
            tell(deal, outcome.only(asked.forms))


@dataclass
class _InHand:
    """A deal that a worker has."""

    changed: _Changed
    worker: str
    sent: Sent
    future: Future
    since: float


@dataclass
class _Shift:
    """The work of one batch.

    Args:
        changed: deals that nobody has had yet; `again` the next of them, and those that somebody had.
        hand: by the keys of their tasks.
        here: deals to be built on this side.
    """

    place: Place
    crew: Crew
    asked: Asked
    tell: Tell
    changed: Iterator[_Changed]
    interrupt: Event
    again: deque[_Changed] = field(default_factory=deque)
    hand: dict[str, _InHand] = field(default_factory=dict)
    here: deque[Path] = field(default_factory=deque)
    goes_on: bool = True
    come: queue.SimpleQueue[Future] = field(default_factory=queue.SimpleQueue)
    blind: set[tuple[str, Path]] = field(default_factory=set)
    common: dict[Path, dict[str, str]] = field(default_factory=dict)
    tries: Counter[Path] = field(default_factory=Counter)
    late: Counter[Path] = field(default_factory=Counter)
    returned: list[Term | str] = field(default_factory=list)
    looked: float = 0.0

    def run(self) -> None:
        """Give out all deals and take what comes back."""
        try:
            while not self.interrupt.is_set() and (self._has_more() or self.hand):
                self._look()
                self._give_out()
                self._take()
        except Lost as lost:
            self.crew.problems.append(lost.problem)
            self.goes_on = False
        if self.interrupt.is_set():
            self._take_done()
        if self.returned:
            values = {"count": len(self.returned), "reason": self.returned[0]}
            self.crew.problems.append(Diagnostic("EN45", None, values, Severity.WARNING))

    @property
    def _pause(self) -> float:
        return min(_LOOK_SECONDS, self.place.seconds)

    def _look(self) -> None:
        """See who has come and who has gone, and what takes too long."""
        now = time.monotonic()
        if now - self.looked < self._pause:
            return
        self.looked = now
        alive = self.crew.look()
        for held in [*self.hand.values()]:
            if held.worker not in alive:
                self._lose(held)
            elif now - held.since > self.place.seconds:
                self._stop_waiting(held)

    # What is given out.

    def _has_more(self) -> bool:
        """Whether there is a deal for a worker; one without a workspace is told here."""
        while self.goes_on and not self.again:
            changed = next(self.changed, None)
            if changed is None:
                return False
            if find_workspace(changed.deal):
                self.again.append(changed)
            else:
                self.here.append(changed.deal)
        return self.goes_on

    def _give_out(self) -> None:
        """Give each worker that has nothing in hand a deal; who differs is told before anything is built."""
        if not self.crew.is_ready:
            return
        if has_errors(self.crew.problems):
            self.goes_on = False
        for worker in sorted(self.crew.fit - {held.worker for held in self.hand.values()}):
            if not self._has_more():
                return
            self.crew.is_begun = True
            self._give(self.again.popleft(), worker)

    def _give(self, changed: _Changed, worker: str, lacking: Lacking | None = None) -> None:
        workspace = find_workspace(changed.deal)
        assert workspace is not None
        root, deal = workspace.root, changed.deal.resolve()
        base, name = find_folder(changed.deal, self.asked.options)
        options = replace(self.asked.options, out=None, before={name: find_built(base / name)} if name else {})
        names = (CONFIG_NAME, find_file(deal).relative_to(root).as_posix())
        marks = {name: hash_file(root / name) for name in names}
        own = deal.relative_to(root).as_posix()
        sent = Sent(root, own, options, self.crew.tools, marks, is_check=self.asked.is_check)
        if lacking or self.place.is_shipped or (worker, root) in self.blind:
            sent = self._ship(sent, deal.parent, base, lacking)
        self._hold(changed, worker, sent)

    def _ship(self, sent: Sent, folder: Path, base: Path, lacking: Lacking | None) -> Sent:
        """It with its own files, and with those that all deals have in common if the worker lacks them."""
        passed_over = (sent.root / "dist", base)
        common = self.common.get(sent.root) or self.common.setdefault(sent.root, list_common(sent.root, passed_over))
        own = list_own(sent.root, folder, passed_over)
        files = {**(common if lacking else {}), **own}
        contents = read_contents(sent.root, files, lacking.there if lacking else set(common.values()))
        shared = common if lacking else {}
        return replace(sent, common=hash_names(common), shared=shared, own=own, contents=contents)

    def _hold(self, changed: _Changed, worker: str, sent: Sent) -> None:
        future = self.crew.submit(worker, build_there, sent)
        self.hand[future.key] = _InHand(changed, worker, sent, future, time.monotonic())
        future.add_done_callback(self.come.put)

    # What comes back.

    def _take(self) -> None:
        """Wait a little for what comes back, and take it."""
        try:
            future = self.come.get(timeout=self._pause)
        except queue.Empty:
            return
        held = self.hand.get(future.key)
        if held is None:  # it was waited for no longer
            return
        if future.status == "error":
            self._build_here(held, repr(future.exception()))
            self._drop(held)
        elif future.status == "finished":
            self._take_answer(held)
        else:
            self.crew.list_alive()
            self._lose(held)

    def _take_done(self) -> None:
        """After an interrupt: what has come back is kept, nothing else is waited for."""
        self.goes_on = False
        for held in [*self.hand.values()]:
            if held.future.status == "finished":
                self._take_answer(held)
            else:
                self._drop(held)

    def _take_answer(self, held: _InHand) -> None:
        try:
            answer = held.future.result(timeout=self.place.wait_seconds)
        except (OSError, TimeoutError, CancelledError):  # it went with its worker
            self._lose(held)
            return
        self._drop(held)
        match answer:
            case Unfit(tools):
                self.crew.refuse(held.worker, dict(tools))
                self.again.append(held.changed)
            case Lacking():
                self.blind.add((held.worker, held.sent.root))
                if self.goes_on:
                    self._give(held.changed, held.worker, answer)
            case Made():
                self._give_out()  # nobody waits while a package is written
                self._believe(held, answer)

    def _believe(self, held: _InHand, made: Made) -> None:
        """Write what was made of the files that are here; what was made of others is made again."""
        deal, root = held.changed.deal, held.sent.root
        workspace = made.result.workspace
        if workspace and is_as_here(made, held.sent):
            result = replace(made.result, root=root, workspace=replace(workspace, root=root))
            try:
                result = put_package(result, made.package, self.asked.options)
                outcome = keep_outcome(deal, result, made.frame, held.changed.because, self.asked)
            except Exception as error:  # a mistake of our own: the process that builds it here will tell it as such
                self._build_here(held, repr(error))
                return
            self._tell(deal, replace(outcome, seconds=made.seconds))
        elif workspace and not held.sent.common and self.goes_on:
            self.blind.add((held.worker, root))
            self._give(held.changed, held.worker)
        else:
            self.here.append(deal)

    def _tell(self, deal: Path, outcome: Outcome) -> None:
        self.goes_on = self.tell(deal, outcome.only(self.asked.forms)) and self.goes_on

    def _drop(self, held: _InHand) -> None:
        del self.hand[held.future.key]
        held.future.release()

    def _lose(self, held: _InHand) -> None:
        """A deal whose worker is gone is given to another, and then built here."""
        self._drop(held)
        self.tries[held.changed.deal] += 1
        if self.tries[held.changed.deal] < _TRIES:
            self.again.append(held.changed)
        else:
            self._build_here(held, Term("worker_gone", (("worker", held.worker),)))

    def _build_here(self, held: _InHand, reason: Term | str) -> None:
        self.returned.append(reason)
        self.here.append(held.changed.deal)

    def _stop_waiting(self, held: _InHand) -> None:
        """A worker that takes too long gets nothing more, unless it has somebody who starts it anew."""
        self._drop(held)
        deal = held.changed.deal
        self.crew.replace(held.worker)
        self.late[deal] += 1
        if self.late[deal] < _TRIES:
            self.again.append(held.changed)
            return
        values = {"seconds": f"{self.place.seconds:g}", "count": _TRIES}
        problem = Diagnostic("EN44", None, values)
        self._tell(deal, fail_deal(name_deal(deal, self.asked.here), problem, self.asked))


def is_as_here(made: Made, sent: Sent) -> bool:
    """Whether all that a deal was made of is here as it was there."""
    bid, workspace, root = made.result.bid, made.result.workspace, sent.root
    if workspace is None or bid is None or bid.deal.id not in (sent.options.before or {}):
        return False
    files = workspace.hashes() | dict.fromkeys(workspace.missing, "")
    return (
        all(hash_input(root, name) == content for name, content in files.items())
        and all(list_names(root, *listed) == [*names] for listed, names in workspace.listed.items())
        and find_frame(root / sent.deal) == made.frame
    )
