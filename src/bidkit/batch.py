"""many deals, each built by itself on all cores: one that fails stops no other, and what has not changed is not built.

Deals go to the processes of an executor, a few ahead of what they are busy with. A process that dies takes nobody
along: those that were being built are built once more, each in a process of its own.
"""

from __future__ import annotations

import gc
import multiprocessing
import multiprocessing.connection
import os
import re
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from bidkit.build import build_deal, check_deal
from bidkit.config import find_workspace
from bidkit.diagnostic import Diagnostic, has_errors
from bidkit.matrix import BATCH_NAME, split_address
from bidkit.office.running import interrupt_held
from bidkit.options import Options
from bidkit.reports import Result
from bidkit.reports.outcome import Outcome, describe_outcome, read_outcome
from bidkit.unchanged import Kept, list_frame, list_seen, trace

_ID = re.compile(r"^id:\s*[\"']?([^\s\"'#]+)", re.M)
_AHEAD = 2
"""Deals that wait for each process, so that none is ever idle and few are lost with it."""


@dataclass(frozen=True)
class Asked:
    """How a batch is asked for.

    Args:
        forms: the reports'; an outcome carries what they need.
        is_check: deals are judged, and nothing is written.
        is_fresh: every deal is built, also one of which nothing has changed.
        batch: tells one batch from another.
    """

    options: Options
    lang: str
    here: Path
    forms: tuple[str, ...] = ("text",)
    is_check: bool = False
    is_fresh: bool = False
    batch: str = field(default_factory=lambda: uuid4().hex)

    @property
    def told(self) -> tuple[str, ...]:
        """What the words of an outcome depend on."""
        return self.lang, str(self.here)


@dataclass
class Batch:
    """What came of many deals, in the order in which they were named.

    Args:
        left: the deals that were not begun, after a failure or an interrupt.
        problems: what is wrong with where they are built, not with a deal.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    is_interrupted: bool = False
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """The worst of all."""
        worst = max((outcome.exit_code for outcome in self.outcomes), default=0)
        return 130 if self.is_interrupted else 2 if has_errors(self.problems) else worst


def build_one(deal: Path, asked: Asked) -> Outcome:
    """What came of one deal: that of before if nothing has changed. Diagnostics: EN25 (a mistake of bidkit's own)."""
    start = time.perf_counter()
    name = name_deal(deal, asked.here)
    asked = replace(asked, options=replace(asked.options, run=asked.batch))
    try:
        outcome = _build(deal, asked)
    except Exception:
        values = {"reason": traceback.format_exc().strip().splitlines()[-1], "trace": traceback.format_exc()}
        outcome = fail_deal(name, Diagnostic("EN25", None, values), asked)
    return replace(outcome, seconds=time.perf_counter() - start).only(asked.forms)


def _build(deal: Path, asked: Asked) -> Outcome:
    outcome, because = find_outcome(deal, asked)
    if outcome is not None:
        return outcome
    frame = {} if asked.is_check else list_frame(deal, asked.batch)
    result = (check_deal if asked.is_check else build_deal)(deal, asked.options)
    gc.collect(1)  # what this deal has left; what has outlived others is not looked at for each one again
    return keep_outcome(deal, result, frame, because, asked)


def find_outcome(deal: Path, asked: Asked) -> tuple[Outcome | None, str]:
    """The outcome of a deal of which nothing has changed; else what has."""
    if asked.is_check or asked.is_fresh:
        return None, ""
    plain, because = _open_kept(asked.batch).find(deal, asked.options, asked.told)
    if plain is None:
        return None, because
    return replace(read_outcome(plain), deal=name_deal(deal, asked.here), state="unchanged"), ""


def keep_outcome(deal: Path, result: Result, frame: Mapping[str, str], because: str, asked: Asked) -> Outcome:
    """What came of a deal, kept for the next time.

    Args:
        frame: what was known before the deal was read.
        because: what of it has changed.
    """
    name = name_deal(deal, asked.here)
    if asked.is_check:
        return describe_outcome(result, name, asked.lang, asked.here, "check")
    kept = _open_kept(asked.batch)
    outcome = replace(describe_outcome(result, name, asked.lang, asked.here), because=because)
    if outcome.is_good and result.bid and result.folder and result.workspace:
        about = result.workspace, result.folder, result.bid.moments
        traced = trace(*about, is_pinned=result.pinned is not None)
        seen = {**frame, **list_seen(result.workspace)}
        kept.keep(deal, asked.options, asked.told, traced, seen, replace(outcome, because="").to_plain())
    return outcome


@lru_cache(maxsize=1)
def _open_kept(batch: str) -> Kept:
    """The outcomes of before; what a process has read of files holds for one batch."""
    return Kept()


def fail_deal(name: str, problem: Diagnostic, asked: Asked) -> Outcome:
    """The outcome of a deal that could not even be judged."""
    result = Result((problem,), deal_file=name)
    return replace(describe_outcome(result, name, asked.lang, asked.here), because="")


def name_deal(deal: Path, here: Path) -> str:
    """Its file as the batch names it."""
    path = deal.resolve()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


Tell = Callable[[Path, Outcome], bool]
"""Told of each deal what came of it; whether to go on."""
Runner = Callable[[deque[Path], Asked, int, Tell], list[Diagnostic]]
"""Builds deals somewhere, with so many processes here; what is wrong with that place."""


def run_batch(
    deals: Sequence[Path],
    asked: Asked,
    *,
    beside: Sequence[Path] = (),
    jobs: int = 0,
    fails_fast: bool = False,
    elsewhere: Runner | None = None,
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> Batch:
    """Build all deals; an interrupt ends it once those that are being built are whole.

    Args:
        beside: deals that are not built, but whose packages are not to be written over either.
        jobs: processes; 0 for as many as there are cores.
        fails_fast: nothing is begun after a deal that came to no package.
        elsewhere: who builds them; None for processes of this machine.
        done: told each outcome as it comes.
    """
    start, batch = time.perf_counter(), Batch()
    todo, clashes = _part(deals, beside, asked)
    found: dict[Path, Outcome] = {}

    def tell(deal: Path, outcome: Outcome) -> bool:
        found[deal] = outcome
        done(outcome)
        return outcome.is_good or not fails_fast

    for deal, outcome in clashes.items():
        tell(deal, outcome)
    jobs = min(jobs or os.cpu_count() or 1, len(todo))
    try:
        if not (clashes and fails_fast):
            run = elsewhere or (run_pool if jobs > 1 else _run_here)
            batch.problems = run(deque(todo), asked, jobs, tell)
    except KeyboardInterrupt:
        batch.is_interrupted = True
    batch.outcomes = [found[deal] for deal in deals if deal in found]
    batch.left = [deal for deal in deals if deal not in found]
    batch.seconds = time.perf_counter() - start
    return batch


def _run_here(todo: deque[Path], asked: Asked, jobs: int, tell: Tell) -> list[Diagnostic]:
    for deal in todo:
        if not tell(deal, build_one(deal, asked)):
            break
    return []


def run_pool(todo: deque[Path], asked: Asked, jobs: int, tell: Tell) -> list[Diagnostic]:
    """Build deals in processes of this machine; one that dies takes nobody along. Diagnostics: EN26, of a deal."""
    suspects: deque[Path] = deque()
    while todo or suspects:
        alone = bool(suspects)
        queue, count = (suspects, 1) if alone else (todo, jobs)
        with _open_pool(count) as pool:
            broken, goes_on = _feed(pool, queue, asked, 1 if alone else count * _AHEAD, tell)
        if not goes_on:
            break
        if alone and broken:
            if not tell(broken[0], fail_deal(name_deal(broken[0], asked.here), Diagnostic("EN26"), asked)):
                break
        else:
            suspects.extend(broken)
    return []


def _feed(pool: Executor, queue: deque[Path], asked: Asked, most: int, tell: Tell) -> tuple[list[Path], bool]:
    """Build what is queued; gives the deals that were in hand when a process died, and whether to go on."""
    running: dict[Future[Outcome], Path] = {}
    goes_on = True
    try:
        while (queue and goes_on) or running:
            with interrupt_held():  # no deal may be begun or come to an end untold
                while queue and goes_on and len(running) < most:
                    future = pool.submit(build_one, queue[0], asked)
                    running[future] = queue.popleft()
            done = wait(running, return_when=FIRST_COMPLETED).done
            with interrupt_held():
                for future in done:
                    outcome = future.result()
                    goes_on = tell(running.pop(future), outcome) and goes_on
    except BrokenProcessPool:
        return [*_take_done(running, tell)], goes_on
    except KeyboardInterrupt:
        pool.shutdown(wait=True, cancel_futures=True)
        for _ in _take_done(running, tell):
            pass
        raise
    return [], goes_on


def _take_done(running: dict[Future[Outcome], Path], tell: Tell) -> Iterator[Path]:
    """Tell what has come to an end in time; gives the others."""
    for future, deal in running.items():
        if future.done() and not future.cancelled() and future.exception() is None:
            tell(deal, future.result())
        else:
            yield deal


def _open_pool(jobs: int) -> ProcessPoolExecutor:
    """Processes that know bidkit before they are asked."""
    has_server = "forkserver" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if has_server else "spawn")
    if has_server:
        context.set_forkserver_preload(["bidkit.batch"])
    return ProcessPoolExecutor(jobs, context, initializer=_prepare, initargs=(_list_settings(),))


def _list_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("BIDKIT_")}


