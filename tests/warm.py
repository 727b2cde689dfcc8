"""Runs `chairtime` commands from one process that has imported everything, each in a fork of its own.

Importing is nearly all that a short command costs, and the pages have fifty of them. `python warm.py SOCKET`
serves; the `chairtime` of a page's terminal passes its command on, with the terminal's own descriptors.
"""

import importlib
import json
import os
import pkgutil
import shlex
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from coverage import Coverage

ROOT = Path(__file__).parent.parent

LONGEST = 1 << 16
READY = "ready\n"

PROGRAM = """\
import json, os, socket, sys
if sys.argv[1:2] in {alone!r}:
    os.execv({real!r}, [{real!r}, *sys.argv[1:]])
way = socket.socket(socket.AF_UNIX)
way.connect({way!r})
asked = json.dumps([["chairtime", *sys.argv[1:]], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(way, [asked], [0, 1, 2])
code = way.recv(1)
sys.exit(code[0] if code else 70)
"""


def program(way: Path, alone: tuple[str, ...] = ()) -> str:
    """The text of a `chairtime` that passes its command on.

    `alone` are commands that go on and are ended by a signal: these are processes of their own.
    """
    real = Path(sys.executable).parent / "chairtime"
    python = PROGRAM.format(alone=[[command] for command in alone], real=str(real), way=str(way))
    # By the shell: the first line of a script takes no interpreter in a folder with a blank in its name.
    return f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -SEP -c {shlex.quote(python)} "$@"\n'


@contextmanager
def warmed(way: Path, environment: Mapping[str, str]) -> Generator[None]:
    """A process that takes commands at `way`, for as long as the block lasts."""
    with subprocess.Popen(
        [sys.executable, __file__, str(way)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == READY  # it ends without a line if it cannot
        yield
        process.terminate()


def serve(path: str) -> None:
    """Until a signal."""
    import server  # noqa: PLC0415 - the program that passes commands on needs none of it

    for module in pkgutil.walk_packages(server.__path__, "server."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    sys.stdout.write(READY)
    sys.stdout.flush()
    while True:
        way, _ = listener.accept()
        asked, descriptors, _, _ = socket.recv_fds(way, LONGEST, 3)
        if os.fork() == 0:
            listener.close()
            arguments, folder, environment = json.loads(asked)
            way.send(bytes([_run(arguments, folder, environment, descriptors)]))
            os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)
        way.close()


def _run(arguments: list[str], folder: str, environment: dict[str, str], descriptors: list[int]) -> int:
    """As `chairtime` by itself: its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = arguments
    from server.__main__ import main  # noqa: PLC0415 - as above

    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - what Python itself would do with it
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    if (measured := Coverage.current()) is not None:  # the fork ends without Python's own end
        measured.save()
    return code if isinstance(code, int) else 0 if code is None else 1


if __name__ == "__main__":
    serve(sys.argv[1])
