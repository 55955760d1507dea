"""Reading a rule pack: a TOML file, or a folder of them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from domain.label import Label
from domain.limit import Area, limit
from domain.rule_pack import RulePack, drafted
from domain.rulebook import InvalidRulebookError, Rulebook

SUFFIX: Final = ".toml"
MOST_PACK_BYTES: Final = limit(
    1024 * 1024,
    Area.REQUESTS,
    Label("规则包的字节数", "Bytes of a rule pack"),
    why=Label("随附规则集不足其十分之一", "The shipped rulebook has less than a tenth of it"),
    beyond=Label("拒绝该规则包", "The pack is refused"),
)


class UnreadablePackError(Exception):
    """A pack cannot be read, or not be laid over a rulebook; the text says why, in both languages."""


def read_pack(path: Path) -> RulePack:
    """Return the pack of a file or of the `.toml` files of a folder; its name is that of file or folder.

    Raises UnreadablePackError, and OSError where the operating system does not let us read.
    """
    path = path.resolve()
    if not path.exists():
        message = f"没有该文件或者文件夹：{path}。 There is no file or folder {path}."
        raise UnreadablePackError(message)
    if not path.is_dir() and not (path.is_file() and path.suffix == SUFFIX):
        message = (
            f"{path} 不是规则包：规则包为 {SUFFIX} 文件，或者存放这种文件的文件夹。"
            f" {path} is no pack: a pack is a {SUFFIX} file, or a folder of them."
        )
        raise UnreadablePackError(message)
    files = sorted(file for file in path.glob(f"*{SUFFIX}") if file.is_file()) if path.is_dir() else [path]
    if sum(file.stat().st_size for file in files) > MOST_PACK_BYTES:
        message = (
            f"{path.name} 超过 {MOST_PACK_BYTES:,} 字节。"
            f" {path.name} has more than {MOST_PACK_BYTES:,} bytes."
        )
        raise UnreadablePackError(message)
    return RulePack(path.stem, {file.name: _text(file) for file in files})


def _text(file: Path) -> str:
    try:
        # As editors on Windows write it, with a mark at the beginning.
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        message = f"{file.name} 不是 UTF-8 文本：请另存为 UTF-8。 {file.name} is no UTF-8: save it as UTF-8."
        raise UnreadablePackError(message) from None


def draft(
    adopted: Rulebook, shipped: Rulebook, packs: Iterable[RulePack], without: Iterable[str] = ()
) -> Rulebook:
    """Return the rulebook that adopting packs would give. Raises UnreadablePackError.

    A pack that was adopted earlier may name what the shipped rulebook has no more.
    """
    try:
        return drafted(adopted, shipped, packs, without=without)
    except InvalidRulebookError as error:
        message = f"规则包无法与规则集合并：{error}。 The packs cannot be laid over the rulebook: {error}."
        raise UnreadablePackError(message) from error
