"""LibreOffice as a process: a folder and a group of its own, no network, and nothing that outlives the call."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from bidkit.scratch import clear_scratch, name_scratch

_SCRATCH = "bidkit-office-"
_SETTING = '<item oor:path="{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
_SETTINGS = '<?xml version="1.0"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">{}</oor:items>\n'
_GROUP_END_SECONDS = 2.0
# `read` ends when our side of the pipe is closed, also by our death; 0 is the group, and this shell becomes its leader.
_WATCH = 'exec 3<&0 </dev/null; (read -r _ <&3; kill -9 0) & exec "$@" 3<&-'
_WATCHED = () if sys.platform == "win32" else ("sh", "-c", _WATCH, "sh")


@contextlib.contextmanager
def private_folder(settings: tuple[tuple[str, str, str], ...]) -> Iterator[Path]:
    """A folder for one call, gone afterwards: its HOME and TMPDIR, and a profile with some settings."""
    clear_scratch(Path(tempfile.gettempdir()), _SCRATCH)
    with tempfile.TemporaryDirectory(prefix=name_scratch(_SCRATCH), ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        for part in ("home", "tmp", "profile/user"):
            (folder / part).mkdir(parents=True)
        items = "".join(_SETTING.format(*setting) for setting in settings)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(
            _SETTINGS.format(items), encoding="utf-8"
        )
        yield folder


def run(command: list[str], folder: Path, seconds: float) -> str | None:
    """Everything the command printed; None if it was not done in time.

    No process of its group outlives the call, nor us if we are killed: its pipe from us is then closed.
    """
    log = folder / "output.txt"
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("wb"))
        prefix = _offline()
        try:
            with interrupt_held():
                process = subprocess.Popen(
                    [*_WATCHED, *prefix, *command],
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=folder,
                    env=_make_environment(folder),
                    start_new_session=True,
                )
                stack.callback(_end_group, process)
        except OSError as error:
            return str(error)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
    return log.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def interrupt_held() -> Iterator[None]:
    """Ctrl-C waits until the block is left: in the midst of Popen, say, a process that has started would be lost."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield  # only the main thread is interrupted; a handler that is not Python's cannot be put back
        return
    held: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: held.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if held and callable(before):
            before(*held[0])


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the group, also when its leader has ended, and wait until it is gone."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        deadline = time.monotonic() + _GROUP_END_SECONDS
        # macOS answers EPERM for a group of zombies.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            while time.monotonic() < deadline:
                os.killpg(process.pid, signal.SIGKILL)
                process.poll()
                if sys.platform == "linux" and not _is_running(process.pid):
                    break
                time.sleep(0.01)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _is_running(group: int) -> bool:
    """Whether a process of the group is more than a zombie; in a container no one may be there to collect those."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, its_group, *_ = path.read_bytes().rpartition(b")")[2].split()
            if int(its_group) == group and state not in (b"Z", b"X"):
                return True
    return False


def _offline() -> list[str]:
    """What to put before a command so that it has no network at all; nothing where this system does not allow it."""
    unshare = shutil.which("unshare")
    for options in (["--net"], ["--map-current-user", "--net"]) if unshare else ():
        prefix = [str(unshare), *options, "--"]
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    return []


def _make_environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    # With a HOME of its own it would miss the fonts that the user has installed.
    fonts = os.environ.get("XDG_DATA_HOME") or f"{os.environ.get('HOME', '')}/.local/share"
    scratch = str(folder / "tmp")
    # The locale is fixed, because it decides, among others, the paper of a sheet that names none.
    own = {"HOME": str(folder / "home"), "TMPDIR": scratch, "TEMP": scratch, "TMP": scratch, "LC_ALL": "C.UTF-8"}
    return kept | own | {"XDG_DATA_HOME": fonts}
