"""The page of trials, from made-up results."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]


def module():
    spec = importlib.util.spec_from_file_location("trials_page", ROOT / "experiments" / "trials_page.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def trial(verdict, study="ojt_subsidized_employment", p=0.01, even=-0.2, share=None):
    effect = {"outcome": "employed", "group": "all", "unit": "share of months", "period": "year 1", "itt": 0.02,
              "tot": 0.04, "tot_low": 0.01, "tot_high": 0.07, "without": 0.6, "people": 812}  # fmt: skip
    return {
        "scale": 0.05, "replicates": 3, "randomised": "eligible applicants of ojt", "people_randomised": 812,
        "months_followed": 30, "effects": [effect], "lock_in": {"dollars_a_month": None, "months": None},
        "displaced_share": share or {"mean": None}, "costs": {"per_participant": 4100.0},
        "break_even_displacement": even,
        "displacement": [{"run": "all", "who": "others", "outcome": "employed", "mean": -30.0, "low": -90.0,
                          "high": 30.0}],
        "evidence": [{"study": study, "outcome": "employment", "unit": "share", "use": "held_out", "published": 0.04,
                      "published_low": 0.035, "published_high": 0.045, "p": p,
                      "accepted_low": 0.03, "accepted_high": 0.04, "simulated": 0.2, "simulated_low": 0.1,
                      "simulated_high": 0.3, "verdict": verdict, "note": ""}],
    }  # fmt: skip


def test_what_is_not_inside_is_said_with_its_reason():
    page = module().page({"ojt": trial("outside"), "classroom": trial("inside")})
    line = "| ojt | employment | fitted | +4.0 pp (+3.5 pp to +4.5 pp) | +3.0 pp to +4.0 pp | "
    assert line + "+20.0 pp (+10.0 pp to +30.0 pp) | **outside** |" in page
    missing = page[page.index("## Not inside") : page.index("## Each trial")]
    assert "**ojt: employment** (outside)." in missing and "classroom" not in missing
    assert "society loses even if nobody is displaced" in page


def test_effects_of_the_table_are_judged_together():
    """Alone each of nine p-values of .095 would pass at .10; together with one of .3 only the first does."""
    many = {f"t{k}": trial("inside", p=0.095) for k in range(9)} | {"first": trial("inside", p=0.001),
                                                                  "rate": trial("inside", p=None)}  # fmt: skip
    page = module().family(many | {"last": trial("inside", p=0.3)})
    assert "Of the 11 simulated effects" in page and "1 differ from zero: first (employment)." in page
    assert "t0 (employment)" in page[page.index("Not told from zero") :] and "rate" not in page.partition("Shares")[0]
    twice = trial("inside", p=0.001)
    twice["evidence"] *= 2
    assert "Of the 1 simulated effects" in module().family({"a": twice}), "one figure held to two studies"


def test_society_gains_or_loses_at_the_displacement_estimated():
    def said(mean, low, high):
        return module().page({"a": trial("inside", even=0.85, share={"mean": mean, "low": low, "high": high})})

    assert "at a displacement of 85%. Estimated displacement is 108% (102 to 114%): society loses." in said(
        1.08, 1.02, 1.14
    )
    assert "60% (50 to 70%): society gains." in said(0.6, 0.5, 0.7)
    assert "society loses at the estimate, but the interval holds both" in said(0.9, 0.5, 1.3)
    assert "Estimated displacement" not in said(None, None, None)


def test_every_reason_is_about_a_study_of_the_ledger():
    import tomllib

    from laborsim.scenario.ledger import ledger

    reasons = tomllib.loads((ROOT / "experiments" / "trials" / "reasons.toml").read_text())
    assert set(reasons) <= set(ledger())
    assert all(len(r["why"]) > 20 for r in reasons.values())
