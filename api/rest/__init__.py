"""REST with OpenAPI under /api/v1: JSON in and out, generic over definitions."""

from fastapi import APIRouter, Depends

from api.errors import Problem
from api.rest import (
    attachments,
    cases,
    definitions,
    documents,
    draws,
    imports,
    incoming,
    me,
    measuring,
    messages,
    organisation,
    organising,
    preferences,
    sessions,
    signing_in,
    tokens,
    trail,
)
from api.rest.known_queries import refuse_unknown_queries

_PROBLEMS: dict[int | str, dict[str, object]] = {
    status: {"model": Problem} for status in (400, 401, 403, 404, 409, 413, 422, 429, 503)
}

_KNOWN = [Depends(refuse_unknown_queries)]
router = APIRouter(prefix="/api/v1", responses=_PROBLEMS, dependencies=_KNOWN)
for part in (
    signing_in,
    me,
    sessions,
    tokens,
    definitions,
    organisation,
    organising,
    imports,
    incoming,
    cases,
    attachments,
    documents,
    draws,
    trail,
    messages,
    measuring,
    preferences,
):
    router.include_router(part.router)
