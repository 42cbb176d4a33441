"""The tables as Core statements name them: the hot paths and the lists are written with these."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from workflow.store.tables import (
    ARCHIVES,
    AdjustmentRow,
    AdminRole,
    AttachmentRow,
    AttachmentUse,
    AuditHead,
    AuditRow,
    BackfillRow,
    BadAddressRow,
    BlobRow,
    CadenceChoiceRow,
    CadenceSwitchRow,
    CalendarFeedRow,
    CalendarNotice,
    CaseRow,
    CheckpointCase,
    CheckpointRow,
    ColumnReadingRow,
    CounterRow,
    DefinitionMove,
    DefinitionRow,
    DefinitionState,
    DeliveryReportRow,
    DocumentRow,
    EarlierPassword,
    ExaminationRow,
    FigureBatch,
    FigureRow,
    FormerName,
    HandoverRow,
    HistoryRow,
    HoldingRow,
    JobRow,
    KnownBrowser,
    MailboxRow,
    MeasureText,
    OrgChange,
    OrgChangeItem,
    OutboxRow,
    PersonRow,
    PostRow,
    PreferenceRow,
    ProcessRow,
    ProviderTrip,
    ReadingRow,
    RecoveryCode,
    ReorganisedRow,
    ReplacementRow,
    RequestRow,
    ResultRow,
    SavedViewRow,
    ScopeRow,
    SealedRow,
    SecondFactorRow,
    SendingRow,
    SentForm,
    SessionRow,
    SignInFailure,
    SignOffRow,
    SourceCallRow,
    SourceKeyRow,
    SourceRow,
    SuggestionRow,
    TemplateRow,
    TimerRow,
    TokenRow,
    UnitRow,
    WatchRow,
)


def _core(row: type[SQLModel]) -> Table:
    """The table behind a row class, which SQLModel does not tell type checkers of."""
    table: Table = row.__dict__["__table__"]
    return table


ADJUSTMENT = _core(AdjustmentRow)
ADMIN = _core(AdminRole)
ARCHIVED_HISTORY, ARCHIVED_TIMER = ARCHIVES
ATTACHMENT = _core(AttachmentRow)
AUDIT = _core(AuditRow)
BACKFILL = _core(BackfillRow)
BAD = _core(BadAddressRow)
BATCH = _core(FigureBatch)
BLOB = _core(BlobRow)
CALL = _core(SourceCallRow)
CASE = _core(CaseRow)
CHANGE = _core(OrgChange)
CHECKPOINT = _core(CheckpointRow)
CHOICE = _core(CadenceChoiceRow)
COLUMN_READING = _core(ColumnReadingRow)
COUNTER = _core(CounterRow)
DEFINITION = _core(DefinitionRow)
DOCUMENT = _core(DocumentRow)
EARLIER = _core(EarlierPassword)
EXAMINATION = _core(ExaminationRow)
FACTOR = _core(SecondFactorRow)
FAILURE = _core(SignInFailure)
FEED = _core(CalendarFeedRow)
FIGURE = _core(FigureRow)
FORMER_NAME = _core(FormerName)
HANDOVER = _core(HandoverRow)
HEAD = _core(AuditHead)
HISTORY = _core(HistoryRow)
HOLDING = _core(HoldingRow)
ITEM = _core(OrgChangeItem)
JOB = _core(JobRow)
KNOWN = _core(KnownBrowser)
MAILBOX = _core(MailboxRow)
MOVE = _core(DefinitionMove)
NOTICE = _core(CalendarNotice)
OUTBOX = _core(OutboxRow)
PERSON = _core(PersonRow)
POST = _core(PostRow)
PREFERENCE = _core(PreferenceRow)
PROCESS = _core(ProcessRow)
QUEUE = _core(ReorganisedRow)
READING = _core(ReadingRow)
RECOVERY = _core(RecoveryCode)
REPLACEMENT = _core(ReplacementRow)
REPORT = _core(DeliveryReportRow)
REQUEST = _core(RequestRow)
RESULT = _core(ResultRow)
SCOPE = _core(ScopeRow)
SEALED = _core(SealedRow)
SEEN = _core(CheckpointCase)
SENDING = _core(SendingRow)
SENT_FORM = _core(SentForm)
SESSION = _core(SessionRow)
SIGN_OFF = _core(SignOffRow)
SOURCE = _core(SourceRow)
SOURCE_KEY = _core(SourceKeyRow)
STATE = _core(DefinitionState)
SUGGESTION = _core(SuggestionRow)
SWITCH = _core(CadenceSwitchRow)
TEMPLATE = _core(TemplateRow)
TEXT = _core(MeasureText)
TIMER = _core(TimerRow)
TOKEN = _core(TokenRow)
TRIP = _core(ProviderTrip)
UNIT = _core(UnitRow)
USE = _core(AttachmentUse)
VIEW = _core(SavedViewRow)
WATCH = _core(WatchRow)
