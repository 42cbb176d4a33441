"""The peers' own virtual environment, made once with uv and kept in the data folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.machine import DATA, ROOT

PACKAGES = (
    "dbos==3.4.0",
    "django==5.2.19",
    "django-fsm-2==4.2.4",
    "django-viewflow==2.4.0",
    "procrastinate==3.10.0",
    "psycopg[binary]==3.3.9",
    "py-spy==0.4.3",  # no peer: it looks into ours
)


def peers_program(name: str) -> str:
    """The path of a program that came with a package of theirs."""
    return str(Path(peers_python()).with_name(name))


def peers_python() -> str:
    """The interpreter of the peers' environment, made at the first question."""
    home = DATA / "peers"
    python, stamp = home / "bin" / "python", home / "packages"
    if python.exists() and stamp.exists() and stamp.read_text() == " ".join(PACKAGES):
        return str(python)
    print("bench: making the peers' environment …", file=sys.stderr)
    DATA.mkdir(parents=True, exist_ok=True)
    uv = _uv()
    subprocess.run([uv, "venv", "-q", "--clear", "--python", sys.executable, str(home)], check=True)
    subprocess.run(
        [uv, "pip", "install", "-q", "--compile-bytecode", "--python", str(python), *PACKAGES],
        check=True,
    )
    stamp.write_text(" ".join(PACKAGES))
    return str(python)


def _uv() -> str:
    own = ROOT / ".tools" / "bin" / "uv"
    found = os.environ.get("UV") or shutil.which("uv") or (str(own) if own.exists() else None)
    if found is None:
        sys.exit("bench: no uv to make the peers' environment with; start by ./dev bench")
    return str(Path(found)) if "/" in found else found
