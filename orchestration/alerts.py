"""Tells people about incidents: once when one starts, once when it is over.

An incident is a failed step, a blocked gate, a failed source or a stale source. Open incidents are
kept in HOME/alerts/incidents.json, outside the warehouse, so that a watch can read them during a
run. A message that could not be delivered is tried again at the next review.
"""

import json
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, cast

import dagster as dg
import duckdb

from orchestration import lock, rules
from orchestration.home import read_json, write_json
from orchestration.settings import Settings

DELIVERY_SECONDS = 10
START = "run:start"  # the incident of a run that could not start


@dataclass(frozen=True)
class Finding:
    """What is wrong now. `key` is the same as long as it is the same incident."""

    key: str
    message: str


Send = Callable[[Settings, Mapping[str, Any], dict[str, Any]], None]


@dataclass(frozen=True)
class Judged:
    """What a run looked at: what is wrong, and which incidents it has seen to be over."""

    findings: list[Finding]
    fine: frozenset[str] = frozenset()


def review_run(
    settings: Settings, instance: dg.DagsterInstance, run_id: str, as_of: datetime
) -> list[Finding]:
    """Judge a run that ends, tell who must know, and return what is wrong."""
    config = rules.read(settings.config, "alerts")
    run = judged_by_run(instance, run_id)
    limit = timedelta(hours=float(config["freshness"]["stale_after_hours"]))
    stale, fresh = stale_sources(settings, as_of, limit)
    findings = run.findings + stale
    review(settings, Judged(findings, run.fine | fresh | {START}), as_of, run_id)
    return findings


def judged_by_run(instance: dg.DagsterInstance, run_id: str) -> Judged:
    """Return the failed steps, blocked gates and failed sources of one run, and what went well.

    What a run did not look at stays as it is: an hourly load must not call a broken mart repaired.
    """
    wrong: dict[str, Finding] = {}
    fine: set[str] = set()
    for entry in instance.all_logs(run_id):
        event = entry.dagster_event
        if event is None:
            continue
        if event.is_step_failure and not _is_gate(event.step_failure_data.error):
            key = f"step:{event.step_key}"
            wrong[key] = Finding(key, f"step {event.step_key} failed; the last marts stay served")
        elif event.is_step_success:
            fine.add(f"step:{event.step_key}")
        elif event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            check = event.asset_check_evaluation_data
            finding = _check_finding(check)
            if over := check.metadata.get("over"):
                fine.update(map(str, cast("list[str]", over.value)))
            if check.passed:
                fine.add(finding.key)
            # A warning that names its incident is told; the others are counted only.
            elif check.severity == dg.AssetCheckSeverity.ERROR or "incident" in check.metadata:
                wrong[finding.key] = finding
    return Judged(list(wrong.values()), frozenset(fine - set(wrong)))


def _is_gate(error: Any) -> bool:
    """Whether a step failed only because a blocking check did, which is a finding of its own."""
    return error is not None and error.cls_name == "DagsterAssetCheckFailedError"


def _check_finding(check: Any) -> Finding:
    message = check.metadata.get("message")
    told = str(message.value) if message else ""
    if incident := check.metadata.get("incident"):
        return Finding(str(incident.value), told)
    source = check.metadata.get("source")
    if source:
        return Finding(f"source:{source.value}", f"{source.value} could not be loaded: {told}")
    name = f"{'.'.join(check.asset_key.path)}:{check.check_name}"
    return Finding(f"check:{name}", told or f"{name} is broken")


def stale_sources(
    settings: Settings, as_of: datetime, limit: timedelta
) -> tuple[list[Finding], frozenset[str]]:
    """Return the sources whose last good load is older than `limit`, and the keys of the others.

    A source that never loaded is not stale: it has never been fresh.
    """
    with duckdb.connect(str(settings.warehouse)) as connection:
        rows = connection.execute(
            "select source, max(as_of) from ingest.loads where status = 'succeeded' group by source"
        ).fetchall()
    stale = [
        Finding(f"stale:{source}", f"{source} was last loaded at {last:%Y-%m-%d %H:%M} UTC")
        for source, last in sorted(rows)
        if as_of - last > limit
    ]
    fresh = {f"stale:{source}" for source, _ in rows} - {each.key for each in stale}
    return stale, frozenset(fresh)


