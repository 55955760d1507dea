"""Where things stand that tests read as files."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SCHEMAS: Final = ROOT / "tests" / "schemas"
