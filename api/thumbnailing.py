"""The process that makes one thumbnail, within limits; `api.thumbnails.apart` starts it.

Its standard input is the limits and the format, in one line of JSON, and then the scan's bytes. Its standard
output is the thumbnail, a JPEG; nothing if there can be none. So no picture, however it is made,
takes memory, time or a fault to the service.
"""

import io
import os
import resource
import sys
import warnings
from typing import Final

import orjson
import pypdfium2  # type: ignore[import-untyped]  # it has no stubs
from PIL import Image, ImageOps

_NICENESS: Final = 10
_OPEN_FILES: Final = 32
_BACKGROUND: Final = "white"


def main() -> None:
    """Read the standard input, and exit: with another code than 0 where there is no thumbnail."""
    wanted = orjson.loads(sys.stdin.buffer.readline())
    _confine(wanted["memory"], wanted["seconds"])
    Image.MAX_IMAGE_PIXELS = wanted["pixels"]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    scan = sys.stdin.buffer.read()
    picture = _first_page(scan, wanted["side"]) if wanted["pdf"] else Image.open(io.BytesIO(scan))
    picture.draft("RGB", (wanted["side"], wanted["side"]))
    picture = ImageOps.exif_transpose(picture)
    picture.thumbnail((wanted["side"], wanted["side"]))
    picture.convert("RGB").save(sys.stdout.buffer, "JPEG", quality=80)


def _first_page(scan: bytes, side: int) -> Image.Image:
    page = pypdfium2.PdfDocument(scan)[0]
    scale = side / max(*page.get_size(), 1.0)
    rendered: Image.Image = page.render(scale=min(scale, 2.0)).to_pil()
    return rendered


def _confine(memory: int, seconds: int) -> None:
    """Limit the process to this memory (bytes) and CPU time, without writes to disk."""
    os.nice(_NICENESS)
    for bound, wanted in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        _, hardest = resource.getrlimit(bound)
        most = wanted if hardest == resource.RLIM_INFINITY else min(wanted, hardest)
        resource.setrlimit(bound, (most, most))


if __name__ == "__main__":
    main()
