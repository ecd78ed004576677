"""The brief as PDF and as a Word document; needs the extra `report`."""

from __future__ import annotations

import datetime
import hashlib
import importlib
import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from laborsim.report.brief import brief_html, content
from laborsim.scenario.problems import InputError

if TYPE_CHECKING:
    from laborsim.report.figures import Chart
    from laborsim.study.results import Results

POINT = 12_700  # in the unit of Word documents


class MissingExtra(InputError):
    """A library that is installed only on request is not there."""


def make(results: Results, charts: Sequence[Chart], form: str) -> bytes:
    """The brief as "pdf" or "docx"; the same results give the same bytes.

    Raises
    ------
    MissingExtra
        If the library for that format is not installed.
    """
    return pdf(brief_html(results, charts)) if form == "pdf" else docx(content(results, charts))


@contextmanager
def _no_clock() -> Iterator[None]:
    """Fonts put into a document hold the time of writing unless the environment names one."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = before or "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]


def pdf(html: str) -> bytes:
    """A page as PDF; page 1 is the first page of the brief."""
    weasyprint = _library("weasyprint", "pdf")
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    with _no_clock():
        out: bytes = weasyprint.HTML(string=html).write_pdf(pdf_identifier=identifier)
    return out


def docx(said: dict[str, Any]) -> bytes:
    """The same content as a Word document, to be edited further."""
    library = _library("docx", "docx")
    shared = importlib.import_module("docx.shared")
    document = library.Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Arial", shared.Pt(9.5)
    style.paragraph_format.space_after = shared.Pt(3)
    for section in document.sections:
        section.left_margin = section.right_margin = shared.Cm(1.8)
        section.top_margin = section.bottom_margin = shared.Cm(1.5)
    _first_page(document, said)
    document.add_page_break()
    _sections(document, said, shared.Cm(17))
    document.add_page_break()
    _annex(document, said, shared.Cm(17))
    about = document.core_properties
    about.title, about.author, about.comments = str(said["title"]), "laborsim", "Synthetic region, not a forecast"
    about.created = about.modified = datetime.datetime(2000, 1, 1)
    out = io.BytesIO()
    document.save(out)
    return _undated(out.getvalue())


def _first_page(document: Any, said: dict[str, Any]) -> None:
    document.add_heading(said["title"], 0)
    runs = f"{said['replicates']} model run{'s' if said['replicates'] != 1 else ''} of each policy, "
    about = said["about"]
    runs += f"{100 * about['scale']:g}% of people simulated. Money in dollars of {about.get('dollar_year', 2019)}"
    document.add_paragraph(f"{said['place']}. {runs}. ").add_run("Synthetic region, not a forecast.").bold = True
    _section(document, "Decision", [said["decision"]])
    for heading, text in said["box"]:
        paragraph = document.add_paragraph()
        if heading:
            paragraph.add_run(f"{heading}. ").bold = True
        paragraph.add_run(text.replace("`", ""))
    if said["too_small"]:
        document.add_paragraph(said["too_small"].replace("`", "")).runs[0].bold = True
    if said["failed"]:
        _section(document, "Runs that failed and are left out", said["failed"][:3], "List Bullet")
    if said["rows"]:
        document.add_heading("What each policy costs, whom it reaches, what it adds", 2)
        heads = ("Policy", "Spent a year", f"{said['money']} a year buys", f"More {said['stock']} (range)",
                 "Cost of each additional one")  # fmt: skip
        _table(document, heads, [
            (f"{r['title']} ({r['owner']})" if r["owner"] else r["title"], f"{r['a_year']} ({r['spent']} in all)",
             "; ".join(x for x in (r["buys"], r["enrolled"]) if x),
             "; ".join(x for x in (r["interval"], r["additional"], r["share"]) if x), r["price"])
            for r in said["rows"]
        ])  # fmt: skip
        document.add_paragraph(said["sides"])
    for title, text in () if said["too_small"] else said["balances"]:
        document.add_paragraph(f"{title}: {text}." if title else f"{text}.", "List Bullet")
    if said["targets_line"]:
        _section(document, "Are the targets met?", [said["targets_line"]])
    _section(document, "How sure is this?", said["certainty"], "List Bullet")
    count = said["count"]
    _section(document, "What is assumed?", [
        f"{count.assumed_parameters} of {count.parameters} behavior parameters are only assumed: another value may "
        f"change the answer. In all, {count.assumed_figures} of {count.figures} figures behind these results have no "
        "measurement or published estimate of their own (laborsim explain lists them with their ranges)."
    ])  # fmt: skip


def _sections(document: Any, said: dict[str, Any], width: Any) -> None:
    """The sections of the brief: pictures, and tables with their findings."""
    for section in ({"title": "Targets", "charts": said["target_charts"], "tables": []}, *said["sections"]):
        if not section["charts"] and not section["tables"]:
            continue
        document.add_heading(section["title"], 1)
        for c in section["charts"]:
            _picture(document, c["chart"], width)
        for t in section["tables"]:
            document.add_heading(t.title, 2)
            _table(document, t.heads, [tuple(str(x) for x in row) for row in t.rows])
            if t.note:
                document.add_paragraph(t.note.replace("`", ""))


def _picture(document: Any, chart: Chart, width: Any) -> None:
    picture = document.add_picture(io.BytesIO(chart.png()), width=width)
    picture._inline.docPr.set("descr", f"{chart.title}. {chart.alt}")


def _annex(document: Any, said: dict[str, Any], width: Any) -> None:
    if said["options"]:
        document.add_heading("Annex: every policy in full", 1)
        lines = [
            (f"{o['title']}. {o['untested']}".rstrip(". "), f"{c['stock']}: {c['interval']} ({c['additional']})",
             o["spent"], c["price"] or "no price")
            for o in said["options"]
            for c in o["costs"]
        ]  # fmt: skip
        heads = ("Policy", "Adds, last 12 months (90% range)", "Spent", "Cost of each additional one")
        _table(document, heads, lines)
    if said["targets"]:
        document.add_heading("Annex: targets", 1)
        heads = ("Target", *(title for _, title in said["policies"]))
        reached: list[tuple[str, ...]] = []
        for t in said["targets"]:
            cells = []
            for c in t["cells"]:
                value = f"{c['value']} ({c['range']})" if c["range"] else c["value"]
                cells.append(", ".join(x for x in (value, c["chance"], c["way"]) if x))
            goal = f"{t['name']}: {t['goal']} by {t['by']}"
            reached.append((f"{goal}; {t['short']}" if t["short"] else goal, *cells))
        _table(document, heads, reached)
    if said["charts"]:
        document.add_heading("Annex: more charts", 1)
    for c in said["charts"]:
        _picture(document, c["chart"], width)
    for owner in said["owners"]:
        document.add_heading(f"Annex: {owner['owner']}", 1)
        for plan in owner["policies"]:
            _section(document, plan["title"], [plan["note"]] if plan["note"] else [])
            _table(document, ("", ""), [*plan["terms"], ("Spent", plan["spent"]), *plan["effects"]])
            document.add_paragraph(f"Better off: {plan['gains']}. Worse off: {plan['losses']}.")
    for section in said["wioa"]:
        document.add_heading(f"Annex: WIOA indicators, {section['title']}", 1)
        rows = [tuple(r[k] for k in ("label", "gross", "counterfactual", "net", "people")) for r in section["all"]]
        _table(document, ("Indicator", "Gross", "Without", "Net", "People"), rows)
    for section in said["benefits"]:
        document.add_heading(f"Annex: benefits and costs, {section['title']}", 1)
        names = ("who", "run", "interval", "extrapolated", "chance")
        columns = ("Who", "To the end of the run", "90% interval", "With fading effects after it", "Above zero")
        _table(document, columns, [tuple(r[k] for k in names) for r in section["rows"]])
    document.add_heading("Annex: what this rests on", 1)
    for text in (*said["notes"], said["precision"]):
        document.add_paragraph(text)


def _section(document: Any, heading: str, texts: Sequence[str], style: str | None = None) -> None:
    document.add_heading(heading, 2)
    for text in texts:
        document.add_paragraph(text, style)


def _table(document: Any, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=0, cols=len(heads), style="Light Grid Accent 1")
    for k, row in enumerate((heads, *rows) if any(heads) else rows):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = str(text)
            for run in cell.paragraphs[0].runs:
                run.font.size = 8 * POINT
                run.bold = k == 0 and any(heads)


def _undated(file: bytes) -> bytes:
    """The same archive with a fixed date on its entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out.getvalue()


def _library(name: str, form: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingExtra(f"--format {form} needs the extra 'report': pip install 'laborsim[report]'") from None
    except OSError as error:  # weasyprint is there, the system's Pango is not
        raise MissingExtra(
            f"--format {form}: a library of the system is missing ({error}); see "
            "https://doc.courtbouillon.org/weasyprint/stable/first_steps.html"
        ) from None
