"""`python -m ingestion.sandbox serve`: generate the company, write its truth, speak its vendors."""

import argparse
import gc
import json
import os
import secrets
import socket
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from ingestion.sandbox import truth
from ingestion.sandbox.app import SandboxApp
from ingestion.sandbox.company import END, START, generate
from ingestion.sandbox.files import write_event_files
from ingestion.sandbox.http import World
from ingestion.sandbox.plans import write_plans
from ingestion.sandbox.privacy import write_notices
from ingestion.sandbox.vendors import ledger_of


def main() -> None:
    """Parse the command line and serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m ingestion.sandbox")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve the sandbox company on loopback")
    serve.add_argument("--home", type=Path, required=True)
    serve.add_argument("--seed", type=int, default=7)
    serve.add_argument("--scale", type=float, default=1.0)
    serve.add_argument("--as-of", type=_instant, default="2026-07-01T06:00:00Z")
    serve.add_argument("--port", type=int, default=0)
    serve.add_argument("--until-eof", action="store_true", help="end when standard input closes")
    asked = parser.parse_args()
    if asked.until_eof:
        # Whoever started it may be killed at any moment, and must not leave it behind.
        threading.Thread(target=_end_with_input, daemon=True).start()
    _serve(asked.home, asked.seed, asked.scale, asked.as_of, asked.port)


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    if not START <= instant.timestamp() * 1000 <= END:
        raise argparse.ArgumentTypeError("the company lives from 2025-01-01 to 2026-12-31")
    return instant


def _serve(home: Path, seed: int, scale: float, as_of: datetime, port: int) -> None:
    folder = home / "sandbox"
    folder.mkdir(parents=True, exist_ok=True)
    # Nothing of the company is ever garbage: looking for some took a fifth of the start.
    gc.disable()
    company = generate(seed, scale)
    ledger = ledger_of(company)
    truth.write(company, folder / "truth", as_of)
    inbox = home / "inbox" / "web_events"
    clock = int(as_of.timestamp() * 1000)
    write_event_files(company, inbox, 0, clock)
    write_notices(company, inbox.parent / "privacy_deletes", 0, clock)
    write_plans(company, inbox.parent / "plan_sheets", 0, clock)
    gc.freeze()
    gc.enable()
    token = secrets.token_urlsafe(24)
    world = World(company, ledger, clock, inbox)
    app = SandboxApp(world, token)
    listener = socket.create_server(("127.0.0.1", port))
    place = {
        "base_url": f"http://127.0.0.1:{listener.getsockname()[1]}",
        "pid": os.getpid(),
        "control_token": token,
        "as_of": as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seed": seed,
        "scale": scale,
    }
    partial = folder / ".sandbox.json.partial"
    partial.write_text(json.dumps(place), "utf-8")
    partial.chmod(0o600)
    partial.replace(folder / "sandbox.json")
    print(f"ready at {place['base_url']}", flush=True)
    config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
