"""看板: what a supervisor or a leader wants to know at one look, from the reader's own scope.

Everything is counted in SQL, at most a dozen statements a page, and generic over definitions.
"""

from fastapi import APIRouter

from api.pages.boards import brief, burden, month, overview, reports, trends, units, visits

router = APIRouter()
for _part in (overview, brief, month, reports, units, trends, burden, visits):
    router.routes += _part.router.routes

__all__ = ["router"]
