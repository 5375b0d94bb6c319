"""One whole small run for the tests that look at what it published."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

# The smallest company of seeds 201 to 239 with the most of everything that happens to records: four
# merged, four archived and two deleted contacts, five won deals, a test and a mailbox.
SEED, SCALE = 214, 0.02
ADDRESS = "planted.reader@planted-private.net"


def finished_home(folder: Path) -> Path:
    """Return a home after a run of the shipped project over a small company.

    ENGINEROOM_FINISHED_HOME names one that is there already, made by this function.
    """
    ready = os.environ.get("ENGINEROOM_FINISHED_HOME")
    home = Path(ready) if ready else folder / "home"
    if (home / "published" / "current").exists():
        return home
    _plant(home / "inbox" / "web_events")
    told = {"ENGINEROOM_HOME": str(home), "SEED": str(SEED), "SCALE": str(SCALE)}
    command = [
        sys.executable,
        "-c",
        "import sys, orchestration.cli as c; sys.exit(c.main(['run']))",
    ]
    done = subprocess.run(
        command, env=os.environ | told, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return home


def _plant(folder: Path) -> None:
    """A visit whose link carries the reader's address, as mail tools and forms append it."""
    folder.mkdir(parents=True)
    at = "2026-06-01T10:00:00.000Z"
    event = {
        "messageId": "planted-1", "type": "page", "anonymousId": "planted-visitor",
        "timestamp": at, "receivedAt": at, "originalTimestamp": at,
        "properties": {
            "url": f"https://www.fathom.example/u/{ADDRESS}?email={ADDRESS}&utm_source={ADDRESS}",
            "path": f"/u/{ADDRESS}", "referrer": "", "title": "Home",
        },
        "context": {
            "campaign": {"source": ADDRESS, "medium": "email", "name": ADDRESS, "term": ADDRESS},
            "consent": {"categoryPreferences": {"analytics": True, "marketing": True}},
        },
    }  # fmt: skip
    line = json.dumps(event).encode() + b"\n"
    (folder / "events-2026-06-01-planted.jsonl.gz").write_bytes(gzip.compress(line, mtime=0))
