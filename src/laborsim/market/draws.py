"""Keyed draws: every random decision is a pure function of (run seed, stream, month, agent, counter).

Nothing here holds state, so the same decision gets the same draw whatever the thread, the order of
operations or the policy. The generator is splitmix64's finaliser (Steele, Lea and Flood 2014)
chained over the parts of the key; Philox4x32-10 is its oracle in the tests.
"""

from __future__ import annotations

import math
from enum import IntEnum, unique
from typing import Any

import numpy as np
from numba import njit

U64 = np.uint64
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_S30 = np.uint64(30)
_S27 = np.uint64(27)
_S31 = np.uint64(31)
_S11 = np.uint64(11)
_TO_UNIT = 2.0**-53


@unique
class Stream(IntEnum):
    """One number per decision. Append only: a number is never reused, renamed decisions keep theirs."""

    SYNTHESIS = 1
    DEATH = 2
    BIRTH = 3
    RETIREMENT = 4
    OUT_MIGRATION = 5
    IN_MIGRATION = 6
    MIGRANT_TRAITS = 7
    YOUTH_TRAITS = 8
    SCHOOL = 9
    DISABILITY = 10
    ESTABLISHMENT_GROWTH = 11
    ESTABLISHMENT_EXIT = 12
    TARGET_ROUNDING = 14
    CHILDCARE_PLACE = 15
    CHILDCARE_SUBSIDY = 16
    START_LOOKING = 17
    STOP_LOOKING = 18
    LEAVE_LABOR_FORCE = 19
    LAYOFF_PICK = 20
    LAYOFF_KIND = 21
    MATCH_QUALITY = 24
    RECALL = 26
    VACANCY_WITHDRAW = 27
    SEARCH_ON_JOB = 28
    APPLICATION_MARKET = 29
    APPLICATION_VACANCY = 30
    APPLICANT_NOISE = 31
    HOURS = 32
    TRAINING_APPLY = 36
    TRAINING_RANK = 37
    TRAINING_DROPOUT = 38
    TRAINING_CREDENTIAL = 39
    SPONSOR = 41
    SKILLS_BASED_ADOPTION = 42
    OBSERVATION = 43
    URN_SEPARATION = 44
    URN_OPENING = 45
    URN_APPLICATION = 46
    URN_HIRE = 47
    UNDEREMPLOYMENT = 48
    PEER_GROWTH = 50
    CARE_LEAVE = 51
    VACANCY_POST = 52
    SEARCH_HELP = 53
    PLANT_CELLS = 54
    ACTIVE_SEARCH = 55
    SPONSOR_LAPSE = 70
    SPONSOR_OPENING = 71
    TRAINING_SEATS = 72
    RECORD_ADOPTION = 73
    SCREEN_IMITATION = 74
    TRAINING_STOCK = 75
    HOUSEHOLD_FORMATION = 76
    MIGRANT_JOB = 77
    CHILDCARE_FAMILY = 78
    SELECTION = 79
    SEARCH_EFFORT = 80
    ENTRANT_PREMIUM = 81
    MISCONDUCT = 90
    UI_HELP = 91
    STARTUP = 92
    PROSPECT = 93
    JOB_TASTE = 100
    CENTER_KNOWN = 101
    CENTER_VISIT = 102
    CENTER_RANK = 103
    CENTER_REFERRAL = 104
    EMPLOYER_PROSPECT = 105
    TRAVEL_PLACE = 106
    OUTREACH_CONTACT = 107
    RENT_SUPPORT = 108
    RENT_RESPONSE = 109
    TRIAL = 110
    TRAINING_SCREEN = 111
    TRAINING_SITE = 112
    JOINT_SPONSOR = 113
    YOUTH_PROGRAM = 114
    CUSTOMIZED_REQUEST = 115
    TRAINING_PLACEMENT = 116
    LABOR_HOARDING = 120
    QUALITY_CONTACT = 121
    QUALITY_ADOPTION = 122
    QUALITY_TRIAL = 123
    QUALITY_IMITATION = 124
    AI_EXPERIENCE = 125
    AI_CUSHION = 126
    SERVICE_TRIAL = 130
    CONTRACT_END = 140
    HIRE_CLASS = 141
    SCHOOL_TIE = 142
    UI_DENIED = 143
    SPONSOR_STAFF = 144
    CENTER_REVIEW = 145
    TRAVEL_TRIPS = 146
    TRAINING_PARTNER = 147
    CERTIFICATE_POST = 148
    SPONSOR_KEEPS = 160
    SHUTDOWN = 89
    SHUTDOWN_PART = 163
    SERVICE_PRIORITY = 171
    CLAIM_RESUMES = 172


@njit(cache=True, forceinline=True)
def mix(x: Any) -> Any:
    """Scramble 64 bits (splitmix64 finaliser); `x` and the result are uint64."""
    x = (x ^ (x >> _S30)) * _M1
    x = (x ^ (x >> _S27)) * _M2
    return x ^ (x >> _S31)


@njit(cache=True)
def stream_key(seed: Any, stream: Any, month: Any) -> Any:
    """Key of one decision in one month; compute it once per stage, outside the loop over agents."""
    key = mix(U64(seed) + _GOLDEN)
    key = mix(key ^ (U64(stream) * _GOLDEN))
    return mix(key ^ (U64(month) * _M1))


@njit(cache=True, forceinline=True)
def bits(key: Any, agent: Any) -> Any:
    """64 random bits of `agent` (uint64 id) for the decision `key`."""
    return mix(key + U64(agent) * _GOLDEN)


@njit(cache=True, forceinline=True)
def more_bits(first: Any, counter: Any) -> Any:
    """Further bits for the same agent and decision: `first` is its `bits`, counter is 1, 2, ..."""
    return mix(first + U64(counter) * _GOLDEN)


@njit(cache=True, forceinline=True)
def to_unit(b: Any) -> Any:
    """Bits to a float in [0, 1) with 53 random bits."""
    return (b >> _S11) * _TO_UNIT


@njit(cache=True, forceinline=True)
def uniform(key: Any, agent: Any) -> Any:
    """Uniform draw in [0, 1) of `agent` for the decision `key`."""
    return (mix(key + U64(agent) * _GOLDEN) >> _S11) * _TO_UNIT


@njit(cache=True, nogil=True)
def uniforms(key: Any, agents: Any) -> Any:
    """Uniform draws of many agents (uint64 ids) for the decision `key`, float64."""
    out = np.empty(agents.size)
    for k in range(agents.size):
        out[k] = to_unit(bits(key, agents[k]))
    return out


@njit(cache=True, inline="always")
def normal(b: Any) -> Any:
    """Standard normal from 64 bits (Box and Muller 1958)."""
    return math.sqrt(-2.0 * math.log(1.0 - to_unit(b))) * math.cos(2.0 * math.pi * to_unit(more_bits(b, 1)))


@njit(cache=True, nogil=True)
def normals(key: Any, agents: Any) -> Any:
    """Standard normals of many agents (uint64 ids) for the decision `key`, float64."""
    out = np.empty(agents.size)
    for k in range(agents.size):
        out[k] = normal(bits(key, agents[k]))
    return out
