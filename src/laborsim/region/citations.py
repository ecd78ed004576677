"""Where the figures of packs come from: publisher, series, vintage and grade of every source id.

`FALLBACKS` says of some ids what a place lacks: rows with such a source stand in for the place's own figure.
"""

from __future__ import annotations

from typing import Final

from laborsim.region.pack import Source

_BLS = "U.S. Bureau of Labor Statistics"
_CENSUS = "U.S. Census Bureau"
_UNVERIFIED = "Written down from general knowledge of the publication; not yet checked against it."

DATA_SOURCES: Final[dict[str, Source]] = {
    "pep2023": Source(
        _CENSUS,
        "Population Estimates Program, county single year of age by sex",
        "Vintage 2023, July 2020",
        "measured",
        "Aged back to the start month (cohorts of 30 and over with their survivors; the 2020 profile "
        "below), county totals of PEP 2019 (July 2017 and 2018), less people in institutions and armed forces.",
    ),
    "pep2019": Source(
        _CENSUS,
        "Population Estimates Program, county totals, sex, race and Hispanic origin",
        "Vintage 2019",
        "measured",
    ),
    "pep_age_groups": Source(
        _CENSUS,
        "Population Estimates Program, county five-year age groups by sex",
        "Vintage 2023, July 2020",
        "measured",
        "No single years for this county: spread evenly within five-year groups.",
    ),
    "outside_mean": Source(
        _CENSUS,
        "Region's own figures, people-weighted mean",
        "as the zones'",
        "assumed",
        "The outside zone stands for the commuting belt and is given the region's average make-up.",
    ),
    "acs_education": Source(
        _CENSUS,
        "ACS county attainment 25+ (USDA ERS table) and ACS 2014-18 attainment; state table B15001",
        "ACS 2015-19, 2014-18, 2018 one-year",
        "measured",
        "State age-by-sex attainment raked to county totals; ages 16-19 and 20-24 split by assumption.",
    ),
    "race": Source(
        _CENSUS,
        "PEP county race and Hispanic origin by sex; age gradient of the national estimates",
        "Vintage 2019",
        "published",
        "County shares are measured; the gradient by age is the nation's. " + _UNVERIFIED,
    ),
    "race_education": Source(
        _CENSUS,
        "ACS county high-school and bachelor's shares by race",
        "ACS 2014-18 five-year",
        "measured",
        "Levels between follow the county's own mix.",
    ),
    "acs_families": Source(
        _CENSUS,
        "ACS B11003 (state) and share of children in single-parent households (County Health Rankings)",
        "ACS 2018 one-year; 2013-17 five-year",
        "measured",
        "State kinds tilted to the county's single-parent share.",
    ),
    "cps_families": Source(
        _CENSUS,
        "CPS ASEC tax units: children per unit, ages of parents",
        "ASEC 2013-15 (as in taxcalc)",
        "measured",
        "The younger of a couple is taken for the mother where sex is not recorded.",
    ),
    "cohabitation": Source(
        _CENSUS,
        "America's Families and Living Arrangements, couples and people living alone by age and sex",
        "2018",
        "published",
        _UNVERIFIED,
    ),
    "race_education_mean": Source(
        _CENSUS,
        "ACS high-school and bachelor's shares by race, mean of the region's counties",
        "ACS 2014-18 five-year",
        "assumed",
        "The county publishes none for so small a group; without any county that does, the zone's own attainment.",
    ),
    "living_alone": Source(
        _CENSUS,
        "America's Families and Living Arrangements, people living alone by age and sex",
        "2018",
        "published",
        "The nation's odds times one factor for the place, so that its households add up. " + _UNVERIFIED,
    ),
    "acs_cars": Source(
        _CENSUS, "ACS B08201, households without a vehicle", "ACS 2014-18 five-year", "measured"
    ),
    "acs_households": Source(
        "U.S. Department of Labor, Women's Bureau",
        "NDCP: households of the county (ACS)",
        "2018",
        "measured",
        "Region's mean where the county is missing.",
    ),
    "acs_households_mean": Source(
        "U.S. Department of Labor, Women's Bureau",
        "NDCP: households of the region's other counties (ACS)",
        "2018",
        "assumed",
        "Mean adults per household of the region's counties that have the figure, else of the nearest.",
    ),
    "traits": Source(
        "several",
        "Disability: CPS; records: Shannon et al. 2017; carers: ATUS eldercare; enrolment: CPS October",
        "2016-18",
        "published",
        "Disability is raised where more are out of the labor force for it than the nation's share. " + _UNVERIFIED,
    ),
    "laus": Source(
        _BLS,
        "LAUS county labor force and unemployment, mean of the twelve months around the start",
        "2017-08 to 2018-07, vintage 2018-09",
        "measured",
    ),
    "laus_annual": Source(
        _BLS,
        "LAUS county annual averages, last year at hand moved with the state",
        "2000-2022",
        "published",
        "The county's own months are not in the data folder.",
    ),
    "laus_capped": Source(
        _BLS,
        "LAUS county labor force, cut to 85 per cent of the people 16 and over",
        "2017-08 to 2018-07",
        "assumed",
        "The county's estimates of labor force and population do not go together.",
    ),
    "cps_hours": Source(
        _BLS,
        "CPS annual averages: usual part-time work and part-time for economic reasons",
        "2018",
        "published",
        _UNVERIFIED,
    ),
    "acs_class": Source(
        _CENSUS, "ACS class of worker: self-employed, not incorporated", "ACS 2013-17", "measured"
    ),
    "cps_participation": Source(
        _BLS,
        "CPS annual averages: participation by age, sex and presence of own children",
        "2018",
        "measured",
        "Rates by age and children combine both tables; the product form is assumed.",
    ),
    "cps_unemployment": Source(
        _BLS,
        "CPS annual averages: unemployment by age, sex, race, education",
        "2018",
        "measured",
        "Asian and other races (3.0, 5.6%) and the split of bachelor's and above from general knowledge.",
    ),
    "nilf_reasons": Source(
        _BLS,
        "CPS ASEC, reasons for not working of people outside the labor force, by age and sex",
        "2018 (Hipple 2015 tables moved)",
        "published",
        _UNVERIFIED,
    ),
    "qcew2016": Source(
        _BLS,
        "QCEW 2016 annual averages by county and sector, moved to the start with national CES growth and "
        "QCEW county totals",
        "2016; quarterly totals 2016-18",
        "measured",
    ),
    "qcew2016_estimated": Source(
        _BLS,
        "QCEW 2016, suppressed county cell estimated from establishments and the residual of its total",
        "2016",
        "published",
        "Suppressed by BLS; the county's total is kept.",
    ),
    "jobs_assumed": Source(
        "laborsim",
        "Residents employed (LAUS 2016) less a tenth, in the sector mix of the state",
        "2016",
        "assumed",
        "Mix: QCEW 2016 of Kansas, Kentucky, Missouri and Oregon times how the state's residents differ in their "
        "industries (ACS 2018, C24050). The county's own mix and its commuting balance are not known.",
    ),
    "child_care_jobs": Source(
        _BLS,
        "QCEW 2016: a usual share of health care and social assistance is child day care",
        "2016",
        "assumed",
        "The sector is not published apart for this county in the data folder: 4 per cent of the establishments.",
    ),
    "outside_jobs": Source(
        _CENSUS,
        "County-to-county worker flows across the region's border",
        "Census 2000, scaled",
        "assumed",
        "Jobs of the belt are twice the out-commuters; its sector mix and pay are the region's.",
    ),
    "flows2000": Source(
        _CENSUS,
        "County-to-county worker flows; residents employed in 2000 from LAUS",
        "Census 2000",
        "published",
        "Raked to residents employed and jobs at the start; flows of split counties assumed.",
    ),
    "flows_gravity": Source(
        "laborsim",
        "Commuting by employment and distance, fitted to flows of 2000 between counties of Missouri and Kentucky",
        "Census 2000; residents employed in 2000 from LAUS",
        "assumed",
        "Only links with Missouri, Kentucky, Lane County and a few others are in the data folder for this county. "
        "Raked to residents employed and jobs at the start.",
    ),
    "minutes": Source(
        _CENSUS, "Distance of centroids, scaled to mean travel time to work (ACS)", "ACS 2013-17", "assumed"
    ),
    "oews2025": Source(
        _BLS,
        "OEWS area estimates, detailed occupations pooled into SOC minor groups",
        "May 2025",
        "published",
        "Brought to 2019 by the change of OEWS national percentiles May 2019 to May 2025 (2019 percentiles from "
        "general knowledge, not yet checked): prices, real growth and the narrowing at the bottom.",
    ),
    "oews2025_state": Source(
        _BLS,
        "OEWS state estimates, detailed occupations pooled into SOC minor groups",
        "May 2025",
        "published",
        "For areas without a table of their own in the data folder, and regions that span much of a state. Brought to "
        "2019 as the area estimates.",
    ),
    "oews2025_neighbour": Source(
        _BLS,
        "OEWS estimates of a neighbouring state (Missouri for Kansas, Kentucky for Indiana)",
        "May 2025",
        "assumed",
        "Neither the area nor the state is in the data folder. Brought to 2019 as the area estimates.",
    ),
    "oews2025_us": Source(
        _BLS,
        "OEWS national estimates moved to the area by the ratio of medians",
        "May 2025",
        "published",
        "The area publishes no figure for this group. Brought to 2019 as above.",
    ),
    "ndcp": Source(
        "U.S. Department of Labor, Women's Bureau",
        "National Database of Childcare Prices",
        "2018",
        "measured",
        "Centers and family homes mixed by assumed shares.",
    ),
    "ndcp_neighbour": Source(
        "U.S. Department of Labor, Women's Bureau",
        "National Database of Childcare Prices, neighbouring counties",
        "2018",
        "assumed",
        "The county is missing: mean of the pack's counties that have prices (else of the ten nearest that do) moved "
        "with median income.",
    ),
    "needs": Source(
        "laborsim",
        "Family budgets from parts: HUD fair market rents, USDA low-cost food plan, NDCP childcare, CES and IRS costs "
        "of a car, MEPS-IC premiums, CES other spending; taxes and credits by the law of 2019",
        "2019",
        "published",
        "Worked out from the parts; each figure's source and grade is in docs/self-sufficiency.md, some unverified. "
        "Beyond the border the region's mean.",
    ),
    "rules": Source(
        "State agencies and U.S. Department of Labor",
        "Minimum wages; UI weeks, maximum and replacement",
        "2018-2026",
        "published",
        _UNVERIFIED,
    ),
    "income": Source(
        _CENSUS,
        "ACS per-capita income; SAIPE median household income",
        "ACS 2013-17; SAIPE 2019",
        "measured",
        "Per-capita income brought to 2019 by CPI-U.",
    ),
    "acs_migration": Source(
        _CENSUS,
        "ACS movers from other counties and states, 25 and over",
        "ACS 2013-17",
        "published",
        "Moves inside the region and younger movers allowed for by assumed factors; out-migration closes PEP growth.",
    ),
    "naics": Source("U.S. Office of Management and Budget", "NAICS 2017", "2017", "published"),
    "jolts_posts": Source(
        _BLS,
        "JOLTS job openings rate, total nonfarm, adjusted: posts for each job relative to January 2018",
        "July 2025 and, before May 2021, August 2022",
        "measured",
        "A derived ratio.",
    ),
    "ces": Source(
        _BLS,
        "CES employment, seasonally adjusted, relative to January 2018",
        "January 2026 and before",
        "measured",
        "Latest printed figures with benchmark breaks wedged back; a derived index.",
    ),
    "ces_split": Source(
        _BLS,
        "CES supersector split by assumption (56 with temporary help; health without child day care)",
        "January 2026 and before",
        "published",
    ),
    "constant": Source("laborsim", "No monthly series: held at its start", "", "assumed"),
    "ces_level": Source(_BLS, "CES employment by sector, seasonally adjusted", "2018-01", "measured"),
    "ces_level_split": Source(
        _BLS,
        "CES employment of two sectors together, split by OEWS employment by industry",
        "2018-01; split of May 2025",
        "published",
    ),
    "ces_state": Source(
        _BLS,
        "CES State and Metro, state supersectors relative to January 2018",
        "2022-12 and before",
        "measured",
        "Not adjusted series with seasonal factors of 2012-19 taken out.",
    ),
    "ep": Source(
        _BLS,
        "Employment Projections 2022-32: separations, education and training; OEWS national wages",
        "September 2023; May 2025",
        "measured",
        "Employment-weighted over detailed occupations; wages brought to 2019.",
    ),
    "oews_staffing": Source(
        _BLS,
        "OEWS national industry by occupation matrix, shares by SOC minor group",
        "May 2025",
        "measured",
        "Public schools and hospitals taken out of private sectors 61 and 62 by difference.",
    ),
    "cps_mobility": Source(
        _CENSUS,
        "CPS ASEC yearly changes of occupation (del Rio-Chanona et al.), pooled to SOC minor groups",
        "2010s",
        "measured",
    ),
    "nchs_mortality": Source(
        "National Center for Health Statistics",
        "United States Life Tables, 2018",
        "2018",
        "published",
        "Anchors joined log-linearly. " + _UNVERIFIED,
    ),
    "nchs_births": Source(
        "National Center for Health Statistics",
        "Births: Final Data, rates by age of mother",
        "2018",
        "published",
        "Group rates joined smoothly. " + _UNVERIFIED,
    ),
    "retirement": Source(
        _BLS,
        "Fall of CPS participation with age, peaks at 62 and 65-66",
        "2018",
        "published",
        "Net exits measured; their spread within five-year groups assumed.",
    ),
    "assumed": Source("laborsim", "Set by assumption", "", "assumed"),
    "nces_enrolment": Source(
        "National Center for Education Statistics",
        "Digest, enrolment by age",
        "2018",
        "published",
        _UNVERIFIED,
    ),
    "cpi": Source(
        _BLS, "CPI-U, U.S. city average, all items, annual", "1982-84 = 100", "published", _UNVERIFIED
    ),
    "cares": Source(
        "U.S. Department of Labor", "FPUC, PEUC and PUA rules", "2020-21", "published", _UNVERIFIED
    ),
    "cps_labor_force": Source(
        _BLS,
        "CPS labor force flows, adjusted: people employed or unemployed the month before, relative to January 2018",
        "2023 and before",
        "measured",
        "A derived ratio.",
    ),
    "cps_flows": Source(_BLS, "CPS labor force flows, means of 2018-19", "2018-19", "measured"),
    "cps_flows_by_sex": Source(
        _BLS, "CPS labor force flows by sex, seasonally adjusted, mean of January and February 2020", "2020", "measured"
    ),
}

#: Source ids that stand in for a figure the place itself lacks -> why.
FALLBACKS: Final[dict[str, str]] = {
    "pep_age_groups": "no single years of age at hand: five-year groups spread evenly",
    "acs_households_mean": "households of the county not at hand: adults per household of others",
    "race_education_mean": "no attainment published for a group so small: the region's",
    "laus_capped": "labor force above 85 per cent of people 16 and over: cut",
    "laus_annual": "the county's months of 2017-18 not at hand: its last year moved with the state's other counties",
    "qcew2016_estimated": "cells suppressed by BLS: estimated from establishments and the county's total",
    "child_care_jobs": "child day care not published apart: a usual share of health care and social assistance",
    "jobs_assumed": "no QCEW of the county at hand: residents employed in a mix tilted to the state's",
    "flows_gravity": "worker flows of 2000 not at hand in full: a gravity model",
    "oews2025_state": "no wages of the area at hand, or the region spans much of a state: the state's",
    "oews2025_neighbour": "no wages of area or state at hand: a neighbouring state's",
    "oews2025_us": "occupations the area does not publish: the nation's at the area's level",
    "ndcp_neighbour": "no childcare prices of the county: others' moved with median income",
}
