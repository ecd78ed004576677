"""What a trial tries: which programs or services, who is randomised, in which of the scenario's policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from laborsim.market.gate import SERVICES
from laborsim.scenario.instruments import INSTRUMENTS
from laborsim.scenario.programs import load_programs
from laborsim.scenario.schema import BASELINE, Scenario
from laborsim.study.names import known

APPLICANTS, SERVICE, PAIRED = "applicants", "service", "paired"

# Instruments whose people come as applicants of programs of a kind, and those whose service has a gate.
KINDS_OF: Final[dict[str, tuple[str, ...]]] = {
    "apprenticeship_expansion": ("apprenticeship",),
    "career_pathways": ("pathway",),
    "classroom_training": ("classroom",),
    "cte": ("cte",),
    "customized_training": ("customized",),
    "ojt_reimbursement": ("ojt",),
    "pre_apprenticeship": ("pre_apprenticeship",),
    "sectoral_training": ("sectoral",),
    "work_experience": ("work_experience",),
}
SERVICE_OF: Final[dict[str, str]] = {name: name for name in SERVICES}
# Ledger entries a kind of program or an instrument is compared with, where they have another name there.
LEDGER: Final[dict[str, tuple[str, ...]]] = {
    "apprenticeship": ("registered_apprenticeship",),
    "apprenticeship_expansion": ("registered_apprenticeship",),
    "sectoral": ("sectoral_training",),
    "classroom": ("classroom_training",),
    "pathway": ("career_pathways",),
    "customized": ("customized_training",),
    "job_center_services": ("job_search_help", "job_center_services"),
    "ojt_reimbursement": ("ojt",),
    "transport_support": ("transport",),
}
UNITS: Final[dict[str, str]] = {
    "childcare_support": "households eligible for a subsidised place",
    "job_center_services": "people who come to a job center",
    "transport_support": "people looking for work who may have help with travel",
}


@dataclass(frozen=True)
class Design:
    """A trial.

    Attributes
    ----------
    name : as asked for.
    mode : APPLICANTS (of programs are randomised), SERVICE (those eligible for it are), PAIRED (nobody is: runs with
        and without the policy are compared).
    programs : kinds, families or codes of programs whose applicants are randomised; service : the one with a gate.
    policy : policy that runs where the program is on; "baseline" for a program that is there anyway.
    spec : the scenario, with that policy.
    evidence : instruments of the ledger to compare with.
    arm : "services" or "sanctions" where a job center offers only these, else "".
    """

    name: str
    mode: str
    spec: Scenario
    programs: tuple[str, ...] = ()
    service: str = ""
    policy: str = BASELINE
    evidence: tuple[str, ...] = ()
    arm: str = ""

    @property
    def randomised(self) -> str:
        """What was randomised, in words."""
        if self.mode == APPLICANTS:
            return f"eligible applicants of {_names(self.programs)}"
        if self.mode == SERVICE:
            return UNITS[self.service]
        return "nobody: runs with and without the policy are compared, with the same draws"

    @property
    def without(self) -> str:
        """What the run to compare with leaves out, in words."""
        if self.mode == APPLICANTS:
            closed = "nobody new is admitted to the program"
            return closed if self.policy == BASELINE else f"the policy is not there and {closed}"
        return "the policy is not there"


def design(spec: Scenario, name: str) -> Design:
    """The trial a name stands for.

    Parameters
    ----------
    spec : Scenario
    name : a kind of program, a family of programs, a type of instrument, or a policy of the scenario.

    Raises
    ------
    InputError
        If it is none of them, or an instrument that no policy of the scenario has.
    """
    types = load_programs()
    kinds = list(dict.fromkeys(t.kind for t in types))
    families = [t.code for t in types]
    known(name, [*kinds, *families, *INSTRUMENTS, *(p for p in spec.policies if p != BASELINE)], "program")
    if name in spec.policies:
        return _of_policy(spec, name, name)
    if name in kinds or name in families:
        kind = name if name in kinds else next(t.kind for t in types if t.code == name)
        return Design(name, APPLICANTS, spec, (name,), evidence=LEDGER.get(kind, (kind,)))
    return _of_instrument(spec, name)


def _of_instrument(spec: Scenario, name: str) -> Design:
    """The instruments of one type, as the first policy that has them sets them, alone."""
    for policy, rules in spec.policies.items():
        own = tuple(i for i in rules.instruments if i.type == name)
        if own:
            alone = rules.model_copy(update={"instruments": own})
            made = spec.model_copy(update={"policies": {**spec.policies, policy: alone}})
            return _of_policy(made, policy, name)
    from laborsim.study.names import WrongOption

    having = ", ".join(sorted({i.type for p in spec.policies.values() for i in p.instruments})) or "none"
    raise WrongOption(
        f"--program {name}: no policy of the scenario uses this instrument; those used: {having}. Add a policy "
        "with it, its places and money"
    )


def _of_policy(spec: Scenario, policy: str, name: str) -> Design:
    instruments: Sequence[Any] = [i for p in spec.package(policy).values() for i in p.instruments]
    spec = _from_intake(spec, policy)
    programs = tuple(dict.fromkeys(k for i in instruments for k in _tried(i)))
    service = next((SERVICE_OF[i.type] for i in instruments if i.type in SERVICE_OF), "")
    evidence = tuple(dict.fromkeys(e for i in instruments for e in LEDGER.get(i.type, (i.type,))))
    if programs:
        return Design(name, APPLICANTS, spec, programs, policy=policy, evidence=evidence)
    if service:
        return Design(name, SERVICE, spec, service=service, policy=policy, evidence=evidence, arm=_arm(instruments))
    return Design(name, PAIRED, spec, policy=policy, evidence=evidence)


def _tried(instrument: Any) -> tuple[str, ...]:
    """Kinds and families of program that an instrument adds seats to; a pathway's first steps are courses."""
    kinds = KINDS_OF.get(instrument.type, ())
    if instrument.type != "career_pathways" or instrument.first_steps == 0:
        return kinds
    types = load_programs()
    ladder = [t for t in types if t.kind == "pathway"]
    lowest = {t.requires for t in ladder if not instrument.programs or t.code in instrument.programs}
    lowest -= {t.credential for t in ladder}
    return *kinds, *(t.code for t in types if t.kind == "classroom" and not t.requires and t.credential in lowest)


