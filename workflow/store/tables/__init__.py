"""The tables, as SQLModel classes; the hot paths use Core statements on the same tables.

Portable to SQLite and PostgreSQL and meant to stay so (openGauss, 达梦): no vendor JSON functions,
no partial indexes, short lower-case names, NULL instead of ''. A rule that holds for live rows
only has a nullable key column under a plain unique index. Rules that need a trigger are in
`rules.py`.
"""

from sqlmodel import SQLModel

from workflow.store.tables.administration import AdminRole
from workflow.store.tables.archive import ARCHIVES
from workflow.store.tables.attachments import AttachmentRow, AttachmentUse, BlobRow
from workflow.store.tables.attention import SavedViewRow, WatchRow
from workflow.store.tables.audit import AuditHead, AuditRow
from workflow.store.tables.backfill import BackfillRow, ColumnReadingRow
from workflow.store.tables.cadences import CadenceChoiceRow, CadenceSwitchRow
from workflow.store.tables.cases import (
    CaseRow,
    CounterRow,
    HistoryRow,
    RequestRow,
    ScopeRow,
    SignOffRow,
    TimerRow,
)
from workflow.store.tables.changes import OrgChange, OrgChangeItem, ReorganisedRow
from workflow.store.tables.checkpoints import CheckpointCase, CheckpointRow
from workflow.store.tables.definitions import (
    CalendarNotice,
    DefinitionMove,
    DefinitionRow,
    DefinitionState,
)
from workflow.store.tables.documents import DocumentCounter, DocumentRow, SealedRow, TemplateRow
from workflow.store.tables.examinations import ExaminationRow
from workflow.store.tables.jobs import JobRow
from workflow.store.tables.measuring import (
    AdjustmentRow,
    FigureBatch,
    FigureRow,
    MeasureText,
    ResultRow,
)
from workflow.store.tables.messages import (
    BadAddressRow,
    DeliveryReportRow,
    HandoverRow,
    MailboxRow,
    OutboxRow,
    PreferenceRow,
    ReadingRow,
    ReplacementRow,
    SendingRow,
)
from workflow.store.tables.organisation import (
    FormerName,
    HoldingRow,
    PersonRow,
    PostRow,
    UnitRow,
)
from workflow.store.tables.processes import ProcessRow
from workflow.store.tables.signing_in import (
    CalendarFeedRow,
    EarlierPassword,
    KnownBrowser,
    ProviderTrip,
    RecoveryCode,
    SecondFactorRow,
    SentForm,
    SessionRow,
    SignInFailure,
    TokenRow,
)
from workflow.store.tables.sources import SourceCallRow, SourceKeyRow, SourceRow
from workflow.store.tables.suggestions import SuggestionRow

metadata = SQLModel.metadata

__all__ = [
    "ARCHIVES",
    "AdjustmentRow",
    "AdminRole",
    "AttachmentRow",
    "AttachmentUse",
    "AuditHead",
    "AuditRow",
    "BackfillRow",
    "BadAddressRow",
    "BlobRow",
    "CadenceChoiceRow",
    "CadenceSwitchRow",
    "CalendarFeedRow",
    "CalendarNotice",
    "CaseRow",
    "CheckpointCase",
    "CheckpointRow",
    "ColumnReadingRow",
    "CounterRow",
    "DefinitionMove",
    "DefinitionRow",
    "DefinitionState",
    "DeliveryReportRow",
    "DocumentCounter",
    "DocumentRow",
    "EarlierPassword",
    "ExaminationRow",
    "FigureBatch",
    "FigureRow",
    "FormerName",
    "HandoverRow",
    "HistoryRow",
    "HoldingRow",
    "JobRow",
    "KnownBrowser",
    "MailboxRow",
    "MeasureText",
    "OrgChange",
    "OrgChangeItem",
    "OutboxRow",
    "PersonRow",
    "PostRow",
    "PreferenceRow",
    "ProcessRow",
    "ProviderTrip",
    "ReadingRow",
    "RecoveryCode",
    "ReorganisedRow",
    "ReplacementRow",
    "RequestRow",
    "ResultRow",
    "SavedViewRow",
    "ScopeRow",
    "SealedRow",
    "SecondFactorRow",
    "SendingRow",
    "SentForm",
    "SessionRow",
    "SignInFailure",
    "SignOffRow",
    "SourceCallRow",
    "SourceKeyRow",
    "SourceRow",
    "SuggestionRow",
    "TemplateRow",
    "TimerRow",
    "TokenRow",
    "UnitRow",
    "WatchRow",
    "metadata",
]
