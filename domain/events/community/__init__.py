"""Children outside institutions whom policies put on a roll (机构外儿童关爱保护), as a package.

In the order of reading: how they are found and put on a roll (`rolls`), what is done for those on one
(`caring`), what is asked of others for them (`referring`), and who is in charge of them (`charge`).
"""

# ruff: noqa: I001  # in the order of life, not of the alphabet
from domain.events.community import rolls as rolls
from domain.events.community import caring as caring
from domain.events.community import referring as referring
from domain.events.community import charge as charge