def _arm(instruments: Sequence[Any]) -> str:
    """Whether job centers only help, or only call in and review claimants; "" where they do both."""
    centers = [i for i in instruments if i.type == "job_center_services"]
    if not centers:
        return ""
    helps = any(i.applications or i.coaching or i.referrals or i.fields_shown for i in centers)
    sanctions = any(i.called and (i.sanction or i.review) for i in centers)
    called = any(i.called for i in centers)
    return "sanctions" if not helps else "services" if called and not sanctions else ""


def _from_intake(spec: Scenario, policy: str) -> Scenario:
    """The scenario with a policy's packages acting from the first month of intake on, if they would before.

    What a policy did before would be in the difference between the runs with and without it, and not in the gains of
    those taken in.
    """
    first = min(int(spec.parameters().room("evaluation")["intake_start"]), spec.months - 1)
    changed = {
        name: rules.model_copy(update={"start": spec.month_label(first), "adoption_delay_months": 0})
        for name, rules in spec.package(policy).items() if spec.policy_start(rules) < first
    }  # fmt: skip
    return spec.model_copy(update={"policies": {**spec.policies, **changed}}) if changed else spec


def _names(names: Sequence[str]) -> str:
    said = [n.replace("_", " ") for n in names]
    return said[0] if len(said) == 1 else ", ".join(said[:-1]) + " and " + said[-1]


__all__ = ["APPLICANTS", "PAIRED", "SERVICE", "Design", "design"]
