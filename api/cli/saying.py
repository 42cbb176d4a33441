"""How the command line speaks: what was asked for on stdout, what went wrong on stderr."""

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
    cause = getattr(error, "orig", None)
    if cause is None or not type(error).__module__.startswith("sqlalchemy"):
        return None
    return f"数据库出错：{(str(cause).strip().splitlines() or ['没有说明'])[0]}"
