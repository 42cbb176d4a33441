"""What is said of a file that is not taken: one sentence for people, one code for programs."""


class BadFile(ValueError):
    """A file that is not taken; `code` is stable, `sentence` Chinese."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


def too_much() -> BadFile:
    """For whatever would need more memory or time than a file is worth."""
    return BadFile("file_too_much", "这个文件展开后太大，没有读取")


def unreadable(what: str) -> BadFile:
    """For what is not what it says it is; `what` tells how to make it good."""
    return BadFile("file_unreadable", f"这个文件读不了：{what}")
