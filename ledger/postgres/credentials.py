"""Passwords of database roles, kept in DATA in the form that libpq reads by itself (mode 0600).

A connection string names the file and never the password, so that it may be printed and logged.
"""

import os
import secrets
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.data_folder import check_private, lock

FILE = "passwords"


def password(data: Path, role: str) -> str:
    """Return the password of `role`; the first call creates and stores it. Raises DataError."""
    descriptor = os.open(data / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+", encoding="ascii") as file:
        lock(file.fileno(), data / FILE)
        check_private(file.fileno(), data / FILE)
        for line in file:
            *_, name, secret = line.rstrip("\n").split(":")
            if name == role:
                return secret
        secret = secrets.token_hex(24)
        file.write(f"*:*:*:{role}:{secret}\n")
    return secret


def url_as(url: str, role: str, data: Path) -> str:
    """Return the conninfo of the database at `url` for `role`, with the password kept in `data`."""
    parameters = conninfo_to_dict(url) | {"user": role, "passfile": str(data.resolve() / FILE)}
    parameters.pop("password", None)
    return make_conninfo("", **parameters)
