"""Which credentials open which posts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from laborsim.market.codes import ASSOCIATE, CREDENTIAL_FIELDS
from laborsim.market.draws import Stream, uniforms
from laborsim.market.month import Month


def credentials_asked(month: Month) -> NDArray[np.uint16]:
    """Bits of fields of the credentials of each occupation, (O,); what they open: `certificates_asked`.

    A field is of its SOC major groups and of the occupations its programs train for.
    """
    e, pr = month.economy, month.programs

    def make() -> NDArray[np.uint16]:
        out = np.zeros(e.occupations, np.uint16)
        majors = np.array(e.major_codes)[e.occ_major]
        for i, name in enumerate(e.credential_fields[:16]):
            trained = (pr.occupations[pr.credential == i] > 0).any(axis=0)
            out[trained | np.isin(majors, CREDENTIAL_FIELDS.get(name, ()))] |= np.uint16(1 << i)
        return out

    return month.table("hiring.fields", make)  # type: ignore[no-any-return]


def certificates_asked(month: Month, cell: NDArray[Any]) -> NDArray[np.uint16]:
    """(n,) bits of fields of credentials that pass for an associate degree in each cell.

    In occupations that an associate degree or less is typical of, in all that ask for no more than is typical: a
    certificate stands for training, not for the degree that some employers ask beyond it. Where a bachelor's degree is
    typical, in a share of them by a keyed draw that holds for the run: occupations are groups, and part of each is
    simpler work.
    """
    c = month.world.cells
    occupation = c.occupation[cell]
    typical = month.economy.occ_education[occupation]
    u = uniforms(month.key(Stream.CERTIFICATE_POST, fixed=True), cell.astype(np.uint64))
    opens = np.where(typical <= ASSOCIATE, c.needs[cell] <= typical, u < month.parameters["search.certificate_posts"])
    return np.where(opens, credentials_asked(month)[occupation], 0).astype(np.uint16)


__all__ = ["certificates_asked", "credentials_asked"]
