"""What `chairtime audit` does: walks each office's chain and the installation's own, and writes them out."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, cast

from server.failures import ConfigurationError, Failure
from server.operators.records import Records, opened
from server.operators.tables import Column, Page, moment, plain
from server.settings import Settings
from store.audit import WHOLE, Entry, Head, Verdict

INSTALLATION: Final = "installation"  # what its chain goes by: of tokens and keys, which are of no office
VERDICTS: Final = (
    Column("Office", "office", plain),
    Column("Entries that hold", "entries", plain),
    Column("Broken at", "broken_at", plain),
    Column("Why", "why", plain),
    Column("Head", "head", plain),
)


async def verify(settings: Settings, page: Page, office: str, head_file: Path | None) -> int:
    """Walk the chains of an office, or of all; with a file, they have to lead to the heads in it.

    Raises:
        Failure: one of them is broken, or ends before its head.
        ConfigurationError: the file holds no heads.
    """
    kept = _heads(head_file) if head_file is not None else {}
    shown: list[dict[str, Any]] = []
    async with opened(settings) as records:
        for label, chain in _chains(records, office).items():
            verdict = await records.store.audit.verify(chain, kept=kept.pop(label, None))
            shown.append(_record(label, verdict))
    if kept and not office:  # an office that went with its chain
        shown += [_record(label, Verdict(0, Head(0, ""), 1, "cut")) for label in kept]
    page.listing(shown, VERDICTS, "")
    if broken := [record["office"] for record in shown if record["why"]]:
        raise Failure(f"The audit is not as it was written: {', '.join(map(str, broken))}.")
    return 0


async def export(settings: Settings, office: str) -> int:
    """Write entries as JSON lines on stdout, oldest first, and after each chain its head."""
    async with opened(settings) as records:
        for label, chain in _chains(records, office).items():
            head = Head(0, "")
            async for portion in records.store.audit.entries(chain):
                for entry in portion:
                    _line(_entry(label, entry))
                    head = Head(entry.seq, entry.seal)
            _line({"office": label, "head": asdict(head)})
    return 0


def _chains(records: Records, office: str) -> dict[str, str]:
    """What each chain goes by, and its office: those that are named, else all there are."""
    chosen = [each for each in records.chosen(office) if each is not None]
    chains = {records.labels[each.id]: each.id for each in chosen or records.offices}
    return chains if chosen else {**chains, INSTALLATION: WHOLE}


def _entry(label: str, entry: Entry) -> dict[str, Any]:
    return {**asdict(entry), "office": label, "at": moment(entry.at), "at_ms": entry.at}


def _record(label: str, verdict: Verdict) -> dict[str, Any]:
    return {
        "office": label,
        "entries": verdict.entries,
        "broken_at": verdict.broken_at,
        "why": verdict.why,
        "head": f"{verdict.head.seq}:{verdict.head.seal[:12]}",
    }


def _line(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


def _heads(path: Path) -> dict[str, Head]:
    """The heads in an export, or in what was kept of one."""
    heads: dict[str, Head] = {}
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            record: Any = json.loads(line) if line.strip() else None
            if isinstance(record, dict) and "head" in record:
                found = cast("dict[str, Any]", record)
                heads[str(found["office"])] = Head(int(found["head"]["seq"]), str(found["head"]["seal"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"The heads in {path} cannot be read. Nothing was looked at.") from error
    if not heads:
        raise ConfigurationError(f"There are no heads in {path}. Give what chairtime audit export wrote.")
    return heads
