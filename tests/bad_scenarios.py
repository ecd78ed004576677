"""Wrong scenario files, each with one mistake: what it is, the line it stands on, and words the message must have."""

from __future__ import annotations

from typing import NamedTuple

GOOD = """\
[scenario]
title = "A county"
region = "kansas-city"
start = "2018-01"
horizon = "2020-12"
scale = 0.02
replicates = 2
seed = 7
drivers = "national"

[[targets]]
name = "Unemployment"
indicator = "unemployment_rate"
group = "sex:female"
goal = "<= 0.05"
by = "2020-12"

[[events]]
type = "plant_opening"
month = "2019-03"
zone = "29095-east"
sector = "31-33"
jobs = 500

[assumptions]
"demand.growth_shock" = 0.04

[policies.childcare]
title = "Childcare"
owner = "Social Services & Faith"
start = "2018-06"
ramp_months = 6
budget = 1_000_000
payer = { state = 0.7, city = 0.3 }

[[policies.childcare.instruments]]
type = "childcare_support"
subsidy_share = 0.5
places = 300
zones = ["29095-east"]

[policies.apprenticeships]
title = "Apprenticeships"
owner = "Workforce Training & Supports"
budget = 500_000

[[policies.apprenticeships.instruments]]
type = "apprenticeship_expansion"
navigators = 2
seats_per_year = 40
"""


class Bad(NamedTuple):
    """One wrong file."""

    name: str
    content: bytes
    line: int  # of the problem; 0: the file as a whole
    words: tuple[str, ...]


def _line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def swap(name: str, old: str, new: str, *words: str, at: str = "") -> Bad:
    """The good file with one part replaced; the problem stands where the new part does (or `at`)."""
    assert GOOD.count(old) == 1, old
    text = GOOD.replace(old, new)
    return Bad(name, text.encode(), _line(text, at or new.strip() or "[scenario]"), words)


def whole(name: str, content: bytes, line: int, *words: str) -> Bad:
    return Bad(name, content, line, words)


