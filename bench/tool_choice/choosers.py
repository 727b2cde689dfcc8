"""Who chooses: a command that answers line by line, or a model behind an OpenAI-compatible URL."""

import ipaddress
import json
import shlex
import subprocess
import threading
from collections.abc import Sequence
from typing import Any, Final, Protocol, cast
from urllib.parse import urlsplit

import httpx2

from bench.tool_choice.asking import messages_for, tools_for
from bench.tool_choice.cases import Case, Choice, read_choices

SECONDS: Final = 120.0  # for one answer: a model on a small machine is slow


class ChooserFailed(Exception):
    """Nothing was answered that could be scored; the text says what was wrong."""


class Chooser(Protocol):
    """Anything that chooses tools for what a caller says."""

    def choose(self, case: Case) -> Sequence[Choice]:
        """The calls to make now, none where only something is to be said. Raises ChooserFailed."""
        ...


class Command:
    """A process that reads a case a line, `{"id", "messages", "tools"}`, and answers `{"calls": [...]}`.

    It is asked what it is shown and nothing more: not what is right.
    """

    def __init__(self, command: str, prompt: str = "", seconds: float = SECONDS) -> None:
        self._prompt = prompt
        self._seconds = seconds
        try:
            self._process = subprocess.Popen(  # noqa: S603 - it is the user's own command
                shlex.split(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        except (OSError, ValueError) as error:
            raise ChooserFailed(f"the command does not start: {type(error).__name__}") from None

    def choose(self, case: Case) -> Sequence[Choice]:
        """What the process answers within its time."""
        process = self._process
        assert process.stdin is not None  # noqa: S101 - both were asked for
        assert process.stdout is not None  # noqa: S101 - as above
        asked = {"id": case.id, "messages": messages_for(case, self._prompt), "tools": tools_for(case)}
        limit = threading.Timer(self._seconds, process.kill)
        limit.start()
        try:
            process.stdin.write(json.dumps(asked, ensure_ascii=False) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = ""
        finally:
            limit.cancel()
        if not line:
            raise ChooserFailed(f"the command has ended, or took longer than {self._seconds:g} s")
        try:
            return read_choices(json.loads(line)["calls"])
        except (ValueError, KeyError, TypeError) as error:
            raise ChooserFailed(f"not an answer: {error}") from None

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


class Model:
    """A model behind `URL/chat/completions` on this machine. Nothing is sent anywhere else."""

    def __init__(self, url: str, model: str, prompt: str = "", seconds: float = SECONDS) -> None:
        if not _is_here(url):
            raise ChooserFailed("the URL has to be one of this machine, such as http://127.0.0.1:8080/v1")
        self._url, self._model, self._prompt = url.rstrip("/"), model, prompt
        self._http = httpx2.Client(timeout=seconds, trust_env=False, follow_redirects=False)

    def choose(self, case: Case) -> Sequence[Choice]:
        """The tool calls of the model's first answer."""
        asked = {
            "model": self._model,
            "messages": messages_for(case, self._prompt),
            "tools": tools_for(case),
            "temperature": 0,
        }
        try:
            answer = self._http.post(f"{self._url}/chat/completions", json=asked)
            answer.raise_for_status()
            made: list[Any] = answer.json()["choices"][0]["message"].get("tool_calls") or []
        except (httpx2.HTTPError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise ChooserFailed(f"the model does not answer: {type(error).__name__}") from None
        return [_call(one) for one in made]

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


def _call(raw: Any) -> Choice:
    """A tool call; one whose arguments are no JSON object is a call of nothing, and scored as wrong."""
    try:
        function = raw["function"]
        arguments = function.get("arguments") or "{}"
        read = json.loads(arguments) if isinstance(arguments, str) else arguments
        if isinstance(read, dict):
            return Choice(str(function["name"]), cast("dict[str, Any]", read))
    except (KeyError, TypeError, AttributeError, ValueError):
        pass
    return Choice("", {})


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
