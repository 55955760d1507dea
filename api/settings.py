"""What is set from outside: `CHILDLEDGER_*` variables."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.migrate import DEFAULT_LEDGER


class Settings(BaseSettings):
    """How this process runs. Addresses of databases are secrets, for they may hold passwords."""

    model_config = SettingsConfigDict(env_prefix="CHILDLEDGER_", frozen=True, env_ignore_empty=True)

    database_url: SecretStr | None = None
    """The database as its owner, to migrate it; with none of the three the embedded one in `data` is used."""
    writer_url: SecretStr | None = None
    """The database as the ledger's writer; by default `database_url`'s, with a password kept in `data`."""
    reader_url: SecretStr | None = None
    """The database as the ledger's reader; by default like `writer_url`."""
    data: Path = Path(".data")
    """The folder of what is kept outside the database: keys, passwords and the embedded database."""
    ledger: str = DEFAULT_LEDGER
    """The name of the ledger, which is its schema and begins the names of its roles."""
    host: str = "127.0.0.1"
    """The address to serve on; other than loopback only where `tls_handled`."""
    port: int = Field(default=8000, ge=0, le=65535)
    tls_handled: bool = False
    """Whether somebody in front of this server speaks TLS."""
    readers: int = Field(default=8, ge=1)
    """Connections that read at once."""
    token_days: int = Field(default=90, ge=1)
    """Days for which a new token lives, when not said."""
