"""Follows a Dockerfile's steps as plain commands, its places moved into an empty directory."""

import json
import os
import shlex
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = ("/opt/chairtime", "/var/lib/chairtime", "/build")
INTERPRETERS = ("/usr/local/bin/python3", "/usr/bin/python3", sys.executable)  # first one that others may run


def instructions():
    """The lines of the Dockerfile, joined where they go on."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [" ".join(line.split()) for line in text.splitlines() if line.strip() and not line.startswith("#")]


class Image:
    """What the steps make below a directory.

    Attributes:
        settings: the environment that ENV gives.
    """

    def __init__(self, folder, run):
        self.folder = folder
        self.settings = {}
        self._run = run
        self._cwd = folder

    def moved(self, text):
        """A path or a text with paths, moved; a path alone becomes a Path."""
        if text in PLACES:
            return self.folder / text[1:]
        for place in PLACES:
            text = text.replace(place, str(self.folder / place[1:]))
        return text

    def build(self):
        """Follow every step; what a later stage does not copy is gone then."""
        programs = self.folder / "bin"
        programs.mkdir(parents=True)
        interpreter = next(place for place in INTERPRETERS if Path(place).exists())
        (programs / "python").symlink_to(interpreter)
        self.settings["PATH"] = f"{programs}:{os.environ['PATH']}"
        for line in instructions():
            word, _, rest = line.partition(" ")
            step = {"RUN": self._step, "WORKDIR": self._workdir, "ENV": self._env, "COPY": self._copy}.get(
                word
            )
            if step is not None:
                step(str(self.moved(rest)))
        shutil.rmtree(self.folder / "build")

    def runs(self, word):
        """What an instruction runs, in its JSON form."""
        [line] = [line for line in instructions() if line.split()[0] == word]
        return json.loads(line[line.index("[") :])

    def _step(self, text):
        self._run("sh", "-euc", text, cwd=self._cwd, **self.settings)

    def _workdir(self, text):
        self._cwd = Path(text)
        self._cwd.mkdir(parents=True)

    def _env(self, text):
        self.settings |= dict(part.split("=", 1) for part in shlex.split(text))

    def _copy(self, text):
        options = [part for part in text.split() if part.startswith("--")]
        *names, target = [part for part in text.split() if not part.startswith("--")]
        if "--from=build" not in options:
            for name in names:
                self._bring(name, self._cwd / (name if target == "./" else target))
            return
        [name] = names
        if name != target:  # what stands at the same place in both stages is there
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(name, target)
        for option in options:
            if option.startswith("--chown=") and os.geteuid() == 0:
                os.chown(target, *map(int, option.partition("=")[2].split(":")))

    def _bring(self, name, target):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
