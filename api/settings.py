"""Settings from the environment: `CHILDLEDGER_*` variables."""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.identity.tokens import LONGEST_DAYS
from domain.label import Label
from domain.limit import Area, Bound
from ledger.codec.messages import most_like
from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.processes import processors
from ledger.roles import Roles

PREFIX: Final = "CHILDLEDGER_"
LEDGER: Final = "{ledger}"
"""The placeholder of a ledger's name in an address."""


class Settings(BaseSettings):
    """The settings of this process. Addresses of databases are secrets, since they may hold passwords."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True)

    ledger: str = DEFAULT_LEDGER
    """The name of the ledger for commands, which is its schema and the prefix of its roles."""
    ledgers: Annotated[tuple[str, ...], NoDecode] = ()
    """The names of all served ledgers, separated by commas, `ledger` among them; by default only `ledger`."""
    database_url: SecretStr | None = None
    """The database as owner, for migrations; if none of the three is set, the embedded one in `data`."""
    writer_url: SecretStr | None = None
    """The database as the ledger's writer; by default `database_url`'s, with a password kept in `data`.

    `{ledger}` is replaced by the ledger's name, and is required if several are served, since each has
    separate roles.
    """
    reader_url: SecretStr | None = None
    """The database as the ledger's reader; by default like `writer_url`."""
    data: Path = Path(".data")
    """The folder of all data outside the database: keys, passwords and the embedded database."""
    key_backup: Literal["verified", "none"] = "verified"
    """Which backup of the wrapping key in use `serve` asks for before it starts."""
    host: str = "127.0.0.1"
    """The address to serve on; other than loopback only if `tls_handled`."""
    port: int = Field(default=8000, ge=0, le=65535)
    tls_handled: bool = False
    """Whether a proxy in front of this server terminates TLS."""
    readers: Annotated[
        int,
        Bound(
            Area.DATABASE,
            Label("同时读取的数据库连接（每个账本）", "Connections that read at once, of each ledger"),
            Label("数据库为每个连接占用内存和一个进程", "Each is a process of the database with its memory"),
            "unavailable",
        ),
    ] = Field(default=8, ge=1)
    entries_at_hand: Annotated[
        int,
        Bound(
            Area.PROCESS,
            Label(
                "内存中保留的已读档案条目（每个账本）",
                "Entries that are kept folded, of each ledger",
            ),
            Label("一千条约占 3 MB 内存", "A thousand take some 3 MB of memory"),
            Label(
                "最久未用的档案下次重新读取",
                "The files unused for longest are read anew when they are asked for",
            ),
        ),
    ] = Field(default=25_000, ge=0)
    import_bytes: Annotated[
        int,
        Bound(
            Area.IMPORTS,
            Label("导入的文件或条目行的字节数", "Bytes of a file or of lines that are imported"),
            Label("一所机构的台账不到其十分之一", "An institution's register is a tenth of it"),
            "too_large",
        ),
    ] = Field(default=64 * 1024 * 1024, ge=1)
    import_memory: Annotated[
        int,
        Bound(
            Area.IMPORTS,
            Label("读取一个文件的进程所用内存字节数", "Bytes of memory of the process that reads a file"),
            Label(
                "足够读取最大的文件，又不致耗尽机器内存", "Enough for the largest file; the machine has more"
            ),
            "malformed",
        ),
    ] = Field(default=1024 * 1024 * 1024, ge=256 * 1024 * 1024)
    import_seconds: Annotated[
        int,
        Bound(
            Area.IMPORTS,
            Label("读取一个文件的处理器秒数", "Seconds of processor time to read a file"),
            Label("一次只读一个文件，其他机构在等候", "One file is read at a time, and others wait"),
            "malformed",
        ),
    ] = Field(default=30, ge=1)
    import_processes: int = Field(default_factory=processors, ge=1)
    """Processes that judge and record a large register: by default as many as there are processors."""
    papers: str | None = None
    """Where papers lie: `file:///folder` or `s3://bucket/prefix`; by default `papers` in `data`."""
    paper_bytes: Annotated[
        int,
        Bound(
            Area.REQUESTS,
            Label("一份材料影像的字节数", "Bytes of the scan of a paper"),
            Label("足够数百页的扫描件", "Enough for some hundred pages"),
            "too_large",
        ),
    ] = Field(default=200 * 1024 * 1024, ge=1)
    token_days: int = Field(default=90, ge=1, le=LONGEST_DAYS)
    """Default lifetime of a new token, in days."""
    first_sign_in_days: int = Field(default=7, ge=1, le=90)
    """Lifetime of a token for a first sign-in, in days."""

    session_idle_minutes: int = Field(default=15, ge=1, le=24 * 60)
    """Minutes after which a session of the console ends that nobody uses."""
    session_hours: int = Field(default=12, ge=1, le=24 * 7)
    """Hours after which a session of the console ends in any case."""

    password_memory_kib: int = Field(default=64 * 1024, ge=32)
    """Memory of one hash of a password (Argon2id), in KiB; others are made anew at the next sign-in."""
    password_passes: int = Field(default=3, ge=1)
    """How often a hash of a password passes over its memory."""

    second_factor: Literal["required", "off"] = "off"
    """Whether supervisors, auditors, bureaus and administrators show a second factor in the console."""

    oidc_issuer: str | None = Field(
        default=None, pattern=r"^(https://|http://(localhost|127\.0\.0\.1)(:|/|$))"
    )
    """The identity provider by which people sign in too (OpenID Connect), as it names itself."""
    oidc_client_id: str | None = None
    """By which name the provider knows this service."""
    oidc_client_secret: SecretStr | None = None

    mail_server: str | None = None
    """The server for mail; without one no digest is sent."""
    mail_port: int = Field(default=587, ge=1, le=65535)
    mail_security: Literal["starttls", "implicit", "none"] = "starttls"
    """How the connection to it is secured; `none` only for one on this machine."""
    mail_user: str | None = None
    mail_password: SecretStr | None = None
    mail_from: str | None = None
    """From whom mail is, where there is a server for it."""
    log_policy: Path | None = None
    """The file (c2sp.org/tlog-policy) that names the witnesses of the transparency log."""
    public_url: str | None = Field(default=None, pattern="^https?://[^/]+$")
    """The address of the service for links in mail and on paper: scheme, host and port."""

    @property
    def paper_url(self) -> str:
        """Where papers lie, as a URL."""
        return self.papers or (self.data / "papers").absolute().as_uri()

    @property
    def served(self) -> tuple["Settings", ...]:
        """The settings of each served ledger."""
        return tuple(
            self.model_copy(update={"ledger": name, "ledgers": ()}) for name in self.ledgers or (self.ledger,)
        )

    @property
    def variables(self) -> dict[str, str]:
        """The variables that make the same settings in another process; addresses hold passwords."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return {
            f"{PREFIX}{name.upper()}": _written(value) for name, value in given.items() if value is not None
        }

    def address(self, role: str) -> str | None:
        """Return the configured address for `database`, `writer` or `reader`, for this ledger."""
        secret: SecretStr | None = getattr(self, f"{role}_url")
        return None if secret is None else secret.get_secret_value().replace(LEDGER, self.ledger)

    @field_validator("ledger")
    @classmethod
    def _named(cls, name: str) -> str:
        Roles.of(name)
        return name

    @field_validator("ledgers", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:  # noqa: ANN401 - any value of a setting
        return [name.strip() for name in value.split(",")] if isinstance(value, str) else value

    @field_validator("ledgers")
    @classmethod
    def _each_once(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for name in names:
            Roles.of(name)
        if len(set(names)) < len(names):
            message = "同一账本写了两次。 It names a ledger twice."
            raise ValueError(message)
        ledger = info.data.get("ledger", DEFAULT_LEDGER)
        if names and ledger not in names:
            message = (
                f"须包含命令所用的账本 {ledger}（CHILDLEDGER_LEDGER）。"
                f" It must have {ledger} among them, CHILDLEDGER_LEDGER, which commands act on."
            )
            raise ValueError(message)
        return names

    @model_validator(mode="after")
    def _mails(self) -> Self:
        if self.mail_server is not None and (self.mail_from is None or self.public_url is None):
            message = (
                "设定了邮件服务器，须同时设定 CHILDLEDGER_MAIL_FROM 和 CHILDLEDGER_PUBLIC_URL。"
                " A server for mail needs CHILDLEDGER_MAIL_FROM and CHILDLEDGER_PUBLIC_URL too."
            )
            raise ValueError(message)
        if self.mail_security == "none" and self.mail_server not in {None, "localhost", "127.0.0.1", "::1"}:
            message = (
                "未加密的邮件连接只能用于本机的邮件服务器。"
                " Mail goes unencrypted to a server on this machine only, and to no other."
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _signs_on(self) -> Self:
        if self.oidc_issuer is None:
            return self
        if self.oidc_client_id is None or self.public_url is None:
            message = (
                "设定了统一认证，须同时设定 CHILDLEDGER_OIDC_CLIENT_ID 和 CHILDLEDGER_PUBLIC_URL。"
                " An identity provider needs CHILDLEDGER_OIDC_CLIENT_ID and CHILDLEDGER_PUBLIC_URL too."
            )
            raise ValueError(message)
        if find_spec("authlib") is None or find_spec("httpx2") is None:
            message = (
                "统一认证须安装：pip install childledger[oidc]。"
                " An identity provider needs pip install childledger[oidc]."
            )
            raise ValueError(message)
        return self

    @field_validator("writer_url", "reader_url")
    @classmethod
    def _for_each(cls, url: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        several = len(info.data.get("ledgers", ())) > 1
        if several and url is not None and LEDGER not in url.get_secret_value():
            message = (
                f"账本名称处须写 {LEDGER}：每个账本有自己的角色。"
                f" It must say {LEDGER} where the ledger's name stands: each ledger has roles of its own."
            )
            raise ValueError(message)
        return url


def _written(value: object) -> str:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case tuple():
            return ",".join(value)
    return str(value)


def mistyped(names: Iterable[str]) -> list[str]:
    """Return a warning for each variable that is no setting but resembles one."""
    given = {name.removeprefix(PREFIX).lower(): name for name in names if name.startswith(PREFIX)}
    likely = {name: most_like(word, Settings.model_fields) for word, name in given.items()}
    return [
        f"没有 {name} 这个设置；是否应为 {meant}？ {name} is no setting; did you mean {meant}?"
        for name, words in sorted(likely.items())
        for meant in (f"{PREFIX}{word.upper()}" for word in words)
        if meant != name
    ]
