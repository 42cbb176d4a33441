"""Server-rendered pages, generic over definitions: a page that knows a workflow's name is a
defect.

One file a page: it reads, has `api.presenting` put what was read in words, and shows a template.
A template receives one documented dataclass (and the masthead) and asks nothing further. Every
action works without a script; the policy of `api.frame` allows none.
"""

from fastapi import APIRouter

from api.pages import (
    account,
    account_messages,
    administration,
    assessments,
    audit,
    boards,
    bulk,
    case,
    channels,
    contacts,
    diagrams,
    documents,
    duties,
    erasing,
    files,
    health,
    import_table,
    indicators,
    ledgers,
    mailbox,
    messages,
    my_work,
    new_case,
    one_unit,
    org_import,
    organisation,
    password,
    public_notices,
    reconciliation,
    reorganising,
    saved_views,
    second_factor,
    sending,
    signing_in,
    substitutes,
    suggestions,
    unreachable,
    workflows,
)
from api.pages.errors import error_page

router = APIRouter()
for _part in (
    administration,
    organisation,
    one_unit,
    reorganising,
    org_import,
    erasing,
    signing_in,
    account,
    account_messages,
    password,
    second_factor,
    substitutes,
    my_work,
    boards,
    indicators,
    assessments,
    duties,
    new_case,
    import_table,  # before the cases, among whose addresses it lies
    case,
    contacts,
    diagrams,
    documents,
    reconciliation,  # before the ledgers, among whose addresses it lies
    files,
    ledgers,
    bulk,
    saved_views,
    messages,
    mailbox,
    workflows,
    audit,
    unreachable,
    public_notices,
    suggestions,
    health,
    sending,
    channels,
):
    router.include_router(_part.router)

__all__ = ["error_page", "router"]
