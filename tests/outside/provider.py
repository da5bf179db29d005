"""An OpenID Connect provider to sign in with: canaille, on loopback, with people of the tests' own.

It runs in an environment of its own, made when it is first needed: its package brings a package named `tests`, which
would hide this one. As a script with a port this file serves until it is stopped; all is kept in memory.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = Path(__file__).with_name("provider-requirements.txt")
PASSWORD = "correct-horse-battery"
PEOPLE = ("ana@acme.test", "eve@acme.test", "vic@acme.test", "max@other.test")
UNPROVEN = "uma@acme.test"
"""Somebody of whom the provider does not know that the address is hers."""


@dataclass(frozen=True)
class Client:
    """What an app is told of the provider: OpenID Connect's own words."""

    metadata: str
    id: str
    secret: str

    def environment(self, address: str) -> dict[str, str]:
        """Return the settings under which an app at this address signs people in here."""
        return {
            "CS_METRICS_OIDC_METADATA_URL": self.metadata,
            "CS_METRICS_OIDC_CLIENT_ID": self.id,
            "CS_METRICS_OIDC_CLIENT_SECRET": self.secret,
            "CS_METRICS_OIDC_COOKIE_SECRET": secrets.token_urlsafe(32),
            "CS_METRICS_OIDC_REDIRECT_URI": f"{address}/oauth2callback",
        }


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Provider:
    """A running provider, at `address`."""

    address: str

    def register(self, app: str) -> Client:
        """Make an app at this address known, as any app may here: by OpenID Connect's dynamic registration."""
        told = {
            "client_name": "cs-metrics",
            "client_uri": app,
            "redirect_uris": [f"{app}/oauth2callback"],
            "post_logout_redirect_uris": [f"{app}/oauth2callback"],
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "scope": "openid email profile",
        }
        request = urllib.request.Request(
            f"{self.address}/oauth/register", json.dumps(told).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            made = json.load(answer)
        metadata = f"{self.address}/.well-known/openid-configuration"
        return Client(metadata, made["client_id"], made["client_secret"])


def python() -> Path:
    """Return the Python of the provider's environment, which is kept from run to run until its requirements change."""
    kept = ROOT / ".pytest_cache" / f"provider-{hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]}"
    place = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    if not kept.exists():
        draft = kept.with_name(f"{kept.name}-{os.getpid()}")
        draft.parent.mkdir(exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", draft], check=True)
        command = [draft / place, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]
        subprocess.run(command, check=True)
        try:
            draft.rename(kept)
        except OSError:  # another worker was faster
            shutil.rmtree(draft)
    return kept / place


@contextmanager
def running(log: Path) -> Iterator[Provider]:
    """Run a provider until the block ends."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    env = {**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"}  # loopback has no TLS
    with log.open("wb") as out:
        process = subprocess.Popen(
            [python(), __file__, str(port)], cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            for _ in range(600):
                assert process.poll() is None, log.read_text()
                try:
                    urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=5)
                    break
                except OSError:
                    time.sleep(0.1)
            yield Provider(address)
        finally:
            process.terminate()
            process.wait(10)


def serve(port: int) -> None:
    """Serve `PEOPLE` and `UNPROVEN`, all with `PASSWORD`, until stopped."""
    from canaille import create_app
    from canaille.app import models
    from canaille.backends import Backend
    from joserfc.jwk import RSAKey
    from werkzeug.serving import run_simple

    key = RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)
    app = create_app(
        {
            "SECRET_KEY": secrets.token_urlsafe(32),
            "SERVER_NAME": f"127.0.0.1:{port}",
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"SMTP": None, "FORCE_HTTPS": False, "JAVASCRIPT": False},
            "CANAILLE_OIDC": {"DYNAMIC_CLIENT_REGISTRATION_OPEN": True, "ACTIVE_JWKS": [key]},
        }
    )
    # Its settings know no such claim, yet it sends on what stands here: a word, as some other providers do.
    proven = f"{{{{ 'false' if user.preferred_email == '{UNPROVEN}' else 'true' }}}}"
    app.config["CANAILLE_OIDC"]["USERINFO_MAPPING"]["EMAIL_VERIFIED"] = proven
    with app.app_context():
        for address in (*PEOPLE, UNPROVEN):
            name = address.partition("@")[0]
            person = models.User(
                user_name=name, family_name=name.title(), formatted_name=name.title(), emails=[address],
                password=PASSWORD,
            )  # fmt: skip
            Backend.instance.save(person)
    run_simple("127.0.0.1", port, app, threaded=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
