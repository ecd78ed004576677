"""Labor force: stocks, rates, slack, flows between states, duration."""

from __future__ import annotations

from laborsim.indicators.row import Row
from laborsim.indicators.snapshot import Snapshot
from laborsim.indicators.tally import DURATIONS
from laborsim.market.codes import CARER
from laborsim.market.counts import SCALAR

STATES = "EUN"


def fill(s: Snapshot, row: Row) -> None:
    """Stocks and rates by group."""
    st, names, scale = s.stocks, s.groups.names, s.scale
    force = st.labor_force
    row.put("population", names, st.population, scale)
    row.put("labor_force", names, force, scale)
    row.put("employment", names, st.employed, scale)
    row.put("unemployment", names, st.unemployed, scale)
    row.put("unemployment_rate", names, st.unemployed, force)
    row.put("participation_rate", names, force, st.population)
    row.put("employment_rate", names, st.employed, st.population)
    row.put("u6_rate", names, st.unemployed + st.discouraged + st.involuntary, force + st.discouraged)
    row.put("underemployment_rate", names, st.underemployed, st.employed)
    row.put("over_education_share", names, st.over_educated, st.employed)
    row.put("part_time_involuntary_share", names, st.involuntary, st.employed)
    row.put("self_employed_share", names, st.states[:, 3], st.employed)
    row.put("long_term_unemployed_share", names, st.long_term, st.unemployed)
    row.put("temporary_layoff_share", names, st.temporary, st.unemployed)
    prime = s.prime
    row.put("prime_age_participation_rate", s.groups.prime_names, prime.labor_force, prime.population)
    row.put("prime_age_employment_rate", s.groups.prime_names, prime.employed, prime.population)
    some = s.groups.where("all", "zone", "sex", "parent")
    row.put("carers_out_of_labor_force", [names[i] for i in some], st.states[some, CARER], scale)
    row.put("discouraged_workers", [names[i] for i in some], st.discouraged[some], scale)
    # the segments of the employment axis; low- and high-skilled workers are groups like any other
    out = st.population[0] - force[0]
    row.put("segment_size", ("segment:unemployed", "segment:underemployed", "segment:out_of_labor_force",
                             "segment:low_skilled", "segment:high_skilled"),
            [st.unemployed[0] / scale, st.underemployed[0] / scale, out / scale,
             st.population[s.groups.index("segment:low_skilled")] / scale,
             st.population[s.groups.index("segment:high_skilled")] / scale])  # fmt: skip
    row.put("long_term_unemployed_share", "segment:unemployed", st.long_term[0], st.unemployed[0])
    row.put("temporary_layoff_share", "segment:unemployed", st.temporary[0], st.unemployed[0])
    row.put("over_education_share", "segment:underemployed", st.over_educated[0], st.underemployed[0])
    row.put("part_time_involuntary_share", "segment:underemployed", st.involuntary[0], st.underemployed[0])
    recipients = s.month.counts.scalars[SCALAR["ui_recipients"]]
    # Benefits are drawn by those who were out of work as the month began.
    memory = s.history.setdefault("labor_force", {"unemployed": float(st.unemployed[0])})
    row.put("ui_recipiency", "all", recipients, memory["unemployed"])
    memory["unemployed"] = float(st.unemployed[0])


def fill_flows(s: Snapshot, row: Row) -> None:
    """True flow rates of people resident in both months, and job finding by months unemployed."""
    st = s.stocks
    where = s.groups.where("all", "zone", "sex", "race", "age", "education", "parent", "segment")
    names = [s.groups.names[i] for i in where]
    flows = st.flows[where]
    start = flows.sum(axis=2)
    for a in range(3):
        for b in range(3):
            if a != b:
                row.put(f"flow_{STATES[a]}{STATES[b]}", names, flows[:, a, b], start[:, a])
    row.put("flow_EE", names, st.job_to_job[where], start[:, 0])
    for segment, a in (("unemployed", 1), ("out_of_labor_force", 2)):
        for b in range(3):
            if a != b:
                row.put(f"flow_{STATES[a]}{STATES[b]}", f"segment:{segment}", flows[0, a, b], start[0, a])
    spells = s.people.duration
    row.put("job_finding", [f"duration:{d}" for d in DURATIONS], spells[:, 0], spells[:, :3].sum(axis=1))


__all__ = ["fill", "fill_flows"]
