"""Who may do what: one line for every route and every command, read by the gate and `api.cli`.

What has no line cannot be served: the gate refuses it before the router is asked, and a test fails.
Whoever adds a route adds its line here, and the expectation in `tests/rights/matrix.txt`, which is
written by hand and not derived from this table.

A line says who may come in at all and what a program's token must allow. What they see inside is
the scope filter's matter (`workflow.store.sight.scope`): lines marked `case` are bound to one case,
and outside somebody's scope it is absent. Administrators hold no post, so every case is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class Who(StrEnum):
    """The kinds of people that a line can name."""

    ANYBODY = auto()
    """Nobody needs to be signed in."""
    SIGNED_IN = auto()
    """Whoever is signed in, also without a post."""
    HOLDER = auto()
    """Whoever holds a post today, or stands in for its holder."""
    SYSTEM = auto()
    """系统管理员: units, people, definitions, channels."""
    SECURITY = auto()
    """安全管理员: appoints administrators, disables accounts, ends sessions, resets passwords."""
    AUDIT = auto()
    """审计管理员: reads the log."""
    OPERATOR = auto()
    """For commands: whoever may run programs as the installation's own account."""


class Token(Enum):
    """What a program's token must allow; without a token the browser's session counts."""

    NONE = "none"
    READ = "read"
    WRITE = "write"


ANYBODY, SIGNED_IN, HOLDER, OPERATOR = Who.ANYBODY, Who.SIGNED_IN, Who.HOLDER, Who.OPERATOR
SYSTEM, SECURITY, AUDIT = Who.SYSTEM, Who.SECURITY, Who.AUDIT
NONE, READ, WRITE = Token.NONE, Token.READ, Token.WRITE


@dataclass(frozen=True, slots=True)
class Line:
    """One line: any of `who` may come in, a program only with a token that allows `token`.

    `duty` lines are open also to somebody who must first change the password or set up a second
    factor. Behind `keeps` lines a command keeps the form's request id with what it does; forms sent
    to the others are kept from acting twice by `api.gatekeeping.once`.
    """

    who: frozenset[Who]
    token: Token
    case: bool
    duty: bool
    keeps: bool


def _line(
    *who: Who, token: Token = NONE, case: bool = False, duty: bool = False, keeps: bool = False
) -> Line:
    return Line(frozenset(who), token, case, duty, keeps)


