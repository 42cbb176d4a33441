"""Whether the database keeps what it has committed: asked at start, for a wrong setting is silent
until the power fails.
"""

from collections.abc import Mapping

from workflow.store.database import Database, DatabaseUnusable

_SQLITE: Mapping[str, tuple[frozenset[object], str]] = {
    "journal_mode": (
        frozenset({"wal"}),
        "数据库文件不能用 WAL（多半放在网络盘上），请把 DUBAN_DATA 放到本机磁盘",
    ),
    "synchronous": (frozenset({2, 3}), "SQLite 的 synchronous 低于 FULL，断电会丢失已办理的步骤"),
    "foreign_keys": (frozenset({1}), "SQLite 的外键检查没有打开"),
    "recursive_triggers": (frozenset({1}), "SQLite 的 recursive_triggers 没有打开，历史可被覆盖"),
}
_POSTGRES: Mapping[str, tuple[frozenset[object], str]] = {
    "fsync": (frozenset({"on"}), "PostgreSQL 的 fsync 已关闭，断电会损坏数据"),
    "full_page_writes": (
        frozenset({"on"}),
        "PostgreSQL 的 full_page_writes 已关闭，断电会损坏数据",
    ),
    "synchronous_commit": (
        frozenset({"on", "local", "remote_write", "remote_apply"}),
        "PostgreSQL 的 synchronous_commit 已关闭，断电会丢失已办理的步骤",
    ),
}


def check_safe(database: Database) -> None:
    """Raise DatabaseUnusable where a commit would not survive a loss of power, or where rules could
    be passed by; the sentence says which setting it is.
    """
    ask, wanted = ("PRAGMA", _SQLITE) if database.is_sqlite else ("SHOW", _POSTGRES)
    with database.reading() as connection:
        for setting, (good, sentence) in wanted.items():
            if connection.exec_driver_sql(f"{ask} {setting}").scalar() not in good:
                raise DatabaseUnusable(f"{sentence}；不能启动")
