"""What all instruments share: fixed settings, and the kinds of quantities a planner writes.

Counts are people, places, seats or employers of the real region (full scale). Money is in model dollars.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Count = Annotated[float, Field(ge=0.0, le=10_000_000.0)]
Dollars = Annotated[float, Field(ge=0.0, le=1e12)]
Zones = Annotated[
    tuple[str, ...],
    Field(
        strict=False, max_length=200, description="Zone codes it is limited to; none means the whole region."
    ),
]


class InstrumentModel(BaseModel):
    """Base of all instruments: settings are fixed once read and unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
