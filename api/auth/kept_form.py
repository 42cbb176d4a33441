"""A form that was sent when its session had ended: what was typed stays in the page that asks to
sign in, and is offered afterwards to be sent again.

It is kept in the browser and nowhere else, and comes back as untrusted as any form. Who signs in
sends it with a button of its own, so that nothing is done in anybody's name unseen.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from api.auth.cookies import is_from_our_page, safe_next
from api.auth.posted import form_of

_OWN = frozenset({"csrf", "request", "proof"})
"""What a form has anew each time it is shown."""

_SECRETS = frozenset({"password", "new", "repeated", "secret", "code"})
"""A form with one of these is not kept at all."""

LOST = ".lost"
"""Behind the name of a field whose files were chosen and could not be kept."""

MOST_KEPT = 200_000
"""Characters: more than anybody types at once, and packed still less than a body may hold."""


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Where a form was sent, and its fields in their order."""

    action: str
    fields: tuple[tuple[str, str], ...]

    @property
    def files(self) -> bool:
        """Whether files were chosen that have to be chosen again."""
        return any(name.endswith(LOST) for name, _ in self.fields)

    def packed(self) -> str:
        """As one text, for a field of another form."""
        plain = json.dumps([self.action, self.fields], ensure_ascii=False)  # half as long
        return urlsafe_b64encode(plain.encode()).decode()

    @classmethod
    def unpacked(cls, text: str) -> "KeptForm | None":
        """What was packed; None for anything else."""
        try:
            action, fields = json.loads(urlsafe_b64decode(text.encode()))
            pairs = tuple((name, value) for name, value in fields)
        except (ValueError, TypeError):
            return None
        plain = all(isinstance(one, str) for pair in pairs for one in pair)
        ours = isinstance(action, str) and action == safe_next(action)
        return cls(action, pairs) if plain and ours else None


async def kept_form_of(request: Request) -> KeptForm | None:
    """What a page of ours has just sent; None for what another site sent, and for secrets."""
    if request.method != "POST" or not is_from_our_page(request):
        return None
    try:
        form = await form_of(request)
    except HTTPException:
        return None
    fields = tuple(_fields(form))
    await form.close()
    if not fields or sum(len(value) for _, value in fields) > MOST_KEPT:
        return None
    return None if _SECRETS & {name for name, _ in fields} else KeptForm(request.url.path, fields)


def _fields(form: FormData) -> list[tuple[str, str]]:
    kept: dict[tuple[str, str], None] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            if name not in _OWN:
                kept[name, value] = None
        elif value.filename:
            kept[name + LOST, "yes"] = None
    return list(kept)
