"""An identity provider beside a test: oidc-provider-mock as a process of its own."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Final

import httpx2
import pytest

PATIENCE_SECONDS: Final = 30.0


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def identity_provider() -> Iterator[str]:
    """Give the issuer of an identity provider that knows whoever says who they are."""
    port = _free_port()
    issuer = f"http://localhost:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not _answers(issuer):
            assert process.poll() is None
            assert time.monotonic() < until, "the identity provider does not start"
            time.sleep(0.05)
        yield issuer
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _answers(issuer: str) -> bool:
    try:
        return httpx2.get(f"{issuer}/.well-known/openid-configuration").is_success
    except httpx2.HTTPError:
        return False