def _prepare(settings: dict[str, str]) -> None:
    """A process leaves an interrupt to us, and has our settings, whenever the one that it comes from was started."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.disable()  # collected deal by deal
    gc.freeze()
    for name in _list_settings().keys() - settings.keys():
        del os.environ[name]
    os.environ |= settings


def _end_with_parent() -> None:
    """A process whose batch was killed would wait for its next deal for ever, and hold its memory."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _part(deals: Sequence[Path], beside: Sequence[Path], asked: Asked) -> tuple[list[Path], dict[Path, Outcome]]:
    """The deals to be built, and those that would write over another, built or not. Diagnostics: DL74."""
    by_folder: dict[tuple[Path, str], list[Path]] = {}
    for deal in dict.fromkeys((*deals, *beside)):
        by_folder.setdefault(find_folder(deal, asked.options), []).append(deal)
    todo: list[Path] = []
    clashes: dict[Path, Outcome] = {}
    order = {deal: number for number, deal in enumerate(deals)}
    for (_, name), same in by_folder.items():
        asked_for = [deal for deal in same if deal in order]
        if len(same) == 1 or not name:
            todo += asked_for
            continue
        for deal in asked_for:
            others = ", ".join(name_deal(other, asked.here) for other in same if other is not deal)
            clashes[deal] = fail_deal(
                name_deal(deal, asked.here), Diagnostic("DL74", None, {"id": name, "others": others}), asked
            )
    return sorted(todo, key=order.__getitem__), clashes


def find_folder(deal: Path, options: Options) -> tuple[Path, str]:
    """Where the package of a deal goes, and its id as far as a glance tells; empty if it does not."""
    workspace = find_workspace(deal)
    file, name = split_address(deal)
    if file != BATCH_NAME:
        try:
            named = _ID.search(deal.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            named = None
        name = named[1] if named else ""
    base = options.out or (workspace.root / "dist" if workspace else deal.parent)
    return base.resolve(), name
