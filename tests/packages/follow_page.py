"""Follows the shell blocks of docs/deployment.md to the letter, in a machine within this one.

Its own mounts lie over /etc, /opt, /root, /usr/local and /var, and its own network has loopback only, so that
nothing is left behind and no port is anybody's. Needs root, nginx and curl; `make deploy-check` runs it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
OVERLAID = ("/etc", "/opt", "/root", "/usr/local", "/var")
HOST = "voice.example.org"
LIMIT_SECONDS = 300
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
# What the page leaves to the reader, by a line of the block before which it is done.
PREPARED = {
    "sudo chairtime doctor": "fill_in",
    "sudo nginx -t": "certificate",
    "curl --fail https://voice.example.org/healthz": "wait_until_served",
}
CALL = """
import asyncio, ssl, sys, httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

async def call():
    trusted = ssl.create_default_context(cafile="/etc/nginx/tls/voice.example.org.pem")
    headers = {"Authorization": f"Bearer {sys.argv[1]}", "X-Call-Id": "page"}
    async with (
        httpx2.AsyncClient(verify=trusted, trust_env=False, headers=headers) as http,
        Client(streamable_http_client("https://voice.example.org/mcp", http_client=http)) as client,
    ):
        about = {"name": "Anna Lindqvist", "date_of_birth": "1986-04-12"}
        print((await client.call_tool("find_patient", about)).structured_content["outcome"])

asyncio.run(call())
"""


class Machine:
    """The machine within, for as long as its first process lives."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.bin = scratch / "bin"
        self.bin.mkdir()
        (self.bin / "sudo").write_text('#!/bin/sh\nexec "$@"\n', encoding="utf-8")
        (self.bin / "sudo").chmod(0o755)
        shutil.copy(HERE / "stand_in_systemctl", self.bin / "systemctl")
        mounts = "\n".join(
            f"mkdir -p {scratch}/over{place}/up {scratch}/over{place}/work\n"
            f"mount -t overlay overlay -o lowerdir={place},upperdir={scratch}/over{place}/up,"
            f"workdir={scratch}/over{place}/work {place}"
            for place in OVERLAID
        )
        text = (
            f"mount -t tmpfs tmpfs {scratch}/over\nmount -t tmpfs tmpfs /run\n{mounts}\n"
            f"ip link set lo up\necho '127.0.0.1 {HOST}' >>/etc/hosts\necho up\nexec sleep infinity\n"
        )
        (scratch / "over").mkdir()
        self.first = subprocess.Popen(
            ["unshare", "--mount", "--net", "sh", "-euc", text], stdout=subprocess.PIPE, text=True
        )
        if self.first.stdout is None or self.first.stdout.readline() != "up\n":
            sys.exit("deploy-check: no machine could be made within this one")
        self.started = []

    def _inside(self, line, *, network):
        environment = {
            "PATH": f"{self.bin}:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "STAND_IN": str(self.scratch),
            "CURL_CA_BUNDLE": f"/etc/nginx/tls/{HOST}.pem",
        }
        kept = ("PIP_", "SSL_", "REQUESTS_", "npm_", "NODE_")
        given = {name: value for name, value in os.environ.items() if name.startswith(kept)}
        entered = ["nsenter", "--mount", *(["--net"] if network else []), "--target", str(self.first.pid)]
        return [*entered, f"--wd={ROOT}", "bash", "-euo", "pipefail", "-c", line], given | environment

    def run(self, line, *, network=True):
        """A line to its good end; what it wrote to stdout."""
        command, environment = self._inside(line, network=network)
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LIMIT_SECONDS,
        )
        if done.returncode != 0:
            logs = "".join(log.read_text(encoding="utf-8")[-2000:] for log in self.scratch.glob("*.log"))
            sys.exit(f"deploy-check: the page's line failed: {line}\n{done.stdout}\n{logs}")
        return done.stdout

    def start(self, line):
        """A line that goes on; ended with the machine."""
        command, environment = self._inside(f"exec {line}", network=True)
        with (self.scratch / "sandbox.log").open("wb") as log:
            self.started.append(
                subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            )

    def end(self):
        """End what was started in it, and it."""
        for place in ("8000", "8001"):
            if (self.scratch / f"chairtime@{place}").exists():
                self.run(f"systemctl stop chairtime@{place}")
        if (Path("/proc") / str(self.first.pid)).exists():
            self.run("nginx -s stop || true")
        for process in (*self.started, self.first):
            process.terminate()
            process.wait(30)


