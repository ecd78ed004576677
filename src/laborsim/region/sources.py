"""Reading the folder of official statistics that packs are derived from.

One method per file; nothing is derived here. `DATA_SOURCES` names publisher, series, vintage and grade of
every figure a pack may carry.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, cast

import pandas as pd

from laborsim.region.pack import Source

_BLS = "U.S. Bureau of Labor Statistics"
_CENSUS = "U.S. Census Bureau"
_UNVERIFIED = "Written down from general knowledge of the publication; not yet checked against it."

DATA_SOURCES: dict[str, Source] = {
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
    "traits": Source(
        "several",
        "Disability: CPS; records: Shannon et al. 2017; carers: ATUS eldercare; enrolment: CPS October",
        "2016-18",
        "published",
        _UNVERIFIED,
    ),
    "laus": Source(
        _BLS,
        "LAUS county labor force and unemployment, mean of the twelve months around the start",
        "2017-08 to 2018-07, vintage 2018-09",
        "measured",
    ),
    "laus_rest": Source(
        _BLS,
        "LAUS: seven-county total less the counties at hand, split by 2015 annual figures",
        "2017-08 to 2018-07, vintage 2018-09; 2015 annual averages",
        "published",
        "The county's own months are not in the data folder: total of the two is measured, its split estimated.",
    ),
    "laus_annual": Source(
        _BLS,
        "LAUS county annual averages, last year at hand moved with the state",
        "2000-2022",
        "published",
        "The county's own months are not in the data folder.",
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
        "Residents employed (LAUS 2016) less a tenth, in the nation's sector mix",
        "2016",
        "assumed",
        "QCEW of this county is not in the data folder.",
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
        "The county is missing: mean of the pack's counties moved with median income.",
    ),
    "needs": Source(
        "laborsim",
        "Household budget from parts: housing (HUD FMR level moved with county income), food (USDA "
        "low-cost plan), childcare (NDCP), transport and other (CEX), health (MEPS), taxes (2019 rules)",
        "2019",
        "assumed",
        "Levels of rents, food, transport and health from general knowledge; their mean is within 15% of "
        "MIT's living wage (tax credits apart), which is not used.",
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
    "cps_flows": Source(_BLS, "CPS labor force flows, means of 2018-19", "2018-19", "measured"),
}


def figure(frame: pd.DataFrame, row: object, column: str) -> float:
    """One figure of a table as a float."""
    return float(cast(Any, frame).at[row, column])


class Data:
    """Files of the data folder, read once each.

    Parameters
    ----------
    folder : path of the folder with the tables (see its README).

    Raises
    ------
    FileNotFoundError
        On construction, if the folder does not hold these tables.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        if not (self.folder / "county_profile_MO_KS_KY_IN_OR.csv").is_file():
            raise FileNotFoundError(f"{self.folder} does not hold the statistics packs are built from")

    def _csv(self, name: str, *keys: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / name, dtype={k: str for k in keys}, low_memory=False)

    @cached_property
    def profile(self) -> pd.DataFrame:
        """County profile, by FIPS."""
        return self._csv("county_profile_MO_KS_KY_IN_OR.csv", "fips").set_index("fips")

    @cached_property
    def single_age(self) -> pd.DataFrame:
        return self._csv("pop_county_singleage_sex_2020_2023_regions.csv", "fips")

    @cached_property
    def age_groups(self) -> pd.DataFrame:
        return self._csv("pop_county_agegroup_sex_2020_2023_5states.csv.gz", "fips")

    @cached_property
    def acs_state(self) -> pd.DataFrame:
        """ACS 2018 state tables: state, table, label, estimate."""
        return self._csv("acs1_2018_state_tables_MO_KY_OR_KS_IN.csv.gz")

    @cached_property
    def acs_county(self) -> pd.DataFrame:
        """ACS county figures by race, 2014-18, by FIPS."""
        frame = self._csv("acs_county_lf_edu_income_by_race_2018_2019.csv.gz", "stco_code")
        return frame[frame["vintage"] == "acs5_2018"].set_index("stco_code")

    @cached_property
    def migration(self) -> pd.DataFrame:
        frame = self._csv("acs_county_in_migration_2009_2017.csv", "stco_code")
        return frame[frame["year"] == 2017].set_index("stco_code")

    @cached_property
    def tax_units(self) -> pd.DataFrame:
        return self._csv("cps_taxunits_microdata_MO_KY_OR_KS_IN.csv.gz")

    @cached_property
    def cps_rates(self) -> dict[str, float]:
        """CPS annual averages of 2018 by series title: participation and unemployment, percent."""
        frame = self._csv("cps_annual_lfpr_epop_ur_2010_2019_us.csv.gz")
        frame = frame[(frame["year"] == 2018) & (frame["mari_code"].astype(str).isin(["0", "00"]))]
        return dict(zip(frame["series_title"].str.strip(), frame["value"].astype(float), strict=True))

    @cached_property
    def cps_families(self) -> dict[str, float]:
        """CPS family series of 2018 by title, percent."""
        frame = self._csv("cps_family_lfpr_by_children_2009_2019_us.csv.gz")
        frame = frame[frame["year"] == 2018]
        return dict(zip(frame["series_title"].str.strip(), frame["value"].astype(float), strict=True))

    @cached_property
    def laus_monthly(self) -> pd.DataFrame:
        return self._csv("laus_county_monthly_MO_KS_KY_IN_OR.csv.gz", "fips")

    @cached_property
    def laus_annual(self) -> pd.DataFrame:
        return self._csv("laus_county_annual_MO_KS_KY_IN_OR.csv.gz", "fips")

    @cached_property
    def laus_region(self) -> pd.DataFrame:
        return self._csv("laus_region_monthly.csv")

    @cached_property
    def qcew(self) -> pd.DataFrame:
        """QCEW 2016 annual averages by county, ownership and sector (all counties of MO, KY, OR, KS)."""
        return self._csv(
            "qcew_2016_annual_all_counties_MO_KY_OR_KS_sector.csv.gz", "area_fips", "industry_code"
        )

    @cached_property
    def qcew_detail(self) -> pd.DataFrame:
        return self._csv("qcew_2016_annual_regions_naics_to4digit.csv.gz", "area_fips", "industry_code")

    @cached_property
    def qcew_quarterly(self) -> pd.DataFrame:
        return self._csv("qcew_large_counties_quarterly_2010_2022.csv", "fips")

    @cached_property
    def commuting(self) -> pd.DataFrame:
        return self._csv("commute_county_flows_census2000.csv", "home_fips", "work_fips")

    @cached_property
    def oews(self) -> pd.DataFrame:
        return self._csv("oews_may2025_occ_wages.csv.gz", "area_code")

    @cached_property
    def oews_industry(self) -> pd.DataFrame:
        return self._csv("oews_may2025_us_industry_by_occupation.csv.gz", "industry_code")

    @cached_property
    def childcare(self) -> pd.DataFrame:
        frame = self._csv("childcare_ndcp_county_2008_2018.csv.gz", "fips")
        frame["fips"] = frame["fips"].str.zfill(5)
        return frame

    @cached_property
    def ces_us(self) -> pd.DataFrame:
        """US employment, months x sectors, seasonally adjusted, thousands."""
        return self._ces("SA")

    @cached_property
    def ces_us_raw(self) -> pd.DataFrame:
        """US employment, months x sectors, not adjusted, thousands."""
        return self._ces("NSA")

    def _ces(self, seasonal: str) -> pd.DataFrame:
        frame = self._csv("ces_us_supersector_monthly.csv.gz")
        frame = frame[frame["seasonal"] == seasonal]
        return frame.pivot(index="month", columns="sector", values="employment_best_000s")

    @cached_property
    def ces_state(self) -> pd.DataFrame:
        """State employment, not adjusted, thousands: area, month, sector, employment_000s."""
        frame = self._csv("ces_state_supersector_monthly_2009_2022.csv.gz")
        return frame[frame["seasonal"] == "NSA"]

    @cached_property
    def projections(self) -> pd.DataFrame:
        frame = self._csv("bls_ep_occupations_2022_32.csv")
        return frame[frame["occupation_type"] == "Line item"]

    @cached_property
    def exposure(self) -> pd.DataFrame:
        return self._csv("occ_automation_ai_exposure.csv")

    @cached_property
    def mobility(self) -> pd.DataFrame:
        return self._csv("occ_mobility_cps_asec_us.csv.gz")

    @cached_property
    def flows(self) -> pd.DataFrame:
        return self._csv("cps_flows_total_1990_2023_us.csv")

    @cached_property
    def not_in_labor_force(self) -> pd.Series:
        """US people not in the labor force by year, thousands."""
        frame = self._csv("cps_annual_nilf_reasons_2015_2019_us.csv", "year")
        frame = frame[frame["series_id"] == "LNU05000000"]
        return frame.set_index("year")["value"].astype(float)

    @cached_property
    def living_wage(self) -> pd.DataFrame:
        """MIT living wage 2021; for checks only."""
        return self._csv("mit_living_wage_county_2021.csv", "fips").set_index("fips")
