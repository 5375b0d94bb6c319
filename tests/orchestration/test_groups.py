"""Which groups of marts a broken rule holds back: those that read the rows, and no other."""

from pathlib import Path

import pytest

from orchestration import checks, groups, judging, transform
from orchestration.settings import Refused, Settings


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("groups"))


@pytest.fixture(scope="session")
def parsed(settings: Settings) -> dict:
    return transform.manifest(settings)


def test_every_mart_is_in_one_group(parsed: dict) -> None:
    found = groups.marts(parsed)
    names = [name for members in found.values() for name in members]
    assert len(names) == len(set(names))
    folder = Path(transform.__file__).parents[1] / "transform" / "models" / "marts"
    assert set(names) == {path.stem for path in folder.rglob("*.sql")}
    assert {"spend", "funnel", "email", "social", "web", "identity", "core"} <= set(found)
    assert set(groups.NEVER_HELD) <= set(found)


@pytest.mark.parametrize(
    ("table", "held", "published"),
    [
        (("google_ads", "ad_stats"), {"spend", "roi"}, {"funnel", "email", "social", "web"}),
        (("staging", "stg_linkedin_pages__social_posts"), {"social"}, {"spend", "funnel", "web"}),
        # Who left a mailing may not be written to, which dim_persons tells.
        (("staging", "stg_mailchimp__email_events"), {"email", "identity"}, {"spend", "social"}),
        (("staging", "stg_hubspot__deals"), {"sales", "funnel"}, {"social", "spend", "core"}),
        (("hubspot", "contacts"), {"identity", "funnel"}, {"spend", "social", "core"}),
        (("marts", "dim_persons"), {"identity"}, {"spend", "social", "core", "funnel"}),
        (("marts", "fct_ad_performance"), {"spend"}, {"roi", "funnel", "email"}),
    ],
)
def test_a_fault_holds_back_what_reads_it_and_not_what_does_not(
    parsed: dict, table: tuple[str, str], held: set[str], published: set[str]
) -> None:
    found = groups.reading(parsed, table)
    assert held <= found
    assert not published & found


def test_every_rule_that_can_block_holds_a_group_back(settings: Settings, parsed: dict) -> None:
    # No mart reads these: a fault is red and holds nothing back.
    unread = {
        *(("google_ads", "keyword_stats"), ("google_ads", "search_term_stats")),
        ("staging", "stg_stripe__invoices"),
    }
    suites = judging.suites(settings)
    for rule in checks.catalogue(suites):
        if rule.can_block:
            held = groups.reached(suites, parsed, rule.table, rule.rule_id)
            assert bool(held) == (rule.table not in unread), rule


def test_a_rule_that_names_an_unknown_group_is_refused(settings: Settings, parsed: dict) -> None:
    suites = judging.suites(settings)
    groups.check(suites, parsed)
    rule = suites[0].rules[0]
    object.__setattr__(rule, "groups", ("no_such_group",))
    with pytest.raises(Refused, match="no mart is in group no_such_group; there are"):
        groups.check(suites, parsed)
