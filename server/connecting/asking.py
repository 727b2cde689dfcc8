"""Asks the person at the terminal, or says what to give where there is none to ask."""

import sys
from dataclasses import dataclass

import typer

from server.failures import ConfigurationError


@dataclass(frozen=True)
class Asker:
    """Whoever started the command. ``silent`` is to be asked nothing."""

    silent: bool = False

    @property
    def answers(self) -> bool:
        """Whether there is a terminal, and it may be used."""
        return not self.silent and sys.stdin.isatty()

    def text(self, question: str, *, missing: str, hidden: bool = False) -> str:
        """What the person types. Raises ConfigurationError with ``missing``: nobody is there to answer."""
        if not self.answers:
            raise ConfigurationError(missing)
        try:
            typed: str = typer.prompt(question, hide_input=hidden, err=True)
        except typer.Abort:
            raise ConfigurationError(missing) from None
        return typed.strip()

    def agrees(self, question: str) -> bool:
        """Whether the person says yes; a silent one has said it before, and nobody there says no."""
        if self.silent:
            return True
        if not self.answers:
            return False
        try:
            return typer.confirm(question, err=True)
        except typer.Abort:
            return False
