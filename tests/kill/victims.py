"""The servers that are killed: how one is started, asked for an operation, and killed at a moment of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

PATIENCE = 180  # seconds until what does not answer is a fault


class Nursery:
    """Starts servers, each in a moment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with open(folder / "log.txt", "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.kill.nursery"],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def server(self) -> Server:
        """Start a server on a free port of this machine."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        marks = self.folder / f"marks-{time.monotonic_ns()}"
        marks.touch()
        assert self._process.stdin
        assert self._process.stdout
        told = {"port": port, "marks": str(marks), "log": str(self.folder / "log.txt")}
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        return Server(port, marks, int(self._process.stdout.readline()))

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        self._process.wait(PATIENCE)


class Server:
    """The app's server. `marks` is the file in which it writes where each operation begins and has returned; `failed`
    has what it could not do."""

    def __init__(self, port: int, marks: Path, process: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.marks, self.process = marks, process
        self.failed: list[str] = []

    def wait(self) -> None:
        """Return once it answers."""
        for _ in range(PATIENCE * 20):
            try:
                urllib.request.urlopen(f"{self.address}/healthz", timeout=5)
                return
            except OSError:
                if not self._lives():
                    break
                time.sleep(0.05)
        raise RuntimeError("the server did not start: see log.txt")

    def asked_and_killed(self, operation: str, given: dict[str, Any], moment: float) -> tuple[str, bool, Any]:
        """Ask for an operation and kill the process `moment` seconds after it began (below 0: before it did). Return
        where that hit (before, during or after it), whether it was acknowledged, and what it returned."""
        begun, answers, asking = self._asking(operation, given)
        deadline = time.monotonic() + PATIENCE
        if moment >= 0:
            while self._size() == begun and asking.is_alive() and time.monotonic() < deadline:
                time.sleep(0.0002)
            time.sleep(moment)
        self.kill()
        asking.join(PATIENCE)
        written = self.marks.read_bytes()[begun:]
        hit = {b"": "before", b"b": "during", b"be": "after"}[written]
        return hit, bool(answers), answers[0] if answers else None

    def timed(self, operation: str, given: dict[str, Any]) -> tuple[Any, float]:
        """Have an operation done to its end; return what it returned, and how many seconds it took."""
        begun, answers, asking = self._asking(operation, given)
        began = ended = 0.0
        while asking.is_alive() and not ended:
            written, now = self._size() - begun, time.monotonic()
            began = began or (now if written else 0.0)
            ended = now if written > 1 else 0.0
            time.sleep(0.0002)
        asking.join(PATIENCE)
        if not answers:
            raise RuntimeError(f"{operation} failed: see log.txt")
        return answers[0], max(ended - began, 0.001)

    def kill(self) -> None:
        """Kill it as power loss does: at once, and nothing in it is told."""
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        while self._lives():
            time.sleep(0.001)

    def _asking(self, operation: str, given: dict[str, Any]) -> tuple[int, list[Any], threading.Thread]:
        begun, answers = self._size(), []
        asking = threading.Thread(target=self._ask, args=(operation, given, answers))
        asking.start()
        return begun, answers, asking

    def _ask(self, operation: str, given: dict[str, Any], answers: list[Any]) -> None:
        body = json.dumps({"operation": operation, "given": given}).encode()
        try:
            with urllib.request.urlopen(f"{self.address}/drive", body, timeout=PATIENCE) as answer:
                answers.append(json.load(answer)["done"])
        except urllib.error.HTTPError as error:
            self.failed.append(f"{operation}: {error}")
        except (OSError, ValueError, HTTPException):
            return  # it was killed

    def _size(self) -> int:
        return self.marks.stat().st_size

    def _lives(self) -> bool:
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        return True
