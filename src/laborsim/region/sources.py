"""Reading the folder of official statistics that packs are derived from.

One method per file; nothing is derived here. `citations.DATA_SOURCES` names publisher, series, vintage and
grade of every figure a pack may carry.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_CPS_SEX = {"male": "Men", "female": "Women"}


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
        """Population by county, year, single year of age and sex, 2020-23."""
        return self._csv("pop_county_singleage_sex_2020_2023_regions.csv", "fips")

    @cached_property
    def age_groups(self) -> pd.DataFrame:
        """Population by county, year, age group and sex, 2020-23."""
        return self._csv("pop_county_agegroup_sex_2020_2023_5states.csv.gz", "fips")

    @cached_property
    def ages_2020(self) -> dict[str, NDArray[np.float64]]:
        """County -> (86, 2) people of July 2020 by single age and sex, where there are single ages."""
        rows = self.single_age[self.single_age["year"] == 2020].sort_values("age", kind="stable")
        return {str(c): r[["male", "female"]].to_numpy(dtype=np.float64) for c, r in rows.groupby("fips")}

    @cached_property
    def age_groups_2020(self) -> dict[str, pd.DataFrame]:
        """County -> age groups of July 2020."""
        rows = self.age_groups[self.age_groups["year"] == 2020]
        return {str(c): r for c, r in rows.groupby("fips")}

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
        """ACS in-migration of counties, 2013-17, by FIPS."""
        frame = self._csv("acs_county_in_migration_2009_2017.csv", "stco_code")
        return frame[frame["year"] == 2017].set_index("stco_code")

    @cached_property
    def tax_units(self) -> pd.DataFrame:
        """CPS tax units of the five states, one a row."""
        return self._csv("cps_taxunits_microdata_MO_KY_OR_KS_IN.csv.gz")

    @cached_property
    def cps_rates(self) -> dict[str, float]:
        """CPS annual averages of 2018 by series title: participation and unemployment, percent."""
        frame = self._csv("cps_annual_lfpr_epop_ur_2010_2019_us.csv.gz")
        frame = frame[(frame["year"] == 2018) & (frame["mari_code"].astype(str).isin(["0", "00"]))]
        return dict(zip(frame["series_title"].str.strip(), frame["value"].astype(float), strict=True))

    def cps_rate(self, what: str, band: str, sex: str = "") -> float:
        """A rate of `cps_rates` for an age band such as "20-24" or "75+", percent; of all without `sex`."""
        if band == "65-74":
            return 0.57 * self.cps_rate(what, "65-69", sex) + 0.43 * self.cps_rate(what, "70-74", sex)
        ages = f"{band.removesuffix('+')} yrs. & over" if band.endswith("+") else f"{band} yrs."
        return self.cps_rates[f"(Unadj) {what} - {ages}" + (f", {_CPS_SEX[sex]}" if sex else "")]

    @cached_property
    def cps_families(self) -> dict[str, float]:
        """CPS family series of 2018 by title, percent."""
        frame = self._csv("cps_family_lfpr_by_children_2009_2019_us.csv.gz")
        frame = frame[frame["year"] == 2018]
        return dict(zip(frame["series_title"].str.strip(), frame["value"].astype(float), strict=True))

    @cached_property
    def laus_monthly(self) -> pd.DataFrame:
        """LAUS by county and month."""
        return self._csv("laus_county_monthly_MO_KS_KY_IN_OR.csv.gz", "fips")

    @cached_property
    def laus_annual(self) -> pd.DataFrame:
        """LAUS by county and year."""
        return self._csv("laus_county_annual_MO_KS_KY_IN_OR.csv.gz", "fips")

    @cached_property
    def qcew(self) -> pd.DataFrame:
        """QCEW 2016 annual averages by county, ownership and sector (all counties of MO, KY, OR, KS)."""
        return self._csv(
            "qcew_2016_annual_all_counties_MO_KY_OR_KS_sector.csv.gz", "area_fips", "industry_code"
        )

    @cached_property
    def qcew_detail(self) -> pd.DataFrame:
        """QCEW 2016 annual averages of some counties by industry of up to four digits."""
        return self._csv("qcew_2016_annual_regions_naics_to4digit.csv.gz", "area_fips", "industry_code")

    @cached_property
    def qcew_quarterly(self) -> pd.DataFrame:
        """QCEW of large counties by quarter, 2010-22."""
        return self._csv("qcew_large_counties_quarterly_2010_2022.csv", "fips")

    @cached_property
    def commuting(self) -> pd.DataFrame:
        """Workers by county of home and of work, census of 2000."""
        return self._csv("commute_county_flows_census2000.csv", "home_fips", "work_fips")

    @cached_property
    def oews(self) -> pd.DataFrame:
        """OEWS May 2025: wages and employment by area and occupation."""
        return self._csv("oews_may2025_occ_wages.csv.gz", "area_code")

    @cached_property
    def oews_industry(self) -> pd.DataFrame:
        """OEWS May 2025: US employment by industry and occupation."""
        return self._csv("oews_may2025_us_industry_by_occupation.csv.gz", "industry_code")

    @cached_property
    def childcare(self) -> pd.DataFrame:
        """Childcare prices by county and year, 2008-18."""
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
    def openings_us(self) -> pd.Series:
        """US job openings by month, adjusted, as a share of jobs and openings; the later vintage where two overlap."""
        frame = self._csv("jolts_us_industry_rates_2010_2022m08.csv.gz")
        frame = frame[(frame["industry_text"] == "Total nonfarm") & (frame["seasonal"] == "S")]
        early = frame.set_index("month")["Job openings"]
        frame = self._csv("jolts_us_total_sa_rates_2021m05_2025m05.csv")
        late = frame.set_index(frame["date"].str[:7])["Job openings"]
        return late.combine_first(early).sort_index() / 100.0

    @cached_property
    def projections(self) -> pd.DataFrame:
        """BLS employment projections 2022-32 by occupation: entry education, exits and transfers."""
        frame = self._csv("bls_ep_occupations_2022_32.csv")
        return frame[frame["occupation_type"] == "Line item"]

    @cached_property
    def exposure(self) -> pd.DataFrame:
        """Exposure of occupations to automation and AI."""
        return self._csv("occ_automation_ai_exposure.csv")

    @cached_property
    def mobility(self) -> pd.DataFrame:
        """Moves between occupations within a year, CPS ASEC."""
        return self._csv("occ_mobility_cps_asec_us.csv.gz")

    @cached_property
    def flows(self) -> pd.DataFrame:
        """CPS transition rates of everyone by month, 1990-2023."""
        return self._csv("cps_flows_total_1990_2023_us.csv")

    @cached_property
    def flows_by_sex(self) -> pd.DataFrame:
        """CPS transition rates of men and women by month of 2020."""
        return self._csv("cps_flows_by_sex_2020m01_m06_us.csv")

    @cached_property
    def not_in_labor_force(self) -> pd.Series:
        """US people not in the labor force by year, thousands."""
        frame = self._csv("cps_annual_nilf_reasons_2015_2019_us.csv", "year")
        frame = frame[frame["series_id"] == "LNU05000000"]
        return frame.set_index("year")["value"].astype(float)

    @cached_property
    def workforce_regions(self) -> dict[str, str]:
        """Missouri county -> workforce region; the list was typed from memory and is not verified."""
        frame = self._csv("crosswalk_mo_counties_wdb_UNVERIFIED_from_memory.csv", "fips")
        return dict(zip(frame["fips"], frame["mo_wdb_region"], strict=True))

    @cached_property
    def labor_areas(self) -> dict[str, str]:
        """County -> metropolitan or nonmetropolitan area of LAUS (2015 delineation)."""
        frame = self._csv("crosswalk_county_to_msa_nonmsa.csv", "fips")
        return dict(zip(frame["fips"], frame["msa_or_nonmsa_area"], strict=True))

    @cached_property
    def living_wage(self) -> pd.DataFrame:
        """MIT living wage 2021; for checks only."""
        return self._csv("mit_living_wage_county_2021.csv", "fips").set_index("fips")
