"""What a whole run publishes about people: every record once, nobody by name, scores that hold."""

import re
from collections import Counter, defaultdict

import duckdb
import pytest
import truth_judge
from finished_home import ADDRESS, finished_home

pytestmark = pytest.mark.slow
MAIL = re.compile(r"[\w.+-]+(?:@|%40)[\w-]+\.\w+")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return finished_home(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def rows(home):
    """A query over the warehouse; published marts are schema `published.marts`."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        file = home / "published" / "current" / "engineroom.duckdb"
        connection.execute(f"attach '{file}' as published (read_only)")
        connection.execute(f"set variable truth = '{home}/sandbox/truth/'")
        yield lambda sql: connection.execute(sql).fetchall()


def test_every_record_of_the_vendors_is_in_the_bridge_once_and_nothing_else_is(rows):
    raw = rows(
        """
        select 'hubspot', 'contacts', id from raw_hubspot.contacts
        union
        select 'hubspot', 'contacts', trim(unnest(string_split(ids, ';')))
        from (select properties__hs_merged_object_ids as ids from raw_hubspot.contacts)
        where ids is not null
        union
        select 'salesforce', 'leads', id from raw_salesforce.leads
        union
        select 'salesforce', 'contacts', id from raw_salesforce.contacts
        union
        select 'mailchimp', 'members', list_id || ':' || id from raw_mailchimp.members
        union
        select 'klaviyo', 'members', 'all:' || id from raw_klaviyo.profiles
        union
        select 'hubspot', 'form_submissions', submission_id from raw_hubspot.form_submissions
        union
        select 'web_events', 'visitors', anonymous_id from raw_web_events.events
        where anonymous_id is not null
        """
    )
    bridge = rows("select source, object, source_record_id from published.marts.bridge_identity")
    assert len(bridge) == len(set(bridge))
    assert set(bridge) == set(raw)


def test_every_party_of_the_bridge_is_a_row_that_counts_its_records(rows):
    bridge = rows("select person_id from published.marts.bridge_identity")
    persons = rows("select person_id, record_count from published.marts.dim_persons")
    assert dict(persons) == Counter(person for (person,) in bridge)


def test_every_company_record_has_an_account_and_every_account_a_row(rows):
    told = "select id from raw_hubspot.companies union select id from raw_salesforce.accounts"
    companies = {id_ for (id_,) in rows(told)}
    placed = rows(
        "select source_record_id, account_id from identity.account_map where object = 'companies'"
    )
    accounts = {id_ for (id_,) in rows("select account_id from published.marts.dim_accounts")}
    named = {id_ for id_, _ in placed}
    assert companies <= named
    assert {account for _, account in placed} <= accounts
    used = rows("select distinct account_id from published.marts.bridge_identity")
    assert {id_ for (id_,) in used if id_} <= accounts


def test_a_merged_record_has_the_party_of_the_one_it_went_into(rows):
    person = dict(
        rows("select source_record_id, person_id from published.marts.bridge_identity"
             " where object in ('contacts', 'leads')")
    )  # fmt: skip
    merges = rows(
        "select id, trim(unnest(string_split(properties__hs_merged_object_ids, ';')))"
        " from raw_hubspot.contacts where properties__hs_merged_object_ids is not null"
    )
    named = rows(
        "select distinct coalesce(master_record_id, converted_contact_id), id"
        " from raw_salesforce.leads where coalesce(master_record_id, converted_contact_id) <> ''"
        " union select distinct master_record_id, id from raw_salesforce.contacts"
        " where master_record_id <> ''"
    )
    assert merges
    assert named
    merges += named
    assert all(person[winner] == person[loser] for winner, loser in merges)


def test_what_is_gone_at_the_vendor_is_marked_deleted_and_stays(rows):
    raw = dict(
        rows(
            "select id, is_deleted from raw_hubspot.contacts where _dlt_valid_to is null"
            " union all select list_id || ':' || id, is_deleted from raw_mailchimp.members"
            " where _dlt_valid_to is null"
            " union all select id, is_deleted from raw_salesforce.leads where _dlt_valid_to is null"
            " union all select id, is_deleted from raw_salesforce.contacts"
            " where _dlt_valid_to is null"
            " union all select 'all:' || id, is_deleted from raw_klaviyo.profiles"
            " where _dlt_valid_to is null"
        )
    )
    told = rows(
        "select source_record_id, is_deleted from published.marts.bridge_identity"
        " where object in ('contacts', 'leads', 'members')"
    )
    # One that was merged away before it was ever read has no row of its own.
    assert [id_ for id_, is_deleted in told if is_deleted != raw.get(id_, True)] == []


def address(column):
    """SQL: whether a column holds one address, as letters can be sent to."""
    one = rf"regexp_full_match(coalesce({column}, ''), '[^@\s,;]+@[^@\s,;]+[.]\w+')"
    return f"({one} and {column} not like '%..%')"


def test_nobody_is_contactable_without_a_live_address_or_after_an_opt_out_anywhere(rows):
    """Who came back by a form of their own is; all of it is worked out in tests/recompute."""
    kept = rows(
        f"""
        select 'contacts', id, {address("properties__email")},
            is_deleted or archived, lower(coalesce(properties__hs_email_optout, '')) = 'true'
        from raw_hubspot.contacts where _dlt_valid_to is null
        union all
        select 'members', list_id || ':' || id, {address("email_address")},
            is_deleted, status in ('unsubscribed', 'archived')
        from raw_mailchimp.members where _dlt_valid_to is null
        union all
        select 'leads', id, {address("email")}, is_deleted or is_converted,
            coalesce(has_opted_out_of_email, false)
        from raw_salesforce.leads where _dlt_valid_to is null
        union all
        select 'contacts', id, {address("email")}, is_deleted,
            coalesce(has_opted_out_of_email, false)
        from raw_salesforce.contacts where _dlt_valid_to is null
        union all
        select 'members', 'all:' || id, {address("email")}, is_deleted,
            email_consent = 'UNSUBSCRIBED'
            or (email_consent = 'SUBSCRIBED' and not can_receive_email)
        from raw_klaviyo.profiles where _dlt_valid_to is null
        """
    )
    state = {(object_, id_): flags for object_, id_, *flags in kept}
    forms = {id_ for (id_,) in rows("select submission_id from raw_hubspot.form_submissions"
                                    f" where {address('values__email')}")}  # fmt: skip
    parties = defaultdict(list)
    bridge = "select person_id, object, source_record_id from published.marts.bridge_identity"
    for person, object_, id_ in rows(bridge):
        parties[person].append((object_, id_))

    def reachable(records):
        booked = [each for each in records if each[0] in ("contacts", "leads", "members")]
        if not booked:
            return any(object_ == "form_submissions" and id_ in forms for object_, id_ in records)
        flags = [state.get(each, [False, True, False]) for each in booked]
        return any(email and not gone for email, gone, _ in flags) and not any(
            out for *_, out in flags
        )

    back = {
        id_
        for (id_,) in rows(
            "select list_id || ':' || id from raw_mailchimp.members"
            " where status = 'subscribed' and source = 'Hosted Signup Form'"
        )
    }
    told = rows("select person_id, kind from published.marts.dim_persons where is_contactable")
    wrong = [
        person
        for person, kind in told
        if not (kind == "person" and reachable(parties[person]))
        and not any(id_ in back for _, id_ in parties[person])
    ]
    assert told
    assert wrong == []


def test_customers_are_who_won_a_deal_or_whom_the_crm_calls_so(rows):
    won = rows(
        """
        select distinct bridge.person_id
        from raw_hubspot.deals as deals
        inner join raw_hubspot.associations as links
            on links.from_object = 'deals' and links.to_object = 'contacts'
            and links.from_id = deals.id and links._dlt_valid_to is null
        inner join published.marts.bridge_identity as bridge
            on bridge.object = 'contacts' and bridge.source_record_id = links.to_id
        where deals._dlt_valid_to is null and deals.properties__dealstage = 'closedwon'
        and not deals.is_deleted and bridge.kind = 'person'
        """
    )
    told = rows("select person_id from published.marts.dim_persons where is_customer")
    assert set(told) == set(won)
    assert told


def planted(rows):
    """Addresses, numbers and full names of everybody in the vendors' rows, in lower case."""
    stated = rows(
        """
        select properties__email, properties__phone, properties__firstname, properties__lastname
        from raw_hubspot.contacts
        union
        select email_address, merge_fields__phone, merge_fields__fname, merge_fields__lname
        from raw_mailchimp.members
        union
        select email, phone, first_name, last_name from raw_salesforce.leads
        union
        select email, phone, first_name, last_name from raw_salesforce.contacts
        union
        select email, phone_number, first_name, last_name from raw_klaviyo.profiles
        union
        select values__email, values__phone, values__firstname, values__lastname
        from raw_hubspot.form_submissions
        """
    )
    needles = {ADDRESS, re.sub(r"\W", "_", ADDRESS)}
    for email, phone, first, last in stated:
        needles |= {email.lower()} if email else set()
        # The local part alone where it is no word such as support, which a script may hold.
        local = email.partition("@")[0].lower() if email else ""
        needles |= {local} if re.search(r"[._0-9]", local) else set()
        needles |= {phone, phone.removeprefix("+1")} if phone else set()
        needles |= {f"{first} {last}".lower(), f"{last}, {first}".lower()} if last else set()
    # Ten noughts are nobody's number.
    return {each for each in needles if len(each) > 6 and len(set(each)) > 3}


def test_no_mart_holds_an_address_a_number_or_a_name_of_anybody(rows):
    assert rows(f"select 1 from raw_web_events.events where page_url like '%{ADDRESS}%'")
    columns = rows(
        "select schema_name, table_name, column_name from duckdb_columns()"
        " where database_name = 'published' and not internal"
        " and data_type not in ('BOOLEAN', 'BIGINT', 'INTEGER', 'DOUBLE', 'TIMESTAMP', 'DATE')"
    )
    needles, found = planted(rows), []
    for schema, table, column in columns:
        values = rows(f'select distinct "{column}"::varchar from published.{schema}."{table}"')
        text = "\n".join(value for (value,) in values if value).lower()
        found += [(table, column, each) for each in needles if each in text]
        found += [(table, column, each) for each in MAIL.findall(text)]
    assert found == []


def test_no_published_file_holds_an_address_a_number_or_a_name_of_anybody(home, rows):
    folder = home / "published" / "current"
    needles = {each.encode() for each in planted(rows)}
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".duckdb", ".parquet", ".html"}
    found = []
    for path in files:
        content = path.read_bytes().lower()
        found += [(path.name, each) for each in needles if each in content]
    assert found == []


