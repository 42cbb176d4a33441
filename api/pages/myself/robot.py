"""消息设置 → 群机器人: the chat group in which somebody wants to be told; kept, tried, given up.

Whoever may change it decides where one's messages can be read, so that it asks for confirmation
like a token does.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import Installation, SignedInForm
from api.auth.confirming import demand_fresh
from api.pages.forms import PROOF_FIELD, Posted, secret_in, text_in
from api.pages.myself.account_messages import HERE, settings_page
from api.trials import try_own_way
from workflow.engine.errors import Refusal
from workflow.store.people import robots

router = APIRouter()


@router.post(HERE + "/robot")
def keep(request: Request, duban: Installation, someone: SignedInForm, form: Posted) -> Response:
    """Keep a robot in place of the one before it."""
    pasted, secret = text_in(form, "robot"), secret_in(form, "secret").strip()
    try:
        someone = demand_fresh(duban, someone, secret_in(form, PROOF_FIELD), request)
        with duban.database.unit_of_work() as connection:
            robots.keep(connection, duban.sealer, someone.person, pasted, secret, duban.clock())
    except Refusal as refused:
        return settings_page(duban, someone, refused=refused, pasted=pasted)
    return RedirectResponse(f"{HERE}?done=robot#robot", 303)


@router.post(HERE + "/robot/test")
def test(duban: Installation, someone: SignedInForm) -> Response:
    """Send one message to the robot."""
    try:
        _, trial = try_own_way(duban, someone, "chat")
    except Refusal as refused:
        return settings_page(duban, someone, refused=refused)
    return settings_page(duban, someone, trial=trial)


@router.post(HERE + "/robot/forget")
def forget(duban: Installation, someone: SignedInForm) -> Response:
    """Keep no robot any more; a second click changes nothing."""
    with duban.database.unit_of_work() as connection:
        robots.forget(connection, someone.person, duban.clock())
    return RedirectResponse(f"{HERE}?done=forgotten", 303)
