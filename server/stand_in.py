"""What the command `sandbox` does: the stand-in for Sikka on its own, for other programs to find."""

import sys
from typing import Final

from sandbox.serving import RunningSandbox, run_blocking
from sandbox.world import SandboxConfig, World
from server.failures import port_taken

CONTROL_NAME: Final = "SANDBOX_CONTROL_URL"


def run_stand_in(config: SandboxConfig, port: int) -> int:
    """Run the stand-in until a signal ends it. Returns the exit code.

    Where it answers is written to stderr as `NAME=value` lines, which other programs can read.

    Args:
        config: of its world.
        port: on loopback; 0 is any free one.

    Raises:
        Failure: the port is taken.
    """

    def ready(serving: RunningSandbox) -> None:
        sys.stderr.write(
            f"The stand-in for Sikka answers at {serving.base_url}. Stop it with Ctrl-C.\n"
            f"  SIKKA_BASE_URL={serving.base_url}\n"
            f"  SIKKA_APP_ID={config.app_id}\n"
            f"  SIKKA_APP_KEY={config.app_key}\n"
            f"  {CONTROL_NAME}={serving.control_url}\n"
        )

    try:
        run_blocking(World(config), port, ready)
    except OSError:
        raise port_taken(port) from None
    return 0
