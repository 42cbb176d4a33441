"""How places were drawn by lot: GET the draws of a case, with all that draws them again."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from api.auth import Installation, SignedIn
from api.rest.inputs import CaseId
from workflow import lots
from workflow.store.casework import cases
from workflow.store.sight.scope import check_scope

router = APIRouter(tags=["cases"])


class StratumOut(BaseModel):
    """Everybody who could be drawn, by id, with how often earlier rounds took them."""

    name: str
    size: int
    units: dict[int, int]


class TakenOut(BaseModel):
    """Somebody who was drawn, with code and name on that day."""

    unit: int
    code: str
    name: str
    stratum: str


class DrawOut(BaseModel):
    """One draw; `same` says whether drawing again has taken the same."""

    seq: int
    at: datetime
    fact: str
    seed: str
    strata: list[StratumOut]
    taken: list[TakenOut]
    same: bool


@router.get("/cases/{case_id}/draws")
def draws(case_id: CaseId, duban: Installation, someone: SignedIn) -> list[DrawOut]:
    """Every draw of the case, drawn again."""
    with duban.database.reading() as connection:
        check_scope(connection, someone.actor, case_id)
        case, _ = cases.read_case(connection, case_id)
        found = lots.records_of(connection, duban.catalog, case, someone.actor)
    return [_out(one) for one in found]


def _out(record: lots.Record) -> DrawOut:
    return DrawOut(
        seq=record.seq,
        at=record.at,
        fact=record.fact,
        seed=record.pool.seed,
        strata=[
            StratumOut(name=one.name, size=record.sample.size_of(one.name), units=dict(one.units))
            for one in record.pool.strata
        ],
        taken=[TakenOut(**row) for row in record.taken],
        same=record.same,
    )