def test_the_truth_scores_are_what_python_computes_from_the_truth(rows):
    truth = "read_parquet(getvariable('truth') || '{}.parquet')".format
    key = "source || '|' || object || '|' || source_record_id"
    persons = dict(rows(f"select {key}, true_person_id from {truth('records')}"
                        " where party_kind = 'person'"))  # fmt: skip
    accounts = dict(
        rows(
            f"select {key}, true_account_id from {truth('records')} as records"
            f" inner join {truth('persons')} as persons using (true_person_id)"
            " where true_account_id is not null and records.party_kind in ('person', 'mailbox')"
            f" union all select {key}, true_account_id from {truth('account_records')}"
        )
    )
    bridge = f"select {key}, %s from published.marts.bridge_identity"
    found_accounts = dict(
        rows(bridge % f"coalesce(account_id, {key})"
             + f" union all select {key}, account_id from identity.account_map"
             " where object = 'companies'")
    )  # fmt: skip
    opens = rows(
        "select campaign_native_id, recipient_key, occurred_at, actor"
        " from intermediate.int_email__events where event_type = 'open'"
    )
    true_opens = rows(
        "select campaign_id_mailchimp, email_id, occurred_at::timestamp, is_machine"
        f" from {truth('opens')}"
    )
    spam = rows(
        "select forms.is_spam, truth.is_spam from published.marts.fct_form_submissions as forms"
        f" inner join {truth('spam_submissions')} as truth"
        " on forms.submission_native_id = truth.submission_id"
    )
    credits = rows(
        "select attribution_model, stage, channel, weight, is_reversal"
        " from published.marts.fct_attribution_credits"
    )
    effects = rows(f"select stage, channel, true_share from {truth('channel_effects')}")
    expected = truth_judge.pair_scores("identity", persons, dict(rows(bridge % "person_id")))
    expected |= truth_judge.pair_scores("account", accounts, found_accounts)
    expected |= truth_judge.open_scores(true_opens, opens)
    expected |= truth_judge.detection_scores("spam", spam)
    expected |= truth_judge.credit_scores(effects, credits)
    # Those of consent, routing, launches and budgets are judged in tests of their own.
    told = dict(rows("select metric, value from published.marts.rpt_truth_scores"))
    assert {metric: told[metric] for metric in expected} == pytest.approx(expected, abs=1e-9)


def test_the_rules_hold_on_a_seed_they_were_not_chosen_on(rows):
    told = dict(rows("select metric, value from published.marts.rpt_truth_scores"))
    assert told["identity_pairwise_precision"] >= 0.99
    assert told["identity_pairwise_f1"] >= 0.83
    assert told["account_pairwise_f1"] >= 0.97
