"""Training programs: who offers what, to whom, for how long and at what price. Fixed during a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Programs:
    """Programs as columns; P programs, O occupations.

    Attributes
    ----------
    codes, titles : labels.
    kind : (P,) codes.PROGRAM_KINDS.
    zone : (P,) zone of the provider.
    seats : (P,) starts a month that exist without any policy, at full scale.
    months : (P,) length.
    occupations : (P, O) 1 where the program trains for the occupation.
    education : (P,) least education to enter.
    price : (P,) dollars a participant is charged; cost (P,) dollars a start costs all payers together.
    hours : (P,) hours a week (lock-in).
    wage_share : (P,) wage while training, as a share of the occupation's median; 0 unpaid.
    dropout : (P,) monthly drop-out hazard of a trainee without any trouble.
    fit : (P,) fit of the curriculum to vacancies at the start, 0..1.
    skill : (P,) skill in the target occupation reached at completion.
    credential : (P,) bit of people.credentials earned, 255 none.
    """

    codes: tuple[str, ...]
    titles: tuple[str, ...]
    kind: NDArray[np.uint8]
    zone: NDArray[np.uint8]
    seats: NDArray[np.float64]
    months: NDArray[np.int64]
    occupations: NDArray[np.uint8]
    education: NDArray[np.uint8]
    price: NDArray[np.float64]
    cost: NDArray[np.float64]
    hours: NDArray[np.float64]
    wage_share: NDArray[np.float64]
    dropout: NDArray[np.float64]
    fit: NDArray[np.float64]
    skill: NDArray[np.float64]
    credential: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.codes)