def open_incidents(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the open incidents by key: message, opened_at, run_id, is_told."""
    return read_json(settings.home / "alerts" / "incidents.json")


def review(
    settings: Settings, judged: Judged, as_of: datetime, run_id: str
) -> list[dict[str, Any]]:
    """Open and resolve incidents by what was judged; return the messages that were sent."""
    config = rules.read(settings.config, "alerts")
    folder = settings.home / "alerts"
    folder.mkdir(parents=True, exist_ok=True)
    sent = []
    with lock.held(folder / "lock", label="alerts"):
        incidents = open_incidents(settings)
        now = as_of.isoformat()
        for finding in judged.findings:
            incidents.setdefault(
                finding.key,
                {
                    "message": finding.message,
                    "opened_at": now,
                    "run_id": run_id,
                    "is_told": False,
                    "is_over": False,
                },
            )
        for key, incident in list(incidents.items()):
            incident["is_over"] = key in judged.fine
            if incident["is_over"] and not incident["is_told"]:
                del incidents[key]  # nobody heard of it, so nobody waits for its end
            elif incident["is_over"] or not incident["is_told"]:
                message = _message(key, incident, now, run_id)
                if _deliver(settings, config, message):
                    sent.append(message)
                    incident["is_told"] = True
                    if incident["is_over"]:
                        del incidents[key]
        write_json(folder / "incidents.json", incidents)
    return sent


def _message(key: str, incident: Mapping[str, Any], now: str, run_id: str) -> dict[str, Any]:
    return {
        "incident": key,
        "state": "resolved" if incident["is_over"] else "open",
        "message": incident["message"],
        "opened_at": incident["opened_at"],
        "as_of": now,
        "run_id": run_id,
    }


def _deliver(settings: Settings, config: Mapping[str, Any], message: dict[str, Any]) -> bool:
    """Send to every channel that is on; true if at least one took it or none is on."""
    channels: dict[str, Send] = {"file": _to_file, "webhook": _to_webhook, "mailbox": _to_mailbox}
    wanted = [name for name in channels if config[name]["is_on"]]
    taken = not wanted
    for name in wanted:
        try:
            channels[name](settings, config[name], message)
            taken = True
        except OSError as error:
            # A dead mailbox must not fail the run that it reports on; `status` shows the incident.
            dg.get_dagster_logger().warning(
                f"alert not delivered by {name}: {type(error).__name__}"
            )
    return taken


def _to_file(settings: Settings, _: Mapping[str, Any], message: dict[str, Any]) -> None:
    path = settings.home / "alerts" / "messages.jsonl"
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(message) + "\n")


def _to_webhook(settings: Settings, config: Mapping[str, Any], message: dict[str, Any]) -> None:
    import requests

    address = settings.environment.get(config["url_variable"])
    if not address:
        raise OSError(f"{config['url_variable']} is not set")
    body = {"text": _line(message), **message}
    answer = requests.post(address, json=body, timeout=DELIVERY_SECONDS, allow_redirects=False)
    if answer.status_code >= 300:
        raise OSError(f"the webhook answered {answer.status_code}")


def _to_mailbox(_: Settings, config: Mapping[str, Any], message: dict[str, Any]) -> None:
    mail = EmailMessage()
    mail["Subject"] = f"Engine Room, {message['state']}: {message['incident']}"
    mail["From"] = config["sender"]
    mail["To"] = ", ".join(config["recipients"])
    mail.set_content(_line(message))
    with smtplib.SMTP(config["host"], config["port"], timeout=DELIVERY_SECONDS) as server:
        server.send_message(mail)


def _line(message: Mapping[str, Any]) -> str:
    return f"[{message['state']}] {message['message']} (as of {message['as_of']} UTC)"
