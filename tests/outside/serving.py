"""The app as a process of its own, on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.outside.provider import Provider, free_port

ROOT = Path(__file__).parents[2]


def command(port: int, *options: str) -> list[str]:
    """Return what starts the app."""
    return [sys.executable, "-m", "streamlit", "run", "server.py", "--server.port", str(port), *options]


def environment(home: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a server: this one, its workspaces in `home`, and no settings of whoever tests."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("CS_METRICS_OIDC", "CS_METRICS_ACCESS"))}
    own.pop("CS_METRICS_MAY_CREATE", None)
    fixed = {"CS_METRICS_HOME": str(home), "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none"}
    return {**own, **fixed, **(settings or {})}


@contextmanager
def serving(home: Path, log: Path, settings: Mapping[str, str] | None = None, port: int = 0) -> Iterator[str]:
    """Run the app on a port (0: a free one) until the block ends; give its address."""
    port = port or free_port()
    with log.open("ab") as out:
        process = subprocess.Popen(
            command(port), cwd=ROOT, env=environment(home, settings), stdout=out, stderr=subprocess.STDOUT
        )
        try:
            for _ in range(600):
                if process.poll() is not None:
                    break
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                    break
                except OSError:
                    time.sleep(0.1)
            assert process.poll() is None, log.read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def signing_in(home: Path, log: Path, provider: Provider, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run the app with sign-in at a provider until the block ends; give its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    told = provider.register(address).environment(address)
    with serving(home, log, {**told, **(settings or {})}, port) as running:
        yield running
