"""The brief: whole, one first page, honest words; as PDF and Word."""

from __future__ import annotations

import io
import math
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from laborsim.report import documents, front, terminal, wording
from laborsim.report.brief import annex_html, brief_html, content
from laborsim.report.figures import Chart
from laborsim.report.plots import Plotter
from laborsim.report.publish import publish
from laborsim.study import findings as findings_of
from laborsim.study.findings import STOCKS, Findings
from laborsim.study.results import Results
from laborsim.study.verdicts import idle_because
from studies import scenario, study


class Page(HTMLParser):
    """Tags left open, ids, and outside addresses of a page."""

    VOID = frozenset(("meta", "br", "link", "img", "path", "use", "rect", "hr"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "xlink:href"):
                self.addresses.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_the_brief_is_one_whole_page(folder: Path) -> None:
    for name, other in (("brief", "annex"), ("annex", "brief")):
        page = Page()
        page.feed((folder / f"{name}.html").read_text())
        assert page.open == []
        assert len(page.ids) == len(set(page.ids))
        assert all(a.startswith(("#", "charts/")) for a in page.addresses if a != f"{other}.html")
        assert f"{other}.html" in page.addresses
        assert all((folder / a).exists() for a in page.addresses if a.startswith("charts/"))


def words(html: str) -> str:
    """The text of a page, without its pictures."""
    return re.sub(r"<[^>]+>", " ", re.sub(r"<(svg|style).*?</\1>", "", html, flags=re.S))


def first_page(html: str) -> str:
    return html[html.index('<section class="first') : html.index("</section>")]


def test_the_brief_says_what_it_must(folder: Path) -> None:
    html = (folder / "brief.html").read_text()
    first = words(first_page(html))
    needed_words = (
        "Decision", "Answer.", "Synthetic region, not a forecast", "better", "worse off", "only assumed",
        "Workforce Training", "Social Services", "of 4 runs", "How sure is this?", "Are the targets met?", "Spent",
    )  # fmt: skip
    for needed in needed_words:
        assert needed in first, needed
    for behind in ("A second paragraph.", "Who does what, when, for how much", "Where the money goes"):
        assert behind in words(html) and behind not in first
    annex = (folder / "annex.html").read_text()
    for behind in ("Every policy in full", "By owner", "More charts", "What this rests on"):
        assert behind in words(annex) and behind not in words(html)
    assert not re.search(r"\bwill\b", words(html) + words(annex)), "nothing is certain"


def test_brief_and_explain_count_the_same(results: Results, tmp_path: Path) -> None:
    from laborsim.evidence import ledger
    from laborsim.scenario import explain

    rows = ledger(scenario(tmp_path))
    count = explain.count((r.kind, r.grade) for r in rows)
    assert content(results, [])["count"] == count
    text = explain.as_markdown(scenario(tmp_path), rows)
    assert f"ASSUMED: {count.assumed_parameters} parameters" in text
    assert f"Of {count.figures} figures" in text and f"{count.assumed_figures} assumed" in text
    said = f"{count.assumed_parameters} of {count.parameters} behavior parameters are only assumed"
    assert brief_html(results, []).count(said) == annex_html(results, []).count(said) == 1


LONG = "An initiative with a long name that goes on about everything it does for the people of the region"


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Eight policies with long titles and owners, which is more than the first page shows."""
    folder = tmp_path_factory.mktemp("crowded")
    policies = [
        f"""
[policies.p{k}]
title = "{LONG[: 50 + 4 * k]}"
owner = "The long name of cabinet number {k}"
start = "2019-01"
budget = {k + 1}000000.0
payer = "state"
[[policies.p{k}.instruments]]
type = "apprenticeship_expansion"
navigators = 4
seats_per_year = 400
"""
        for k in range(6)
    ]
    # the fake market is of few months: its figures do not matter here
    spec = scenario(folder, **{"[policies.training]": "\n".join(policies) + "\n[policies.training]"})
    return study(folder, spec=spec, replicates=3)


@pytest.mark.parametrize("paper", ["letter", "A4"])
def test_the_first_page_is_one_page(crowded: Results, results: Results, paper: str) -> None:
    weasyprint = pytest.importorskip("weasyprint", reason="extra: report")
    for found, most in ((results, 2), (crowded, front.MOST_POLICIES)):
        html = brief_html(found, []).replace("size: letter", f"size: {paper}")
        first = first_page(html)
        assert first.count('class="bar"') == most
        alone = html[: html.index('<section class="first')] + first + "</section></main></body></html>"
        assert len(weasyprint.HTML(string=alone).render().pages) == 1
        assert len(weasyprint.HTML(string=html).render().pages) > 1
    assert "The 7 that add most; all 8 are in the annex" in words(first_page(brief_html(crowded, [])))


def test_the_brief_as_pdf(results: Results) -> None:
    pytest.importorskip("weasyprint", reason="extra: report")
    charts = [Plotter(results).beveridge()]
    made = documents.make(results, charts, "pdf")
    assert made.startswith(b"%PDF-") and made == documents.make(results, charts, "pdf")


def test_the_brief_as_a_word_document(results: Results) -> None:
    library = pytest.importorskip("docx", reason="extra: report")
    charts = [Plotter(results).beveridge(), Plotter(results).unemployment()]
    made = documents.make(results, charts, "docx")
    assert made == documents.make(results, charts, "docx")
    document = library.Document(io.BytesIO(made))
    text = "\n".join(p.text for p in document.paragraphs)
    about = content(results, [])
    box = [text for _, text in about["box"]]
    for said in (about["decision"], *box, about["targets_line"], "A second paragraph.", "not a forecast"):
        assert said in text
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    assert all(f"{r['a_year']} ({r['spent']} in all)" in cells and r["price"] in cells for r in about["rows"])
    heads = [p.text for p in document.paragraphs]
    assert all(t.title in heads for s in about["sections"] for t in s["tables"])
    alts = [s._inline.docPr.get("descr") for s in document.inline_shapes]
    assert alts == [f"{c.title}. {c.alt}" for c in charts]
    assert "will" not in re.findall(r"\w+", text + " ".join(cells))


@pytest.mark.parametrize(("form", "library"), [("pdf", "weasyprint"), ("docx", "docx")])
def test_without_the_extra_the_message_says_which(
    folder: Path, form: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from laborsim.cli import app

    monkeypatch.setitem(sys.modules, library, None)
    done = CliRunner().invoke(app, ["brief", str(folder), "--format", form])
    assert done.exit_code == 2
    assert f"--format {form} needs the extra 'report': pip install 'laborsim[report]'" in done.stderr
    assert not (folder / f"brief.{form}").exists()


def test_scenario_texts_cannot_break_the_page(tmp_path: Path) -> None:
    spec = scenario(tmp_path, **{"A made-up region": "<script>alert(1)</script> & co"})
    page = brief_html(study(tmp_path, spec=spec, replicates=2), [])
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_content_never_prices_what_chance_explains(tmp_path: Path) -> None:
    found = study(tmp_path, spec=scenario(tmp_path, **{"budget = 3000000.0": "budget = 0.0"}))
    about = content(found, [])
    free = next(o for o in about["options"] if o["policy"] == "training")
    assert free["costs"] == [] and free["idle"] == "spent nothing: its budget is 0"
    assert free["gains"] == free["losses"] == "not tested"


def test_a_policy_that_spent_nothing_is_not_said_to_be_tested(tmp_path: Path) -> None:
    late = {'start = "2019-01"': 'start = "2025-10"\nadoption_delay_months = 6'}
    found = study(tmp_path, spec=scenario(tmp_path, **late))
    why = "spent nothing: it starts in 2025-10 and is adopted 6 months later, 2 months before the horizon"
    assert dict(found.findings.idle) == {"training": why} and found.findings.tested == ["childcare"]
    page = words(first_page(brief_html(found, [])))
    assert f"Not tested: apprenticeship expansion, as it {why}." in page
    row = next(r for r in content(found, [])["rows"] if r["title"] == "Apprenticeship expansion")
    assert row["interval"] == why and row["bar"] is None and row["additional"] == "" and row["share"] == ""
    assert "not distinguishable" not in row["price"]
    # the other one is judged as if it were alone
    alone = study(tmp_path, spec=scenario(tmp_path, **late), policies=["childcare"])
    assert {k for k in found.findings.found} == {k for k in alone.findings.found}


def test_the_appendix_names_effects_that_no_held_out_study_tests(results: Results) -> None:
    from types import SimpleNamespace

    from laborsim.report.appendix import untested_words

    plans = {
        "a": {"instruments": [{"type": "childcare_support"}]},
        "b": {"instruments": [{"type": "wage_floor"}, {"type": "sectoral_training"}]},
        "both": {"combine": ["a", "b"]},
    }
    made: Any = SimpleNamespace(about={"policies": plans})
    said = "Effect not tested against a held-out study: wage floor, sectoral training"
    assert [untested_words(made, p) for p in plans] == ["", said, said]
    for option in content(results, [])["options"]:
        assert option["untested"] == "" or option["untested"] in words(annex_html(results, []))


def test_a_budget_that_pays_for_nothing_is_named(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    assert idle_because(results, "training") == "" == idle_because(results, "baseline")
    monkeypatch.setattr(results, "figures", lambda record: np.full((96, 2), float(record.replicate)))
    monkeypatch.setattr(results, "dollars", lambda policy: np.zeros(4))
    plan = results.about["policies"]["training"] | {"budget": 2.0}
    monkeypatch.setitem(results.about["policies"], "training", plan)
    said = "spent nothing: its budget of $2 pays for nothing"
    assert idle_because(results, "training") == said


def test_the_first_page_says_what_could_have_been_seen(results: Results) -> None:
    # t(0.95, 3) = 2.3534 and z(0.8) = 0.8416
    least = findings_of.detectable(made_up_findings(first=True, second=False))
    assert least == pytest.approx((2.35336 + 0.84162) * 42.5, rel=1e-4)
    text = front.seen(results, made_up_findings(first=True, second=False))[0]
    assert text.startswith("With 4 runs of each at 5% scale, effects on the number of workers at a self-sufficiency")
    assert "smaller than about 140 are likely to be missed (power 80%); about 16 runs would show 68." in text


def test_the_first_page_says_how_far_the_model_is_tested(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    first = words(first_page(brief_html(results, [])))
    for said in ("Looked at: January 2025 to December 2025", "only to 2022; nothing later has been tested",
                 "all runs share one synthesized region", "5% of", "Money in dollars of 2019"):  # fmt: skip
        assert said in re.sub(r"\s+", " ", first), said
    assert ("assumed trend" in first) == (results.about["demand_known_to"] < "2025-12")
    monkeypatch.setitem(results.about, "demand_known_to", "2025-06")
    assert "Demand after June 2025, the last month of the sector index, follows" in front.reach(results)[0]


def made_up_findings(first: bool, second: bool) -> Findings:
    """Two policies; whether the first one changes the first and the second stock by more than chance."""
    comparisons: dict[str, Any] = {}
    for policy, sure in (("training", (first, second)), ("childcare", (False, False))):
        half = np.where(sure, [100.0, 200.0], [1_200.0, 2_500.0])
        priced = np.where(sure, 1.0, math.nan)
        costs = pd.DataFrame(
            {
                "outcome": ["worker at a self-sufficiency wage", "employed resident"],
                "additional": [1_000.0, 2_000.0],
                "low": np.array([1_000.0, 2_000.0]) - half,
                "high": np.array([1_000.0, 2_000.0]) + half,
                "up": [1.0, 1.0],
                "down": [0.0, 0.0],
                "replicates": [4, 4],
                "error": [42.5, 85.0],
                "df": [3, 3],
                "alpha": [0.1, 0.1],
                "dollars": [41_358_000.0, 41_358_000.0],
                "per_additional": [41_358.0, 20_679.0] * priced,
                "per_additional_low": [22_678.0, 11_000.0] * priced,
                "per_additional_high": [234_594.0, 100_000.0] * priced,
            }
        )
        nothing = pd.DataFrame({"indicator": [], "p": []})
        comparisons[policy] = SimpleNamespace(
            costs=costs, differences=nothing, gains=nothing, losses=nothing, level=0.9
        )
    names = ("worker at a self-sufficiency wage", "employed resident")
    found = {("training", n) for n, sure in zip(names, (first, second), strict=True) if sure}
    return Findings(comparisons, next(iter(STOCKS)), frozenset(found), ())


def test_the_answer_is_about_the_same_outcome_whatever_is_found(results: Results) -> None:
    for first, second in ((False, False), (False, True), (True, False)):
        found = made_up_findings(first, second)
        said_ = front.box(results, found)
        text = " ".join(text for _, text in said_)
        assert said_[0][0] == ("What is known" if second and not first else "Answer")
        lines = front.rows(results, found)
        # every policy stands in the table, found or not, and its range agrees with the verdict
        assert [r["additional"] for r in lines] == ["middle about 1,000"] * 2
        assert lines[0]["interval"] == ("between +900 and +1,100" if first else "between -200 and +2,200")
        assert ("No policy can be told from the baseline (or from the others)" in text) == (not first)
        said = "there are between 900 and 1,100 more workers at a self-sufficiency wage than in the baseline"
        assert (said in text) == first
        assert ("more in 4 of 4 runs" in text) == first
        assert ("Other changes by more than chance: employed residents between +1,800 and +2,200" in text) == second
        assert (lines[0]["price"] == "about $41,000 ($23,000 to $230,000)") == first
        assert lines[1]["price"] == "no price: may be zero"


def test_first_page_appendix_and_charts_claim_the_same(results: Results) -> None:
    about, findings = content(results, []), results.findings
    text = "; ".join(front.other_changes(results, findings))
    assert "; ".join(text.split("; ")[: front.MOST_CHANGES]) in " ".join(text for _, text in about["box"])
    for option, row in zip(about["options"], about["rows"], strict=True):
        assert option["costs"][0]["sure"] == row["sure"] and row["additional"] == option["costs"][0]["additional"]
        for cost in option["costs"][1:]:
            assert (f"{cost['stock']} {cost['interval']} ({cost['additional']})" in text) == cost["sure"]
        assert all(cost["sure"] or not cost["price"] for cost in option["costs"])
    for indicator in ("unemployment_rate", "participation_rate"):
        title = Plotter(results).rate(indicator).title
        assert ("not distinguishable" in title) == (not any(findings.sure(p, indicator) for p in findings.comparisons))


def test_fewer_is_said_with_no_price(results: Results) -> None:
    screen = terminal.console()
    with screen.capture() as got:
        screen.print(terminal.costs(results, results.compare("baseline", "training")))
    text = got.get()
    assert "fewer" in text and "no price: fewer" in text and "less than with" in text
    assert "$-" not in text
    assert wording.money(-35e6) == "\N{MINUS SIGN}$35 million"


def test_a_brief_that_cannot_be_made_again_leaves_the_old_one(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(results, tmp_path)
    there = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    saved: list[str] = []

    def full(self: Chart, folder: Path) -> None:
        if saved:
            raise OSError(28, "No space left on device")
        saved.append(self.name)
        whole(self, folder)

    whole = Chart.save
    with monkeypatch.context() as patched:
        patched.setattr(Chart, "save", full)
        with pytest.raises(OSError, match="No space left"):
            publish(results, tmp_path)
    assert saved and {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == there
    publish(results, tmp_path)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == there


def test_words_of_probability() -> None:
    row = SimpleNamespace(label="x", kind="share", difference=0.001, low=-0.001, high=0.003, distinguishable=False,
                          up=0.75, down=0.25, replicates=8)  # fmt: skip
    assert wording.sentence(row).startswith("not distinguishable from zero")
    row.low, row.distinguishable = 0.0005, True
    assert "higher in 6 of 8 runs" in wording.sentence(row)
    row.replicates = 100
    assert "in 75% of runs" in wording.sentence(row)
    assert wording.money(math.pi * 1e9) == "$3.14 billion"
