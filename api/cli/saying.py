"""How the command line speaks: what was asked for on stdout, what went wrong on stderr."""

import errno
import re

import typer

from workflow.engine.errors import DubanError


class CommandFailed(DubanError):
    """A command could not do its work; the sentence says why and what helps."""


def say(text: str = "") -> None:
    """Print what was asked for."""
    typer.echo(text)


def note(text: str) -> None:
    """Print beside the result, for whoever watches."""
    typer.echo(text, err=True)


def complain(sentence: str) -> None:
    """Print what went wrong."""
    typer.echo(f"duban: {sentence}", err=True)


_SENTENCES = (
    (r"No such command '(.*?)'", "没有“{}”这个命令"),
    (r"No such option: (\S+)", "没有“{}”这个选项"),
    (r"Missing parameter: (\S+)", "缺少参数 {}"),
    (r"Missing argument '(.*?)'", "缺少参数 {}"),
    (r"Missing command", "缺少命令"),
    (r"Option '(.*?)' requires an argument", "选项 {} 后面要写内容"),
    (r"Got unexpected extra arguments? \((.*)\)", "多出了“{}”"),
    (r"Invalid value for '(.*?)'", "{} 的值不能用"),
)


def usage_sentence(english: str) -> str:
    """What is wrong with a command line, in Chinese; what we have no words for stays as it is."""
    for pattern, chinese in _SENTENCES:
        if found := re.search(pattern, english):
            return f"{chinese.format(*found.groups())}。用法见 duban --help"
    return f"命令写法不对（{english}）。用法见 duban --help"


def database_trouble(error: Exception) -> str | None:
    """A sentence for a database that does not answer as it should; None for any other error."""
    from workflow.store.driver.trouble import is_full, is_unwritable

    cause = getattr(error, "orig", None)
    if cause is None or not type(error).__module__.startswith("sqlalchemy"):
        return None
    if is_full(error):
        return "存储空间已满，不能保存；请清理或扩大磁盘后重试"
    if is_unwritable(error):
        return (
            f"数据库文件 {_database_file()} 打不开或不能写入（只读，或没有权限）；"
            "请检查它和所在文件夹的属主、权限和挂载方式：运行 duban 的用户要能写入"
        )
    return f"数据库出错：{(str(cause).strip().splitlines() or ['没有说明'])[0]}"


def _database_file() -> str:
    from api.cli.installation import settings

    return settings().database_url.removeprefix("sqlite:///")


_OF_FILES = {
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "文件系统只读，不能写入",
    errno.ENOSPC: "存储空间已满，不能写入",
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EISDIR: "这是一个文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "已经存在，不是文件夹",
}


def file_trouble(error: OSError) -> str:
    """A sentence for a file, or a connection, that could not be used."""
    why = _OF_FILES.get(error.errno or 0, error.strerror or str(error))
    return f"{error.filename or '文件或网络'}：{why}"
