"""Set up cs-metrics and run it, or its tests, with nothing but Python: `python3 tasks.py run`, `python3 tasks.py test`.

Uses the standard library alone, for nothing else is there yet when it starts.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("CS_METRICS_VENV", ROOT / ".venv"))
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)


def call(*command: object, env: dict[str, str] | None = None) -> None:
    """Run a command and stop with its exit code when it fails."""
    code = subprocess.call([str(part) for part in command], cwd=ROOT, env=env)
    if code:
        raise SystemExit(code)


def apt_install(*packages: str) -> bool:
    """Install Debian packages where that is possible without asking anybody; say whether it was."""
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    call("apt-get", "update", "-qq", env=env)
    call("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, env=env)
    return True


def virtual_environment(*requirements: str) -> None:
    """Make the virtual environment, and install into it what is new since the last time."""
    if not PYTHON.exists():
        made = subprocess.call([sys.executable, "-m", "venv", str(VENV)])
        if made and apt_install("python3-venv"):
            made = subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)])
        if made:
            raise SystemExit("Python's venv module is missing: install it (on Debian: apt install python3-venv).")
    wanted = "".join((ROOT / name).read_text() for name in ("requirements.txt", "pyproject.toml")) + " ".join(
        requirements
    )
    digest = hashlib.sha256(wanted.encode()).hexdigest()
    stamp = VENV / f"installed-{hashlib.sha256(' '.join(requirements).encode()).hexdigest()[:8]}"
    if stamp.exists() and stamp.read_text() == digest:
        return
    print("Installing what cs-metrics needs (a minute or two, this once) ...", flush=True)
    call(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements)
    stamp.write_text(digest)


def chromium() -> str:
    """Return the path of a Chromium or Chrome for the browser tests, installing it on Debian."""
    named = os.environ.get("CS_METRICS_CHROMIUM")
    if named:
        return named
    for _ in range(2):
        found = next((path for path in map(shutil.which, CHROMIUM_NAMES) if path), None)
        found = found or next((path for path in CHROMIUM_PLACES if Path(path).exists()), None)
        if found:
            return found
        if not apt_install("chromium"):
            break
    raise SystemExit("The browser tests need Chromium or Chrome: install one, or name it in CS_METRICS_CHROMIUM.")


def reach(rest: list[str]) -> str:
    """Return in a sentence who reaches the app, where nothing says how people come in; '' where something does."""
    said = any(name.startswith("CS_METRICS_OIDC_") or name == "CS_METRICS_ACCESS" for name in os.environ)
    if said or (ROOT / ".streamlit" / "secrets.toml").exists() or any("server.address" in option for option in rest):
        return ""
    return (
        "Open to this machine only: nobody signs in, and no other machine reaches it. "
        "To let a team in, see README.md, 'People and sign-in'."
    )


def postgres() -> None:
    """Have PostgreSQL for the tests that need one, installing it on Debian; without it they are skipped and say so."""
    if not shutil.which("initdb") and not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        apt_install("postgresql")


def run(rest: list[str]) -> None:
    """Start the app on this machine alone, with the sample company in it."""
    if reach(rest):
        print(reach(rest), flush=True)
    virtual_environment("-r", "requirements.txt")
    print("Preparing the sample company ...", flush=True)
    call(PYTHON, "-c", "import cs_metrics; cs_metrics.sample()")
    call(PYTHON, "-m", "streamlit", "run", "server.py", *rest)


def test(rest: list[str]) -> None:
    """Check style and types, bind every KPI, and run every test."""
    virtual_environment("-e", ".[test]")
    env = {**os.environ, "CS_METRICS_CHROMIUM": chromium()}
    postgres()
    if not rest:
        call(PYTHON, "-m", "ruff", "check", ".")
        call(PYTHON, "-m", "ruff", "format", "--check", ".")
        call(PYTHON, "-m", "mypy")
        call(PYTHON, "-m", "cs_metrics", "check")
    call(PYTHON, "-m", "pytest", *(rest or ["-n", "2", "--dist", "loadfile", "--durations", "10"]), env=env)


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must be told so, in one sentence
        raise SystemExit(f"cs-metrics needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="set up and start the app; what follows goes to streamlit")
    commands.add_parser("test", help="set up and run all checks and tests; what follows goes to pytest")
    chosen, rest = parser.parse_known_args()
    {"run": run, "test": test}[chosen.command](rest)


if __name__ == "__main__":
    main()
