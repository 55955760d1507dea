"""Backups of the wrapping keys: the key file, encrypted under a code that is printed once and kept on paper.

The code is 160 random bits, so that nobody can try codes on a file that was found. The key store is not in
it: `childledger backup` keeps its newest copy alone, and an older one would keep what was erased.
"""

import os
import secrets
from base64 import b32decode, b32encode, b64decode, b64encode
from binascii import Error
from itertools import count
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.data_folder import replace
from ledger.sealing.key_file import KeyFile, lines_of
from ledger.sealing.wrapping import KEY_BYTES, NONCE

HEAD: Final = "childledger-keys/v1"
"""The first line of a backup, which its encryption is bound to."""
_CODE_BYTES: Final = 20
_SALT: Final = 16
_GROUP: Final = 4
_LINE: Final = 76


class KeyBackupError(Exception):
    """A backup of keys cannot be opened, or does not hold what the ledger needs."""


def new_code() -> str:
    """Return a new code: letters and digits in groups of four."""
    letters = b32encode(secrets.token_bytes(_CODE_BYTES)).decode()
    return "-".join(letters[place : place + _GROUP] for place in range(0, len(letters), _GROUP))


def sealed_keys(keys: KeyFile, code: str) -> str:
    """Return the backup of a key file under a code."""
    salt, nonce = os.urandom(_SALT), os.urandom(NONCE)
    text = "".join(f"{line}\n" for line in keys.lines)
    content = b64encode(salt + nonce + _cipher(code, salt).encrypt(nonce, text.encode(), HEAD.encode()))
    body = content.decode()
    return "\n".join([HEAD, *(body[place : place + _LINE] for place in range(0, len(body), _LINE))])


def put_backup(path: Path, text: str) -> Path | None:
    """Write a backup to a file, durably, and return where an earlier one is kept, None if there was none.

    An earlier one is put aside under the next free number behind its name, where its own code opens it.
    Raises KeyBackupError for a file that is no backup of keys, which stays as it is, and OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = None
    if path.exists():
        with path.open("rb") as file:
            head = file.readline(len(HEAD) + 2)
        if head.strip() != HEAD.encode():
            message = (
                f"{path} 已存在，不是密钥备份，未作改动：请另选一个文件。 "
                f"{path} is there already and is no backup of keys; it was left as it was. Name another file."
            )
            raise KeyBackupError(message)
        numbered = (path.with_name(f"{path.name}.{number}") for number in count(1))
        aside = next(each for each in numbered if not each.exists())
        path.rename(aside)
    replace(path, text.encode())
    return aside


def opened_keys(path: Path, code: str) -> KeyFile:
    """Return the keys of the backup in a file. Raises KeyBackupError and OSError."""
    head, _, body = path.read_text("ascii", errors="replace").partition("\n")
    if head.strip() != HEAD:
        message = f"{path} 不是密钥备份。 {path} is no backup of keys."
        raise KeyBackupError(message)
    try:
        content = b64decode("".join(body.split()), validate=True)
        salt, nonce, sealed = content[:_SALT], content[_SALT : _SALT + NONCE], content[_SALT + NONCE :]
        text = _cipher(code, salt).decrypt(nonce, sealed, HEAD.encode())
    except (Error, ValueError, InvalidTag):
        message = (
            f"{path} 打不开：恢复码不是这份备份的，或文件已损坏。请核对纸上的恢复码，或另做一份备份。 "
            f"{path} does not open: the code is not of this backup, or the file is damaged. Compare the code "
            "with the paper, or make another backup."
        )
        raise KeyBackupError(message) from None
    return KeyFile(lines_of(text.decode(), str(path)))


def _cipher(code: str, salt: bytes) -> AESGCM:
    """Return the cipher of a code as somebody typed it. Raises ValueError for what is no code."""
    letters = "".join(each for each in code.upper() if each.isalnum())
    key = b32decode(letters, map01="L")
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=salt, info=HEAD.encode()).derive(key))