BAD = [
    # --- the file itself
    whole("empty", b"", 0, "is empty"),
    whole("blank", b" \n\n\t\n", 0, "is empty"),
    whole("binary", bytes(range(256)) * 8, 0, "not text"),
    whole("utf-16", GOOD.encode("utf-16"), 0, "UTF-16", "UTF-8"),
    whole("latin-1", GOOD.replace("A county", "Doña Ana").encode("latin-1"), 2, "not UTF-8"),
    whole("ten megabytes", b"# " + b"x" * 10_000_000, 0, "too large", "10.0 MB"),
    whole("json", b'{"scenario": {"title": "x"}}', 1, "not valid TOML"),
    whole("yaml", b"scenario:\n  title: x\n", 1, "not valid TOML", "scenario"),
    whole("csv", b"title,region\nA,kansas-city\n", 1, "not valid TOML"),
    whole("half a file", GOOD[: GOOD.index("Childcare") + 4].encode(), 29, "not valid TOML"),
    whole("nested deeply", b"x = " + b"[" * 5000 + b"]" * 5000, 0, "nested too deeply"),
    whole("nested tables", b"[" + b".".join([b"a"] * 400) + b"]\nb = 1", 0, "nested too deeply"),
    whole("endless number", GOOD.replace("seed = 7", "seed = " + "9" * 5000).encode(), 0, "not valid TOML"),
    # --- TOML slips
    swap("month without quotes", 'start = "2018-01"', "start = 2018-01", "months in quotes", 'start = "2018-01"'),
    swap("text without quotes", 'title = "A county"', "title = A county", "text in quotes", 'title = "A county"'),
    swap("number with commas", "budget = 1_000_000", "budget = 1,000,000", "without commas", "1_000_000"),
    swap("quote not closed", 'title = "A county"', 'title = "A county', "not valid TOML"),
    swap("bracket not closed", "[assumptions]", "[assumptions", "not valid TOML"),
    swap("key twice", "seed = 7", "seed = 7\nseed = 8", "not valid TOML", at="seed = 8"),
    swap("table twice", "[assumptions]", "[scenario]\n[assumptions]", "not valid TOML", at="[scenario]\n[ass"),
    swap("True", "[assumptions]", "[assumptions]\nx = True", "true or false in small letters", at="x = True"),
    # --- unknown names
    swap("key misspelt", "horizon =", "horizn =", "unknown key", "did you mean horizon?"),
    swap("key in capitals", "scale =", "Scale =", "unknown key", "did you mean scale?"),
    swap("table misspelt", "[[targets]]", "[[target]]", "unknown key", "did you mean targets?"),
    swap("key outside its table", "[scenario]", "region = 'kansas-city'\n[scenario]", "did you mean scenario.region?"),
    swap("unknown region", '"kansas-city"', '"kansas-cty"', "no such region", "did you mean kansas-city?"),
    swap("region path", '"kansas-city"', '"../nowhere/pack"', "no such region", at="region"),
    swap("unknown indicator", "unemployment_rate", "unemploymnt_rate", "did you mean unemployment_rate?"),
    swap("unknown group", "sex:female", "sx:female", "unknown kind of group", "did you mean sex:female?"),
    swap("unknown segment", "sex:female", "segment:lowskilled", "unknown segment", "segment:low_skilled"),
    swap("unknown parents", "sex:female", "parent:undersix", "unknown parent group", "parent:under_six"),
    swap("unknown age", "sex:female", "age:25-35", "unknown age group", "did you mean age:25-34?"),
    swap("unknown zone of a target", "sex:female", "zone:29096", "no zone", "29095"),
    swap("unknown zone", 'zone = "29095-east"', 'zone = "29095-eastt"', "no zone", "did you mean 29095-east?"),
    swap("a county of several zones", 'zone = "29095-east"', 'zone = "29095"', "is a county of", "29095-east"),
    swap("unknown zone of an instrument", 'zones = ["29095-east"]', 'zones = ["east"]', "no zone", "29095-east"),
    swap("unknown sector", '"31-33"', '"31"', "no sector", "31-33"),
    swap("sector that is not traded", "places = 300",
         'places = 300\n[[policies.childcare.instruments]]\ntype = "business_attraction"\nsector = "62"',
         "no traded sector '62'", "31-33", at='sector = "62"'),
    swap("unknown sectors of an instrument", "places = 300",
         'places = 300\n[[policies.childcare.instruments]]\ntype = "job_quality"\nprinciples = ["pay"]\n'
         'sectors = ["62", "31"]',
         "no sector '31'", "31-33", at='sectors = ["62"'),
    swap("unknown job center", "places = 300",
         'places = 300\n[[policies.childcare.instruments]]\ntype = "job_center_services"\ncenters = ["29095-eas"]',
         "no zone", "did you mean 29095-east?", at="centers"),
    whole("an experiment", b'[experiment]\nscenario = "x.toml"\n[design]\nkind = "list"\n', 1, "this is an experiment"),
    swap("unknown event", "plant_opening", "plant_openning", "unknown type", "did you mean plant_opening?"),
    swap("unknown instrument", "childcare_support", "child_care_support", "did you mean childcare_support?"),
    swap("unknown setting", "places = 300", "plases = 300", "unknown key", "did you mean places?"),
    swap("unknown program", "navigators = 2", 'navigators = 2\nprograms = ["weldng"]',
         "no such apprenticeship program", at="programs"),
    swap("program of another kind", "navigators = 2", 'navigators = 2\nprograms = ["cte_health"]',
         "no such apprenticeship program", "did you mean apprentice_health?", at="programs"),
    swap("unknown parameter", "demand.growth_shock", "demand.growth_shok", "did you mean demand.growth_shock?"),
    swap("unknown room", "demand.growth_shock", "demnd.growth_shock", "did you mean demand.growth_shock?"),
    swap("unknown payer", "state = 0.7", "sate = 0.7", "unknown payer", "did you mean state?"),
    swap("unknown driver", 'drivers = "national"', 'drivers = "nation"', "not a choice", "did you mean national?"),
    # --- wrong types
    swap("text for a number", "scale = 0.02", 'scale = "0.02"', "must be a number", "did you mean 0.02?"),
    swap("part of a run", "replicates = 2", "replicates = 2.5", "must be a whole number"),
    swap("number for text", 'title = "A county"', "title = 5", "must be text"),
    swap("date for a month", '"2018-01"', "2018-01-01", "must be text", "2018-01"),
    swap("truth for a number", "budget = 1_000_000", "budget = true", "must be a number", "true"),
    swap("dollars in words", "budget = 1_000_000", 'budget = "$2M"', "must be a number", "did you mean 2_000_000?"),
    swap("table for a number", "scale = 0.02", "scale = { value = 0.02 }", "must be a number", "a table"),
    swap("not a number", "scale = 0.02", "scale = nan", "finite number"),
    swap("endless budget", "budget = 1_000_000", "budget = inf", "finite number"),
    swap("zones as text", 'zones = ["29095-east"]', 'zones = "29095-east"', "must be a list"),
    swap("policies as a list", "[policies.childcare]", "[[policies.childcare]]", "must be a table"),
    swap("assumption of the wrong type", '_shock" = 0.04', '_shock" = "high"', "must be a number", at='"demand'),
    # --- out of range
    swap("scale above one", "scale = 0.02", "scale = 2.0", "2.0 is out of range", "1 or less", "did you mean 0.02?"),
    swap("scale of nothing", "scale = 0.02", "scale = 0.0", "out of range", "more than 0"),
    swap("no replicates", "replicates = 2", "replicates = 0", "out of range", "1 or more"),
    swap("negative seed", "seed = 7", "seed = -7", "out of range", "0 or more"),
    swap("seed too large", "seed = 7", "seed = 9223372036854775808", "out of range"),
    swap("negative seats", "seats_per_year = 40", "seats_per_year = -40", "-40 is out of range", "0 or more"),
    swap("negative budget", "budget = 500_000", "budget = -1", "out of range", "0 or more"),
    swap("no jobs", "jobs = 500", "jobs = 0", "out of range", "1 or more"),
    swap("payers do not sum", "city = 0.3", "city = 0.2", "sum to 0.9, not 1"),
    swap("assumption out of range", '_shock" = 0.04', '_shock" = 4', "outside its range", "to go beyond", at='"demand'),
    swap("own range without source", '_shock" = 0.04', '_shock" = { value = 0.2, high = 0.3 }', "needs its source",
         at='"demand'),
    # --- dates
    swap("month thirteen", '"2018-01"', '"2018-13"', "no month 13"),
    swap("month as words", '"2018-01"', '"January 2018"', "not a month", "YYYY-MM"),
    swap("short month", '"2018-01"', '"2018-1"', "not a month", "did you mean 2018-01?"),
    swap("horizon before start", 'horizon = "2020-12"', 'horizon = "2017-12"', "not after the start", at="horizon"),
    swap("type misspelt", 'type = "plant_opening"', 'typ = "plant_opening"', "did you mean type?"),
    swap("horizon out of reach", '"2020-12"\nscale', '"2090-12"\nscale', "out of reach", at='horizon = "2090'),
    swap("target after the horizon", 'by = "2020-12"', 'by = "2021-12"', "outside the simulated months"),
    swap("event before the start", '"2019-03"', '"2016-03"', "outside the simulated months"),
    swap("policy after the horizon", '"2018-06"', '"2028-06"', "outside the simulated months"),
    swap("end before start", 'start = "2018-06"', 'start = "2018-06"\nend = "2018-05"', "not after the start",
         at="end ="),
    # --- missing or said twice
    swap("no title", 'title = "A county"\n', "", "is required and missing", at="[scenario]"),
    swap("no budget", "budget = 500_000\n", "", "budget is missing", at="[policies.apprenticeships]"),
    swap("no instrument type", 'type = "childcare_support"\n', "", "type is missing",
         at="[[policies.childcare.instruments]]"),
    swap("goal in per cent", '"<= 0.05"', '"<= 4"', "unemployment_rate is a share", 'did you mean "<= 0.04"?'),
    swap("goal above every share", '"<= 0.05"', '"<= 400"', "above 1", "a share from 0 to 1"),
    swap("goal without comparison", '"<= 0.05"', '"0.05"', "not a goal", "did you mean >= 0.05?"),
    swap("two targets of one name", "[[events]]", '[[targets]]\nname = "Unemployment"\nindicator = "wage_median"\n'
         'goal = ">= 20"\nby = "2020-12"\n\n[[events]]', "two targets", at='name = "Unemployment"\nindicator = "wage'),
    swap("policy named baseline", "[policies.apprenticeships]", "[policies.other]\ntitle = 'x'\nowner = 'y'\n"
         "combine = ['childcare']\n[policies.baseline]\ntitle = 'x'\nowner = 'y'\ncombine = ['childcare']\n"
         "[policies.apprenticeships]", "'baseline' is the run without any policy", at="[policies.baseline]"),
    swap("combines nothing there", "[policies.apprenticeships]", "[policies.both]\ntitle = 'x'\nowner = 'y'\n"
         "combine = ['childcare', 'aprenticeships']\n[policies.apprenticeships]", "did you mean apprenticeships?",
         at="combine"),
    swap("rank without peers", "unemployment_rate", "peer_rank_gdp_level", "no peer measure"),
    swap("extends nothing", "[scenario]", 'extends = "nowhere.toml"\n[scenario]', "no such file", at="extends"),
    swap("extends itself", "[scenario]", 'extends = "bad.toml"\n[scenario]', "circular", at="extends"),
    swap("extends a number", "[scenario]", "extends = 5\n[scenario]", "path of one scenario file", at="extends"),
]  # fmt: skip
