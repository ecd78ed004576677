"""Separations: how jobs end.

In this order: recalls (`layoffs`), the self-employed whose work comes back (`own_business`), people who leave and
matches that turn out bad (`leaving`), and layoffs where a cell holds more people than it wants. Unemployment insurance
is worked out as people lose their work (`insurance`).
"""

from __future__ import annotations

from laborsim.market.layoffs import layoffs, recalls
from laborsim.market.leaving import leave
from laborsim.market.month import Month
from laborsim.market.own_business import come_back


def stage(month: Month) -> None:
    """Recalls, leaving, bad matches, layoffs; benefits for those laid off."""
    recalls(month)
    come_back(month)
    leave(month)
    layoffs(month)
