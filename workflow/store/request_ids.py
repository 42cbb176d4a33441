"""The ids that clients make for their requests: a retry with the same one gets the first answer.

Everybody's ids are their own: two people who both say `r-1` never meet. So the id that is kept is
made of the person and of what the client said; the clock and the command line are nobody.
"""

from workflow.engine.errors import InvalidInput, RequestReused

LONGEST_REQUEST_ID = 80


def kept_id(person: int | None, request: str) -> str:
    """Under which id a request is kept; raises InvalidInput for what is no id."""
    if not 1 <= len(request) <= LONGEST_REQUEST_ID or not request.isprintable():
        raise InvalidInput("请求编号应为 1 至 80 个可见字符", {"request": request[:20]})
    return f"{person or ''}:{request}"


def reused(kept: str) -> RequestReused:
    """The refusal of an id that its client has used for something else."""
    sentence = "这个请求编号已用于另一次办理，请换一个编号"
    return RequestReused(sentence, {"request": kept.partition(":")[2]})
