"""An environment of its own for each client, kept in the user's cache and made whole before it is used."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "requirements"


class NotInstalledError(RuntimeError):
    """A client could not be installed; the text is pip's last word."""


def python_of(environment: str) -> str:
    """The interpreter of an environment, made first if need be; "" is the project's own.

    Raises:
        NotInstalledError: it cannot be installed.
    """
    if not environment:
        return sys.executable
    pinned = REQUIREMENTS / f"{environment}.txt"
    mark = hashlib.sha256(pinned.read_bytes() + sys.version.encode()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chairtime"
    home = cache / f"clients-{environment}-{mark}"
    if not home.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _make(pinned, home)
    return str(home / "bin" / "python")


def _make(pinned: Path, home: Path) -> None:
    """Filled beside its final name and moved there whole, so that an interrupted run leaves no half."""
    sys.stderr.write(f"clients: installing {home.name} (once)\n")
    part = Path(tempfile.mkdtemp(prefix=f"{home.name}.", dir=home.parent))
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    steps = (
        [sys.executable, "-m", "venv", str(part)],
        [str(part / "bin" / "python"), *install, "--require-hashes", "--no-deps", "-r", str(pinned)],
    )
    try:
        for step in steps:
            done = subprocess.run(step, check=False, capture_output=True, text=True)
            if done.returncode != 0:
                raise NotInstalledError(f"{pinned.name} could not be installed:\n{done.stderr[-2000:]}")
        part.rename(home)  # what is run of it is its Python alone, which may be moved
    except OSError:
        if not home.exists():  # else another run was quicker
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
