"""What is wrong with the company's launches, as who planned them knows: for the scores alone."""

from collections.abc import Iterator

from ingestion.sandbox import files, plans
from ingestion.sandbox.company import CAMPAIGNS, DAY, END, Company, Person
from ingestion.sandbox.launch_faults import EARLY_PAGE, LATE, MISSING
from ingestion.sandbox.launch_pieces import Piece
from ingestion.sandbox.launch_work import LIVE_AFTER, pieces, project_of
from ingestion.sandbox.launches import Launch, launches
from ingestion.sandbox.vendor import Planted
from ingestion.sandbox.wire.asana_shape import gid
from ingestion.sandbox.wire.encode import iso_ms

# Days after it goes live in which somebody should have come by a launch's link.
TRACKED_DAYS = 14


def planted(company: Company) -> Iterator[Planted]:
    """Yield the faults of launches that go live: kind, source, object, project, note."""
    planned = {(month, slug) for month, _, slug in (line.key for line in plans.lines(company))}
    for launch in launches(company):
        if launch.live is not None:
            at = ("asana", "projects", gid("project", project_of(launch)))
            for kind, note in _faults(company, launch, launch.live, planned):
                yield kind, *at, note


def _faults(
    company: Company, launch: Launch, live: int, planned: set[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    work = list(pieces(company.seed, launch))
    if launch.faults.approval == MISSING:
        yield MISSING, ""
    if launch.faults.approval == LATE:
        yield LATE, iso_ms(_approved_at(work))
    if launch.faults.approval == EARLY_PAGE and launch.page:
        yield EARLY_PAGE, launch.page
    if any(launch.created <= at < _approved_at(work) for at in _first_mail(company, launch.slug)):
        yield "send_before_approval", launch.slug
    link = next(piece.link for piece in work if piece.link)
    if launch.faults.has_bad_link:
        yield "launch_link_invalid", link
    if not _is_followed(company, link, live + LIVE_AFTER):
        yield "launch_untracked", link
    if (plans.month_of(live), launch.slug) not in planned:
        yield "launch_unbudgeted", launch.slug


def _approved_at(work: list[Piece]) -> int:
    return max(event.at for piece in work for event in piece.events if event.new == "approved")


def _first_mail(company: Company, slug: str) -> list[int]:
    """Return when a campaign's first mailing reached anybody: of later ones it was no launch."""
    sent = sorted(mail.sent for mail in files.MAILS if mail.slug == slug)
    members = [person for person in company.persons if person.subscribed_at is not None]
    return [at for at in sent if any(_is_member(each, at) for each in members)][:1]


def _is_member(person: Person, at: int) -> bool:
    return (person.subscribed_at or 0) <= at < (person.unsubscribed_at or END)


def _is_followed(company: Company, link: str, since: int) -> bool:
    """Return whether the site saw anybody with the campaign of a link soon after an instant."""
    tag = link.partition("utm_campaign=")[2]
    if tag not in dict(CAMPAIGNS):
        return False
    told = files.campaign_tags(company, since, since + TRACKED_DAYS * DAY)
    return any(each.lower().replace("-", "_") == tag for each in told)
