"""A composed document as a PDF to look at, drawn by typst from `preview.typ`; runs in a child.

It is marked as a preview: the faces that the rules ask for are not free, so others stand in for
them here. The texts are handed over as data and never become part of the program that draws.
"""

import json
from pathlib import Path

_PROGRAM = Path(__file__).with_name("preview.typ")


def pdf_of(plain: bytes) -> bytes:
    """The PDF of a document given as JSON, as `Composed.as_dict` and `measures` make it."""
    import pylopdf_fonts_zh_cn
    import typst

    json.loads(plain)  # what is no JSON is told so here, not by typst
    fonts = Path(pylopdf_fonts_zh_cn.serif_path()).parent
    drawn = typst.compile(
        str(_PROGRAM),
        root=str(_PROGRAM.parent),
        font_paths=[str(fonts)],
        sys_inputs={"document": plain.decode()},
        format="pdf",
    )
    assert isinstance(drawn, bytes)
    return drawn