ROUTES: Mapping[str, Line] = {
    # A path's literal lines stand before those with a parameter in the same place.
    #
    # for everybody
    "GET /healthz": _line(ANYBODY),
    "GET /readyz": _line(ANYBODY),
    # whoever collects metrics, by a key of its own
    "GET /metrics": _line(ANYBODY),
    "GET /static/{path:path}": _line(ANYBODY),
    "GET /api/v1/openapi.json": _line(ANYBODY, token=READ),
    # SMS gateways, by the secret in the address
    "GET /receipts/{token}": _line(ANYBODY),
    "POST /receipts/{token}": _line(ANYBODY),
    # other systems, by the signature of what they send (docs/webhooks.md)
    "POST /api/v1/incoming/{source}": _line(ANYBODY),
    # public notices (公示): what definitions say is public, and nothing else
    "GET /public": _line(ANYBODY),
    "GET /public/{notice}": _line(ANYBODY),
    # a calendar program, by the secret in the address
    "GET /calendar/{token}": _line(ANYBODY),
    # signing in and out
    "GET /sign-in": _line(ANYBODY),
    "POST /sign-in": _line(ANYBODY),
    "POST /sign-in/code": _line(ANYBODY),
    "GET /sign-in/provider": _line(ANYBODY),
    "GET /sign-in/provider/back": _line(ANYBODY),
    "POST /sign-out": _line(SIGNED_IN, duty=True),
    "POST /api/v1/sign-in": _line(ANYBODY),
    "POST /api/v1/sign-in/code": _line(ANYBODY),
    "POST /api/v1/sign-out": _line(SIGNED_IN, duty=True),
    "GET /api/v1/me": _line(SIGNED_IN, token=READ, duty=True),
    # one's own account
    "GET /account": _line(SIGNED_IN),
    "GET /account/password": _line(SIGNED_IN, duty=True),
    "POST /account/password": _line(SIGNED_IN, duty=True),
    "GET /account/second-factor": _line(SIGNED_IN, duty=True),
    "POST /account/second-factor/begin": _line(SIGNED_IN, duty=True),
    "POST /account/second-factor/finish": _line(SIGNED_IN, duty=True),
    "POST /account/second-factor/remove": _line(SIGNED_IN),
    "GET /account/substitutes": _line(HOLDER),
    "POST /account/substitutes": _line(HOLDER, keeps=True),
    "POST /account/substitutes/end": _line(HOLDER, keeps=True),
    "GET /account/messages": _line(SIGNED_IN),
    "POST /account/messages": _line(SIGNED_IN),
    "POST /account/messages/robot": _line(SIGNED_IN),
    "POST /account/messages/robot/test": _line(SIGNED_IN),
    "POST /account/messages/robot/forget": _line(SIGNED_IN),
    "POST /account/calendar": _line(SIGNED_IN),
    "POST /account/calendar/revoke": _line(SIGNED_IN),
    "POST /account/sessions/end": _line(SIGNED_IN),
    "POST /account/tokens": _line(HOLDER),
    "POST /account/tokens/delete": _line(SIGNED_IN),
    "POST /api/v1/password": _line(SIGNED_IN, duty=True),
    "POST /api/v1/session/confirm": _line(SIGNED_IN),
    "GET /api/v1/sessions": _line(SIGNED_IN),
    "DELETE /api/v1/sessions/others": _line(SIGNED_IN),
    "GET /api/v1/preferences": _line(SIGNED_IN, token=READ),
    "PUT /api/v1/preferences": _line(SIGNED_IN),
    "GET /api/v1/tokens": _line(SIGNED_IN, token=READ),
    "POST /api/v1/tokens": _line(HOLDER),
    "DELETE /api/v1/tokens/{name}": _line(SIGNED_IN),
    # pages
    "GET /": _line(SIGNED_IN),
    "GET /cases/new": _line(HOLDER),
    "POST /cases/new": _line(HOLDER, keeps=True),
    "GET /cases/import": _line(HOLDER),
    "POST /cases/import": _line(HOLDER),
    # an office's own ledger (补录): the definition says through which posts
    "GET /cases/backfill": _line(HOLDER),
    "POST /cases/backfill": _line(HOLDER, keeps=True),
    "POST /cases/backfill/{backfill}/undo": _line(HOLDER, keeps=True),
    "GET /cases/{case_id}": _line(SIGNED_IN, case=True),
    "POST /cases/{case_id}/events": _line(SIGNED_IN, case=True, keeps=True),
    "POST /cases/{case_id}/watch": _line(SIGNED_IN, case=True),
    "GET /cases/{case_id}/diagram.svg": _line(SIGNED_IN, case=True),
    "GET /cases/{case_id}/messages": _line(SIGNED_IN, case=True),
    "GET /cases/{case_id}/messages/preview": _line(SIGNED_IN, case=True),
    "GET /boards": _line(HOLDER),
    "GET /boards/brief": _line(HOLDER),
    "GET /boards/burden": _line(HOLDER),
    "GET /boards/calendar": _line(HOLDER),
    "GET /boards/reports": _line(HOLDER),
    "GET /boards/trends": _line(HOLDER),
    "GET /boards/units": _line(HOLDER),
    "GET /boards/visits": _line(HOLDER),
    # figures and sheets of the units below where somebody works; acts ask for the office besides
    "GET /indicators": _line(HOLDER),
    "GET /indicators/import": _line(HOLDER),
    "GET /indicators/import/template.xlsx": _line(HOLDER),
    "POST /indicators/import": _line(HOLDER),
    "GET /assessments": _line(HOLDER),
    "GET /assessments/{card}/{year}": _line(HOLDER),
    "POST /assessments/{card}/{year}/freeze": _line(HOLDER),
    "GET /assessments/{card}/{year}/{unit}": _line(HOLDER),
    "POST /assessments/{card}/{year}/{unit}": _line(HOLDER),
    "GET /duties": _line(HOLDER),
    "POST /duties": _line(HOLDER),
    # who works on a case may have to call whoever else does
    "GET /cases/{case_id}/contacts": _line(SIGNED_IN, case=True),
    "POST /cases/{case_id}/contacts/{person}": _line(SIGNED_IN, case=True),
    # samples (抽样): all that is needed to draw them again
    "GET /cases/{case_id}/draws": _line(SIGNED_IN, case=True),
    "GET /cases/{case_id}/files/{attachment_id}": _line(SIGNED_IN, case=True),
    "GET /cases/{case_id}/files/{attachment_id}/preview": _line(SIGNED_IN, case=True),
    # documents (公文): a draft is seen by who may issue it, what was issued by who sees the case
    "GET /cases/{case_id}/tallies": _line(SIGNED_IN, case=True),
    "GET /cases/{case_id}/tallies/{name}": _line(SIGNED_IN, case=True),
    "GET /cases/{case_id}/documents/{name}": _line(SIGNED_IN, case=True),
    "POST /cases/{case_id}/documents/{name}": _line(SIGNED_IN, case=True, keeps=True),
    "GET /cases/{case_id}/documents/{name}/preview.pdf": _line(SIGNED_IN, case=True),
    "GET /cases/{case_id}/issued/{seq}/preview.pdf": _line(SIGNED_IN, case=True),
    # its sealed file is brought by who may issue it, or by their program
    "GET /cases/{case_id}/issued/{seq}/sealed": _line(SIGNED_IN, case=True),
    "POST /cases/{case_id}/issued/{seq}/sealed": _line(SIGNED_IN, case=True, keeps=True),
    "GET /cases/{case_id}/issued/{seq}/void": _line(SIGNED_IN, case=True),
    "POST /cases/{case_id}/issued/{seq}/void": _line(SIGNED_IN, case=True, keeps=True),
    "GET /register": _line(HOLDER),
    "GET /ledgers": _line(HOLDER),
    "GET /ledgers/{workflow}/reconciliation": _line(HOLDER),
    "GET /ledgers/{workflow}/{ledger}": _line(HOLDER),
    "GET /ledgers/{workflow}/{ledger}/sheet.xlsx": _line(HOLDER),
    "GET /ledgers/{workflow}/{ledger}/export": _line(HOLDER),
    "POST /ledgers/{workflow}/{ledger}/export": _line(HOLDER),
    "POST /ledgers/views/{view}/delete": _line(HOLDER),
    "POST /ledgers/{workflow}/{ledger}/views": _line(HOLDER),
    "GET /ledgers/{workflow}/{ledger}/bulk": _line(HOLDER),
    "POST /ledgers/{workflow}/{ledger}/bulk": _line(HOLDER, keeps=True),
    "GET /messages": _line(HOLDER),
    "POST /messages/{message}/resend": _line(HOLDER),
    "GET /suggestions": _line(HOLDER),
    "POST /suggestions": _line(HOLDER),
    # long work: everybody sees what they asked for themselves
    "GET /jobs": _line(HOLDER, SYSTEM),
    "GET /jobs/{job}": _line(HOLDER, SYSTEM),
    "GET /jobs/{job}/file": _line(HOLDER, SYSTEM),
    "GET /mailbox": _line(HOLDER),
    "GET /mailbox/{message}/mail": _line(HOLDER),
    "GET /cadences": _line(HOLDER, SYSTEM),
    "POST /cadences": _line(HOLDER),
    "GET /workflows": _line(HOLDER, SYSTEM),
    "GET /workflows/{name}": _line(HOLDER, SYSTEM),
    "GET /workflows/{name}/handbook": _line(HOLDER, SYSTEM),
    "GET /workflows/{name}/handbook.html": _line(HOLDER, SYSTEM),
    "GET /workflows/{name}/versions": _line(HOLDER, SYSTEM),
    "GET /workflows/{name}/diagram.svg": _line(HOLDER, SYSTEM),
    # administrators
    "GET /administration": _line(SYSTEM, SECURITY, AUDIT),
    "POST /administration/administrators": _line(SECURITY),
    "POST /administration/administrators/{person}/dismiss": _line(SECURITY),
    "GET /administration/accounts": _line(SECURITY),
    "POST /administration/accounts/{person}": _line(SECURITY),
    "GET /administration/suggestions": _line(SYSTEM),
    "POST /administration/suggestions/{suggestion}": _line(SYSTEM),
    "GET /administration/unreachable": _line(SYSTEM),
    "GET /administration/health": _line(SYSTEM),
    "POST /administration/unreachable/clear": _line(SYSTEM),
    "GET /administration/channels": _line(SYSTEM),
    "POST /administration/channels/test": _line(SYSTEM),
    "GET /administration/sources": _line(SYSTEM),
    "POST /administration/sources": _line(SYSTEM),
    "POST /administration/sources/{source}": _line(SYSTEM),
    "GET /administration/sending": _line(SYSTEM),
    "GET /administration/sending/statement": _line(SYSTEM),
    "POST /administration/sending/hold": _line(SYSTEM),
    "POST /administration/sending/release": _line(SYSTEM),
    "GET /administration/organisation": _line(SYSTEM),
    "POST /administration/people": _line(SYSTEM, keeps=True),
    "POST /administration/contacts": _line(SYSTEM, keeps=True),
    "POST /administration/changes/{change}/undo": _line(SYSTEM, keeps=True),
    "GET /administration/units/{unit}": _line(SYSTEM),
    "POST /administration/units/{unit}": _line(SYSTEM, keeps=True),
    "GET /administration/units/{unit}/reorganise": _line(SYSTEM),
    "POST /administration/units/{unit}/reorganise": _line(SYSTEM, keeps=True),
    "GET /administration/erase": _line(SYSTEM),
    "POST /administration/erase": _line(SYSTEM),
    "GET /administration/holidays": _line(SYSTEM),
    "POST /administration/holidays": _line(SYSTEM),
    "GET /administration/import/{which}": _line(SYSTEM),
    "POST /administration/import/{which}": _line(SYSTEM, keeps=True),
    "GET /administration/import/{which}/template.xlsx": _line(SYSTEM),
    "GET /audit": _line(AUDIT),
    "POST /audit/export": _line(AUDIT),
    "GET /audit/checkpoints/{number}": _line(AUDIT),
    # REST
    "GET /api/v1/definitions": _line(HOLDER, token=READ),
    "GET /api/v1/definitions/schema": _line(HOLDER, token=READ),
    "POST /api/v1/definitions/check": _line(HOLDER, token=READ),
    "GET /api/v1/definitions/{workflow}": _line(HOLDER, token=READ),
    "GET /api/v1/organisation/units": _line(HOLDER, SYSTEM, token=READ),
    "GET /api/v1/organisation/posts": _line(HOLDER, SYSTEM, token=READ),
    "GET /api/v1/organisation/people": _line(HOLDER, SYSTEM, token=READ),
    "POST /api/v1/organisation/import/{which}": _line(SYSTEM),
    "GET /api/v1/organisation/import/{which}/template": _line(SYSTEM),
    "GET /api/v1/organisation/changes": _line(SYSTEM),
    "POST /api/v1/organisation/changes/{change}/undo": _line(SYSTEM),
    "GET /api/v1/messages": _line(HOLDER, token=READ),
    "GET /api/v1/indicators": _line(HOLDER, token=READ),
    "GET /api/v1/indicators/{indicator}/figures": _line(HOLDER, token=READ),
    "POST /api/v1/figures/import": _line(HOLDER, token=WRITE),
    "GET /api/v1/assessments/{card}/{year}": _line(HOLDER, token=READ),
    "GET /api/v1/assessments/{card}/{year}/{unit}": _line(HOLDER, token=READ),
    "GET /api/v1/cases": _line(HOLDER, token=READ),
    "POST /api/v1/cases": _line(HOLDER, token=WRITE),
    "POST /api/v1/cases/import": _line(HOLDER, token=WRITE),
    "GET /api/v1/cases/import/template": _line(HOLDER, token=READ),
    "GET /api/v1/cases/{case_id}": _line(SIGNED_IN, token=READ, case=True),
    "POST /api/v1/cases/{case_id}/fire": _line(SIGNED_IN, token=WRITE, case=True),
    "POST /api/v1/attachments": _line(HOLDER, token=WRITE),
    "GET /api/v1/cases/{case_id}/files/{attachment_id}": _line(SIGNED_IN, token=READ, case=True),
    "GET /api/v1/cases/{case_id}/documents": _line(SIGNED_IN, token=READ, case=True),
    "POST /api/v1/cases/{case_id}/documents/{name}": _line(SIGNED_IN, case=True),
    "POST /api/v1/cases/{case_id}/issued/{seq}/void": _line(SIGNED_IN, case=True),
    "POST /api/v1/cases/{case_id}/issued/{seq}/sealed": _line(SIGNED_IN, token=WRITE, case=True),
    "GET /api/v1/cases/{case_id}/draws": _line(SIGNED_IN, token=READ, case=True),
    "GET /api/v1/cases/{case_id}/history": _line(SIGNED_IN, token=READ, case=True),
    "GET /api/v1/cases/{case_id}/timers": _line(SIGNED_IN, token=READ, case=True),
    "GET /api/v1/cases/{case_id}/messages": _line(SIGNED_IN, token=READ, case=True),
}

COMMANDS: Mapping[str, Who] = {
    # A command runs with the rights of the account that owns the database file or its password;
    # none of them acts for a person on a case, but for `backfill`, which enters a ledger in the
    # name of whoever answers for it. The demo makes an installation of its own.
    "check": ANYBODY,
    "schema": ANYBODY,
    "draw": ANYBODY,
    "version": ANYBODY,
    "demo": ANYBODY,
    "run": OPERATOR,
    "serve": OPERATOR,
    "worker": OPERATOR,
    "init": OPERATOR,
    "migrate": OPERATOR,
    "publish": OPERATOR,
    "notice": OPERATOR,
    "backup": OPERATOR,
    "doctor": OPERATOR,
    "redraw": OPERATOR,
    "move_to": OPERATOR,
    "archive": OPERATOR,
    "channel": OPERATOR,
    "outbox": OPERATOR,
    "org": OPERATOR,
    "checkpoint": OPERATOR,
    "dump": OPERATOR,
    "backfill": OPERATOR,
    "erase_person": OPERATOR,
    "audit": OPERATOR,
}
