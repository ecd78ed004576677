"""Where the folder of official statistics is; tests of what is built from them are skipped where there is none."""

from __future__ import annotations

import os
from pathlib import Path

#: LABORSIM_DATA, or `shared/data` beside the checkout.
DATA = Path(os.environ.get("LABORSIM_DATA") or Path(__file__).parents[2] / "shared" / "data")