@contextmanager
def machine():
    scratch = Path(tempfile.mkdtemp(prefix="chairtime-page-"))
    scratch.chmod(0o755)
    within = Machine(scratch)
    try:
        yield within
    finally:
        within.end()
        shutil.rmtree(scratch, ignore_errors=True)


def fill_in(within):
    """The settings, for an account at the stand-in for Sikka."""
    within.start(f"{ROOT}/.venv/bin/python -m server sandbox --port 8901 --writes-take 1 2")
    values = dict(re.findall(r"(SIKKA_\w+)=(\S+)", _said(within.scratch / "sandbox.log", "SIKKA_APP_KEY=")))
    for name, value in (values | {"CHAIRTIME_OFFICE": "D10001"}).items():
        place = "/etc/chairtime/chairtime.env"
        within.run(f"sed -i '/^{name}=/d' {place}; echo '{name}={value}' >>{place}")


def certificate(within):
    """A certificate for the name, and an nginx that runs with what the machine had."""
    within.run(
        f"mkdir -p /etc/nginx/tls; openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST} "
        f"-addext subjectAltName=DNS:{HOST} -keyout /etc/nginx/tls/{HOST}.key -out /etc/nginx/tls/{HOST}.pem "
        "2>/dev/null; mkdir -p /run /var/log/nginx"
    )


def wait_until_served(within):
    """A start returns before the server is ready, and the machine's nginx may not have run."""
    within.run(f"for i in $(seq 60); do curl -sf https://{HOST}/healthz >/dev/null && break; sleep 0.5; done")


def _said(log, text):
    until = time.monotonic() + 60
    while text not in (said := log.read_text(encoding="utf-8")):
        if time.monotonic() > until:
            sys.exit(f"deploy-check: the stand-in for Sikka did not come up: {said}")
        time.sleep(0.1)
    return said


def follow():
    """Every block in order; after each that leaves a server running, an agent calls it."""
    page = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    prepared = {"fill_in": fill_in, "certificate": certificate, "wait_until_served": wait_until_served}
    left, token, lines, calls = dict(PREPARED), "", 0, 0
    with machine() as within:
        for block in BLOCK.findall(page):
            for line in block.strip().splitlines():
                if line in left:
                    prepared[left.pop(line)](within)
                if line == "sudo nginx -s reload" and not token:
                    sys.exit("deploy-check: the page makes no token before the proxy")
                if line == "sudo nginx -s reload":
                    within.run("nginx")  # where it runs already, this would be needless
                # the release to come is stood in for by this one
                said = within.run(
                    line.replace("dist/chairtime-0.2.0", "dist/chairtime-0.1.0"),
                    network="pip install --require-hashes" not in line and line != "deploy/pack",
                )
                lines += 1
                if "tokens create" in line:
                    token = max(re.findall(r"[\w.-]+", said), key=len)
            if "/nginx/" in block or "systemctl start" in block:
                wait_until_served(within)
                said = within.run(f"{ROOT}/.venv/bin/python -c '{CALL}' {token}")
                if said.strip().splitlines()[-1] != "verified":
                    sys.exit(f"deploy-check: after {block}\nan agent is told: {said}")
                calls += 1
    if left:
        sys.exit(f"deploy-check: the page has no such line any more: {', '.join(left)}")
    sys.stdout.write(
        f"deploy-check: {lines} lines of docs/deployment.md followed, {calls} calls in between\n"
    )


if __name__ == "__main__":
    follow()
