"""The process that makes one thumbnail, within limits; `api.thumbnails.apart` starts it.

Its standard input is the limits and the format, in one line of JSON, and then the scan's bytes. Its standard
output is the thumbnail, a JPEG; nothing if there can be none. So no picture, however it is made,
takes memory, time or a fault to the service.
"""

import io
import sys
import warnings
from typing import Final

import orjson
import pypdfium2  # type: ignore[import-untyped]  # it has no stubs
from PIL import Image, ImageOps

from api.child_process import confine

_NICENESS: Final = 10
_BACKGROUND: Final = "white"


def main() -> None:
    """Read the standard input, and exit: with another code than 0 where there is no thumbnail."""
    wanted = orjson.loads(sys.stdin.buffer.readline())
    confine(memory=wanted["memory"], seconds=wanted["seconds"], niceness=_NICENESS)
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


if __name__ == "__main__":
    main()
