"""What the ledger says of a study agrees with what the parameters say of their sources."""

from __future__ import annotations

import re

import pytest

from laborsim.scenario.ledger import Study, ledger, studies
from laborsim.scenario.parameters.registry import declared

# publishers and journals: many studies of one publisher are no single study
PUBLISHERS = re.compile(
    r"Review|Journal|Economics|Statistics|Policy|Political Economy|Relations|University|Harvard|School|Congressional|"
    r"DOL|ETA|Office|Center for|United States|Women|Workforce Innovation|Registered|Apprenticeship Carolina|Managing"
)
WIDE = {"United States", "10 US states", "US metropolitan areas", "commuting zones"}


def _marks(study: Study) -> list[re.Pattern[str]]:
    """What would name a study in another text: any author with the year, a program's name, the place of an effect."""
    found = []
    for authors, year in re.findall(r"((?:[A-Z][\w-]+(?:, | and | et al\. | )+)+)((?:19|20)\d\d)", study.source):
        for name in re.findall(r"[A-Z][\w-]{2,}", authors):
            found.append(re.compile(rf"\b{name}\b[^;()]{{0,70}}\b{year}\b"))
    for name in re.findall(r"(?:[A-Z][\w-]+ )+[A-Z][\w-]+", study.source):
        if not PUBLISHERS.search(name) and not re.search(r"\d", name):
            found.append(re.compile(rf"\b{name}\b"))
    if study.kind in ("effect", "rate") and study.place not in WIDE:
        found.append(re.compile(rf"\b{study.place}\b"))
    return found


def _named_by(study: Study) -> set[str]:
    """Parameters whose source names a study; those of accounts made after a run move nobody in it."""
    texts = {k: p.source for k, p in declared().items() if k.partition(".")[0] not in ("money", "indicators")}
    return {k for k, text in texts.items() if any(m.search(text) for m in _marks(study))}


@pytest.mark.parametrize("study", studies(use="held_out"), ids=lambda s: s.name)
def test_no_study_held_out_is_the_source_of_a_parameter(study: Study) -> None:
    assert not _named_by(study), "relabel it: fitted or input, with the parameters it sets"


def test_the_search_finds_studies_known_to_set_parameters() -> None:
    for name in ("apprenticeship_cancel_nonunion", "apprenticeship_sponsors_south_carolina", "traded_multiplier",
                 "housing_voucher_participation", "transport_subsidy", "sick_leave_separations", "career_academies",
                 "minimum_wage_elasticity", "ai_entry_hiring", "apprenticeship_employer_roi"):  # fmt: skip
        study = ledger()[name]
        assert _named_by(study) & set(study.sets), name
        assert study.use in ("fitted", "input"), name


def test_studies_name_parameters_that_exist() -> None:
    assert {s for study in ledger().values() for s in study.sets} <= set(declared())


@pytest.mark.parametrize(
    ("use", "sets"), [("held_out", ("demand.cost_elasticity",)), ("context", ("x.y",)), ("input", ())]
)
def test_uses_and_what_they_set_agree(use: str, sets: tuple[str, ...]) -> None:
    made = ledger()["apprenticeship_cancel_nonunion"].model_dump() | {"use": use, "sets": sets}
    with pytest.raises(ValueError, match="set"):
        Study.model_validate(made)
