"""[brief]: what the brief of a scenario is about: its question of money, its sections, whose participants it follows.

Nothing here changes a run.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from laborsim.scenario.fields import Text, wrong
from laborsim.scenario.problems import listed, nearest

# section of a brief -> what it shows; the order in which they stand where a scenario names none
SECTIONS: Final[dict[str, str]] = {
    "employers": "jobs that employers cannot fill, and people they cannot keep",
    "segments": "what policies change for the segments of workers",
    "groups": "how groups of people stand beside everyone",
    "leadership": "gaps between groups in hiring, pay, training and leadership",
    "self_sufficiency": "wages against what households need, and what stands in the way",
    "raises": "what a raise leaves after taxes and benefits that fall or end, and to whom it leaves less than half",
    "peers": "rank among peer metros",
    "traded": "new employers, jobs that sell beyond the region and those that follow",
    "regions": "zones side by side, and who works where",
    "road_map": "which policy works in which zone",
    "sectors": "scorecard of target sectors, and how robust its ranking is",
    "regional_sectors": "the scorecard region by region",
    "replacement": "who leaves work, what that opens and who fills it",
    "training_kinds": "apprenticeship, on-the-job and customized training side by side",
    "youth": "from school into work",
    "pipeline": "people at every stage of training, and where they are lost",
    "awareness": "who hears of training and who can get there",
    "mobility": "who moves up, and which jobs lead somewhere",
    "ai": "whom technology displaces, and where they are a year later",
    "uninsured": "looking for work without unemployment insurance",
    "job_centers": "take-up, waiting, and people in more than one program",
    "snapshots": "the months of a shock as a board would have read them",
    "quality": "the eight Good Jobs principles",
    "pilots": "pilots: employers who try a practice beside their controls",
    "quality_or_training": "whether better jobs or more training fill jobs faster, and what employers get of it",
    "industries": "the industries that policies are about",
    "plant": "where a plant opens: with it and without it (the baseline is run once more without the plant)",
    "owners": "who does what, when, for how much",
    "spending": "where the money goes",
}


class Brief(BaseModel):
    """[brief].

    Attributes
    ----------
    question : what a board asks, for page 1.
    money : dollars a year that the question is about.
    sections : names of `SECTIONS`, in the order of the brief; all that the results hold if empty.
    participants : policies whose participants are followed a second time without any program, so that the brief can say
        what programs add to what their people do; each of their runs takes about twice as long.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    question: Text | None = None
    money: Annotated[float, Field(gt=0.0, le=1e12, description="Dollars a year.")] | None = None
    sections: Annotated[tuple[str, ...], Field(strict=False, max_length=60)] = ()
    participants: Annotated[tuple[str, ...], Field(strict=False, max_length=200)] = ()

    @field_validator("sections")
    @classmethod
    def _sections(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in SECTIONS:
                raise wrong(f"no such section: {name[:40]!r}", listed(list(SECTIONS), 40), nearest(name, SECTIONS))
        return value


__all__ = ["SECTIONS", "Brief"]
