"""Leaves out of a pinned list (stdin to stdout) what the named client's MCP path never imports."""

import re
import sys

COMMAND_LINE = "markdown-it-py mdurl pygments rich shellingham typer"
LEFT_OUT = {
    "livekit": f"{COMMAND_LINE} eval-type-backport grpcio nest-asyncio sounddevice types-protobuf",
    "pipecat": f"{COMMAND_LINE} audioop-lts docopt flatbuffers llvmlite markdown mpmath num2words numba"
    " onnxruntime resampy soundfile sympy",
    "openai-agents": "",
}
left_out = set(LEFT_OUT[sys.argv[1].removesuffix("-mcp1")].split())
keep = True
for line in sys.stdin:
    if found := re.match(r"([\w.-]+)==", line):
        keep = found[1].lower() not in left_out
    if keep and not line.startswith("#"):
        sys.stdout.write(line)
