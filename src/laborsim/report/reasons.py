"""Why the baseline misses a fact, as far as it is known, and what was tried; by name of the fact.

Shown only beside facts that are missed. Written by hand after runs were looked at: renew it when mechanisms change.
"""

from __future__ import annotations

from typing import Final

REASONS: Final[dict[str, str]] = {}
