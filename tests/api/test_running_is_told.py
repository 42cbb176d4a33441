"""What docs/running.md says of the world around a server fits the server."""

import re
from pathlib import Path

from api.auth.posted import MOST_TAKEN
from api.gatekeeping.limits import UPLOADS

RUNNING = Path(__file__).parents[2] / "docs" / "running.md"
MB = 1024 * 1024


def test_the_proxy_lets_through_whatever_the_server_reads_to_its_end() -> None:
    """Or a form with many photos would be lost at the proxy, with all that was typed in it."""
    text = RUNNING.read_text(encoding="utf-8")
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", text)
    assert int(megabytes) * MB >= max(UPLOADS.values())
    assert f"bodies of up to {megabytes} MB" in text
    assert f"taken ({MOST_TAKEN // MB} MB)" in text
