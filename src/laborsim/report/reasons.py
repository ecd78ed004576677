"""Why the baseline misses a fact, as far as it is known, and what was tried; by name of the fact.

Shown only beside facts that are missed. Written by hand after runs were looked at: renew it when mechanisms change.
"""

from __future__ import annotations

from typing import Final

REASONS: Final[dict[str, str]] = {
    "beveridge": (
        "Of the people who lose their jobs in a cycle part leave the labor force or the region, so unemployment rises "
        "less than openings fall; how much depends on how thin the region's markets are."
    ),
    "loop": "Openings answer within a month or two, so the loop is narrow, and chance can turn it in a few runs.",
    "recall": (
        "Nationally 14.7% were unemployed in April 2020, of whom 3.6 points were unemployed before: nearly all laid "
        "off that month do wait for recall. Places that shut close their posts and lay off everyone, the others go on "
        "recruiting: that brought the share to about two thirds. Where more are unemployed before, or sectors that "
        "fell less are larger, the share is lower."
    ),
    "new_jobs": (
        "Jobs of bad matches and of people who leave the labor force end within weeks. Moves of the CPS, hires of "
        "JOLTS and jobholders still there after twelve months leave little room: fewer ends within the year mean "
        "more later."
    ),
    "retention": (
        "With the flows out of work and between jobs of the CPS, more than half of all jobs begin anew in a year; "
        "later ends of new jobs leave fewer old ones."
    ),
    "eu": "Layoffs are fewer where establishments are larger or employment grows; the range is the nation's.",
    "en": "Fewer leave the labor force where fewer of those at work are young; the range is the nation's.",
    "displaced_1": (
        "Those displaced lose the employer's premium, a job that suited them, tenure's pay and part of their skill in "
        "another occupation. They find work within months; the studies are of long tenure in large firms, partly in "
        "bad times, when finding work takes longer."
    ),
    "displaced_5": (
        "As for the first year. What belonged to the match is found again by search from job to job in about ten "
        "years; a few hundred displaced people a run leave the figure uncertain by some points."
    ),
    "wage_curve": (
        "Posted wages answer to unemployment within reach of the place with an elasticity of 0.15, within some months; "
        "incumbents follow once a year and in part. Over five years and with few zones, chance differences in "
        "unemployment hide part of it."
    ),
    "elasticity": (
        "New jobs of the unemployed who do not wait for recall, against openings; in a region with one zone places are "
        "within everyone's reach and openings decide more."
    ),
    "decay": (
        "Between counties far apart hardly anyone commutes in either; in packs of large zones the few pairs "
        "decide."
    ),
    "ue": (
        "Chances of the recorded unemployed are a few points high where openings are; more seekers lower them, "
        "but make unemployment of 2018-22 higher than published."
    ),
    "nu": (
        "One set of behaviour for all regions: many of those out of the labor force look where many take part (Kansas "
        "City), few where few do; the range is the nation's."
    ),
    "ne": (
        "Flows into work balance those out of it: with the nation's share of the employed who leave, the few who are "
        "out of the labor force where 69% take part (Kansas City) come back more often, the many where 59% do less."
    ),
    "ee": (
        "Moves of the CPS and quits and hires of JOLTS pull apart. Unemployment gives 1.0% of employment a month as "
        "hires, and out of the labor force 1.7% is left once answers are corrected for misclassification (Abowd and "
        "Zellner 1985): with moves of 2.15% hires would be 4.9% (JOLTS: 3.8%) and quits, of which one in a hundred "
        "employed is to no job, 3.1% (2.45%). The calibration settles nearer to JOLTS. Moves are fewest where "
        "employers within reach are few. More search on the job was tried: it raises all three."
    ),
    "scale": "Half the people in the same number of zones is a thinner market; figures of a few runs move by 0.1.",
    "openings": (
        "Each region is fitted to its states' own rate of 2018-19 (4.4 to 5.1 per cent), which lies at or beyond the "
        "nation's accepted range; draws of parameters raise the mean a little."
    ),
    "steady": "Recorded stocks and flows err differently in the observation model, and the labor force grows.",
    "care_price": (
        "Most care is by family or parents; the response grows over the years as parents return, and is still "
        "small where care is cheap."
    ),
    "health": "Selection times are one set by schooling and sector; where construction hires slowly the ratio falls.",
    "reallocation": (
        "Looks at other occupations are set so that yearly moves are those of the CPS ASEC; the unemployed look no "
        "further than the employed, and lose more skill by it the further they go."
    ),
    "occupations": "Looks at other occupations are one set for all regions.",
    "wages": "Wages of few occupations and zones: those of Lane County are narrower than the nation's.",
}
