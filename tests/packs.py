"""A small made-up region pack (two zones and outside) in the real format, with the national facts of the repository.

Figures are plausible, not of any place. `region(people=...)` gives pack, national pack, economy and parameters.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import worlds
from laborsim.market.codes import EDUCATION, RACES, SEXES
from laborsim.market.economy import Economy
from laborsim.region.pack import Pack, Source, Zone, load_national
from laborsim.region.tables import EDUCATION_AGES, RACE_AGES, RATE_AGES, REASONS, SECTORS

ZONES = (
    Zone("10001", "Adams", "10001", "MO"), Zone("10003", "Baker", "10003", "KS"),
    Zone("outside", "Outside", "", "", kind="outside"),
)
CODES = tuple(z.code for z in ZONES)
SIZES = (0.55, 0.30, 0.15)
_SECTOR_SHARE = dict(zip(SECTORS, (
    0.001, 0.001, 0.006, 0.045, 0.075, 0.05, 0.105, 0.05, 0.02, 0.055, 0.016, 0.065, 0.025, 0.07, 0.018, 0.12,
    0.008, 0.017, 0.09, 0.03, 0.025, 0.033, 0.075), strict=True))
_SIZE_MEAN = dict(zip(SECTORS, (
    6, 10, 40, 10, 45, 13, 15, 25, 25, 12, 6, 9, 40, 18, 30, 22, 12, 15, 20, 7, 60, 90, 60), strict=True))


def _frame(rows: list[tuple[Any, ...]], columns: str) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns.split())
    frame["source"] = "made"
    return frame


def _education(band: str, sex: int, zone: int) -> np.ndarray[Any, Any]:
    base = {"16-19": (0.62, 0.22, 0.16, 0, 0, 0), "20-24": (0.09, 0.28, 0.40, 0.07, 0.15, 0.01),
            "25-34": (0.08, 0.25, 0.22, 0.09, 0.25, 0.11), "35-44": (0.08, 0.25, 0.21, 0.09, 0.24, 0.13),
            "45-64": (0.08, 0.29, 0.23, 0.08, 0.21, 0.11), "65+": (0.12, 0.34, 0.22, 0.05, 0.15, 0.12)}[band]
    share = np.array(base) * (1.0 + 0.05 * zone * np.arange(6)) * (1 + 0.02 * sex * np.arange(6))
    return share / share.sum()


def _tables(people: float, national: Pack) -> dict[str, pd.DataFrame]:
    t: dict[str, pd.DataFrame] = {}
    age = np.arange(86)
    pyramid = np.interp(age, [0, 20, 35, 55, 65, 75, 84, 85], [1.0, 1.02, 1.05, 1.0, 0.85, 0.5, 0.2, 1.3])
    pyramid = pyramid / pyramid.sum()
    t["age_sex"] = _frame([(z, a, s, round(people * w * pyramid[a] * (0.49 if s == "male" else 0.51), 2))
                           for z, w in zip(CODES, SIZES, strict=True) for a in range(86) for s in SEXES],
                          "zone age sex people")
    t["education"] = _frame([(z, b, s, e, x) for k, z in enumerate(CODES) for b in EDUCATION_AGES
                             for j, s in enumerate(SEXES)
                             for e, x in zip(EDUCATION, _education(b, j, k), strict=True)],
                            "zone age_band sex education share")
    races = [np.array(r) for r in ((0.68, 0.16, 0.09, 0.03, 0.04), (0.82, 0.05, 0.07, 0.04, 0.02),
                                   (0.85, 0.06, 0.05, 0.02, 0.02))]
    t["race"] = _frame([(z, b, r, x) for z, w in zip(CODES, races, strict=True) for b in RACE_AGES
                        for r, x in zip(RACES, w, strict=True)], "zone age_band race share")
    by_race = {"white": (0.07, 0.28, 0.23, 0.08, 0.22, 0.12), "black": (0.13, 0.32, 0.28, 0.08, 0.13, 0.06),
               "hispanic": (0.33, 0.30, 0.18, 0.06, 0.09, 0.04), "asian": (0.12, 0.16, 0.13, 0.06, 0.29, 0.24),
               "other": (0.12, 0.28, 0.28, 0.09, 0.15, 0.08)}
    t["race_education"] = _frame([(z, r, e, x) for z in CODES for r in RACES
                                  for e, x in zip(EDUCATION, by_race[r], strict=True)], "zone race education share")
    rows: list[tuple[Any, ...]] = []
    for z in CODES:
        for kind, share in (("couple", 0.66), ("single_mother", 0.25), ("single_father", 0.09)):
            rows.append((z, kind, "families", "all", share))
            rows += [(z, kind, "children", k, v) for k, v in (("1", 0.42), ("2", 0.37), ("3", 0.21))]
            rows += [(z, kind, "youngest", k, v)
                     for k, v in (("0-2", 0.24), ("3-5", 0.18), ("6-12", 0.35), ("13-17", 0.23))]
        for s in SEXES:
            for b, parent, coupled, alone in zip(
                RATE_AGES, (0.01, 0.13, 0.46, 0.66, 0.38, 0.06, 0.005, 0.0),
                (0.02, 0.18, 0.58, 0.68, 0.68, 0.68, 0.68, 0.48), (0.01, 0.08, 0.12, 0.11, 0.14, 0.19, 0.24, 0.38),
                strict=True,
            ):
                rows.append((z, "all", "parent", f"{s}:{b}", parent))
                rows.append((z, "all", "coupled", f"{s}:{b}", coupled * (0.95 if s == "female" else 1.0)))
                rows.append((z, "all", "alone", f"{s}:{b}", alone))
        rows.append((z, "all", "children_per_family", "all", 1.85))
        rows.append((z, "all", "adults_per_household", "all", 1.98))
    t["families"] = _frame(rows, "zone kind measure key value")
    t["cars"] = _frame([(z, x) for z, x in zip(CODES, (0.085, 0.04, 0.04), strict=True)], "zone share_no_car")
    shape = {"disability": (0.05, 0.05, 0.06, 0.08, 0.12, 0.18, 0.25, 0.45),
             "record": (0.02, 0.07, 0.11, 0.12, 0.10, 0.07, 0.04, 0.02),
             "enrolled": (0.85, 0.42, 0.12, 0.05, 0.03, 0.01, 0.0, 0.0),
             "carer": (0.02, 0.03, 0.05, 0.07, 0.11, 0.13, 0.10, 0.05)}
    t["traits"] = _frame([(b, s, k, x * (0.3 if k == "record" and s == "female" else 1.0)) for k, v in shape.items()
                          for s in SEXES for b, x in zip(RATE_AGES, v, strict=True)], "age_band sex measure share")
    lf = {"participation": (0.66, 0.70, 0.66), "unemployment": (0.039, 0.031, 0.035),
          "part_time": (0.16, 0.16, 0.16), "part_time_involuntary": (0.028, 0.022, 0.026),
          "self_employed": (0.062, 0.065, 0.065)}
    adults = pyramid[16:].sum() * people
    t["labor_force"] = _frame(
        [(z, k, v[i]) for k, v in lf.items() for i, z in enumerate(CODES)]
        + [(z, "population_16", adults * w) for z, w in zip(CODES, SIZES, strict=True)]
        + [(z, "labor_force", adults * w * p)
           for z, w, p in zip(CODES, SIZES, lf["participation"], strict=True)],
        "zone measure value")
    men = (0.36, 0.75, 0.89, 0.91, 0.87, 0.71, 0.32, 0.10)
    women = (0.38, 0.71, 0.77, 0.76, 0.76, 0.60, 0.25, 0.06)
    rows = []
    for s, rates in (("male", men), ("female", women)):
        for b, r in zip(RATE_AGES, rates, strict=True):
            rows.append((b, s, "all", r))
            if b in RATE_AGES[1:5]:
                rows += [(b, s, "none", r + 0.01), (b, s, "6_17", min(0.97, r + (0.04 if s == "male" else 0.0))),
                         (b, s, "under_6", min(0.97, r + (0.05 if s == "male" else -0.10)))]
    t["participation"] = _frame(rows, "age_band sex children rate")
    rows = [("age_sex", f"{s}:{b}", x) for s in SEXES
            for b, x in zip(RATE_AGES, (3.4, 1.8, 1.1, 0.8, 0.7, 0.75, 0.8, 0.8), strict=True)]
    rows += [("race", r, x) for r, x in zip(RACES, (0.85, 1.75, 1.2, 0.75, 1.4), strict=True)]
    rows += [("education", e, x) for e, x in zip(EDUCATION, (1.8, 1.25, 1.05, 0.85, 0.6, 0.55), strict=True)]
    t["unemployment"] = _frame(rows, "dimension key relative")
    reasons = {"16-19": (0.02, 0.86, 0, 0.03, 0.01, 0.08), "20-24": (0.15, 0.60, 0, 0.08, 0.03, 0.14),
               "25-34": (0.42, 0.16, 0.01, 0.22, 0.04, 0.15), "35-44": (0.46, 0.06, 0.02, 0.30, 0.03, 0.13),
               "45-54": (0.30, 0.03, 0.07, 0.46, 0.03, 0.11), "55-64": (0.12, 0.01, 0.45, 0.36, 0.01, 0.05),
               "65-74": (0.02, 0, 0.89, 0.07, 0, 0.02), "75+": (0.01, 0, 0.95, 0.03, 0, 0.01)}
    t["nilf"] = _frame([(b, s, r, x) for b in RATE_AGES for s in SEXES
                        for r, x in zip(REASONS, reasons[b], strict=True)], "age_band sex reason share")
    pay = [adults * w * p * (1 - u) * (1 - e) for w, p, u, e in zip(
        SIZES, lf["participation"], lf["unemployment"], lf["self_employed"], strict=True)]
    flows = np.array([[0.80, 0.15, 0.05], [0.35, 0.58, 0.07], [0.25, 0.10, 0.65]]) * np.array(pay)[:, None]
    t["commuting"] = _frame([(a, b, float(flows[i, j])) for i, a in enumerate(CODES) for j, b in enumerate(CODES)],
                            "home work workers")
    t["jobs"] = _frame([(z, k, float(flows[:, j].sum() * x),
                         max(1.0, float(round(flows[:, j].sum() * x / _SIZE_MEAN[k]))), 950.0)
                        for j, z in enumerate(CODES) for k, x in _SECTOR_SHARE.items()],
                       "zone sector jobs establishments weekly_wage")
    t["minutes"] = _frame([(a, b, 20.0 if a == b else 40.0) for a in CODES for b in CODES], "home work minutes")
    t["childcare"] = _frame([(z, g, x, 0.4) for z in CODES
                             for g, x in (("infant", 950.0), ("toddler_preschool", 760.0), ("school", 420.0))],
                            "zone age_group price_month capacity")
    t["needs"] = _frame([(z, a, c, y, 9.0 + 4 * c + 3 * y) + (100.0,) * 7 for z in CODES for a in (1, 2)
                         for c in range(4) for y in range(2) if c or not y],
                        "zone adults children young hourly housing food childcare transport health other taxes")
    t["rules"] = _frame([(z, "2018-01", r, x) for z in CODES for r, x in (
        ("minimum_wage", 7.85), ("ui_weeks", 20.0), ("ui_maximum", 320.0), ("ui_replacement", 0.5))],
        "zone month measure value")
    t["income"] = _frame([(z, 34_000.0, 66_000.0) for z in CODES], "zone per_capita_income median_household_income")
    t["migration"] = _frame([(z, 0.034, 0.030) for z in CODES], "zone in_rate out_rate")
    occ = national.tables["occupations"]
    t["occupation_wages"] = _frame(
        [(c, w * np.exp(-1.28 * g), w * np.exp(-0.67 * g), w, w * np.exp(0.67 * g), w * np.exp(1.28 * g), 1 / len(occ))
         for c, w, g in zip(occ["code"], occ["wage"], occ["sigma"], strict=True)],
        "occupation p10 p25 p50 p75 p90 employment")
    return t


@cache
def region(people: float = 60_000.0) -> tuple[Pack, Pack, Economy]:
    """Pack, national pack and economy of a made-up region of about so many people of all ages."""
    national = load_national()
    pack = Pack("made-up", "Made-up region", ZONES, {"start": "2018-01"},
                {"made": Source("nobody", "made up", "2018", "assumed")}, _tables(people, national))
    occ = national.tables["occupations"]
    small = worlds.economy()
    codes = tuple(occ["code"])
    majors = tuple(dict.fromkeys(c[:2] for c in codes))
    moves = national.tables["mobility"].pivot(index="from", columns="to", values="share")
    mobility = moves.reindex(index=codes, columns=codes).fillna(0.0).to_numpy()
    changes = {
        "zone_codes": CODES, "zone_names": tuple(z.name for z in ZONES), "zone_county": ("10001", "10003", ""),
        "occ_codes": codes, "major_codes": majors,
        "occ_major": np.array([majors.index(c[:2]) for c in codes], np.uint8),
        "occ_education": np.array([EDUCATION.index(e) for e in occ["education"]], np.uint8),
        "occ_training_months": occ["training_months"].to_numpy(float),
        "occ_exit": occ["exit_rate"].to_numpy(float),
        "occ_ai": occ["ai_exposure"].to_numpy(float), "occ_wage": occ["wage"].to_numpy(float) * 0.85,
        "occ_spread": np.full(len(codes), 0.9),
        "mobility": 0.9 * np.eye(len(codes)) + 0.1 * mobility,
        "sector_codes": SECTORS,
        "sector_traded": national.tables["sectors"]["traded"].to_numpy(np.uint8),
        "sector_index": np.ones((36, len(SECTORS))), "posts": np.ones(36), "childcare_sector": SECTORS.index("6244"),
    }
    return pack, national, Economy(**{**small.__dict__, **changes})
