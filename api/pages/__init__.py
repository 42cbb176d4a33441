"""Server-rendered pages, generic over definitions: a page that knows a workflow's name is a
defect.

One file a page: it reads, has `api.presenting` put what was read in words, and shows a template.
A template receives one documented dataclass (and the masthead) and asks nothing further. Every
action works without a script; the policy of `api.frame` allows none.
"""

from fastapi import APIRouter
from fastapi.routing import APIRoute

from api.pages import boards, cadences, mailbox, messages, public_notices, suggestions, workflows
from api.pages.administering import (
    administration,
    audit,
    channels,
    erasing,
    health,
    holidays,
    one_unit,
    org_import,
    organisation,
    reorganising,
    sending,
    sending_statement,
    sources,
    unreachable,
)
from api.pages.casework import (
    backfill,
    bulk,
    case,
    case_messages,
    contacts,
    diagrams,
    documents,
    draws,
    files,
    import_table,
    message_preview,
    new_case,
    sealed_documents,
    tallies,
    voiding,
)
from api.pages.errors import error_page
from api.pages.lists import (
    exporting,
    jobs,
    ledgers,
    my_work,
    reconciliation,
    register,
    saved_views,
)
from api.pages.measuring import assessments, duties, indicators
from api.pages.myself import (
    account,
    account_messages,
    password,
    robot,
    second_factor,
    signing_in,
    substitutes,
)
from api.pages.myself.signing_in import kept_page

router = APIRouter()
for _part in (
    administration,
    organisation,
    one_unit,
    reorganising,
    org_import,
    erasing,
    holidays,
    signing_in,
    account,
    account_messages,
    robot,
    password,
    second_factor,
    substitutes,
    my_work,
    boards,
    indicators,
    assessments,
    duties,
    new_case,
    backfill,  # before the cases, among whose addresses it lies
    import_table,  # before the cases, among whose addresses it lies
    case,
    case_messages,
    message_preview,
    contacts,
    diagrams,
    documents,
    sealed_documents,
    draws,
    tallies,
    voiding,
    register,
    reconciliation,  # before the ledgers, among whose addresses it lies
    files,
    exporting,
    ledgers,
    bulk,
    jobs,
    saved_views,
    messages,
    mailbox,
    workflows,
    cadences,
    audit,
    unreachable,
    public_notices,
    suggestions,
    health,
    sending,
    sending_statement,
    channels,
    sources,
):
    router.routes += _part.router.routes
for _route in router.routes:
    if isinstance(_route, APIRoute):
        _route.include_in_schema = False

__all__ = ["error_page", "kept_page", "router"]
