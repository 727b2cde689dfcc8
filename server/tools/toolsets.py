"""Which tools an agent is shown: by toolset, and none that writes where writing is switched off."""

from collections.abc import Collection, Mapping
from typing import Final

from server.tools.billing_specs import BILLING
from server.tools.frontoffice_specs import FRONTOFFICE
from server.tools.office_specs import OFFICE
from server.tools.scheduling_specs import SCHEDULING
from server.tools.surface import ToolSpec

TOOLSETS: Final[Mapping[str, tuple[ToolSpec, ...]]] = {
    "scheduling": SCHEDULING + OFFICE,
    "frontoffice": FRONTOFFICE,
    "billing": BILLING,
}
"""By the names that CHAIRTIME_TOOLSETS takes, in the order in which they are listed."""

ALL: Final = tuple(spec for specs in TOOLSETS.values() for spec in specs)


def shown(toolsets: Collection[str], *, read_only: bool) -> tuple[ToolSpec, ...]:
    """The tools of the toolsets named; `read_only` takes away all that write, whichever is named."""
    chosen = [spec for name, specs in TOOLSETS.items() if name in toolsets for spec in specs]
    return tuple(spec for spec in chosen if not (read_only and spec.writes))
