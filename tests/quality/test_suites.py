"""Every hygiene rule holds on clean rows, and the fault it is there for turns it red, alone."""

import re
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import duckdb
import pytest

import hygiene.cache
from orchestration import judging
from orchestration.settings import Settings
from quality.rules import Gate, RuleResult
from quality.run import ensure_tables, run_suites

AS_OF = datetime(2026, 7, 1, 6)
GATES = get_args(Gate)
# Values in which the hygiene room finds something wrong; of all others it has nothing to say.
PROBLEMS = """
insert into hygiene.emails (raw_value, context, problem)
    select 'no address ' || i, '', 'no_at_sign' from range(100) as t(i);
insert into hygiene.domains (raw_value, context, problem) values ('gmial.com', '', 'typo_domain');
insert into hygiene.names (raw_value, context, problem) values
    ('asdf', 'last', 'placeholder'), ('Ada', 'whole', 'whole_name_in_one_column');
insert into hygiene.countries (raw_value, context, country_code, problem) values
    ('Germany', '', 'DE', null), ('Narnia', '', null, 'unknown_country');
insert into hygiene.phones (raw_value, context, problem) values
    ('12', 'DE', 'too_short'), ('030 1234567', '', 'country_unknown');
insert into hygiene.regions (raw_value, context, problem) values
    ('Mordor', 'DE', 'unknown_region'), ('Mordor', '', 'country_unknown');
insert into hygiene.currencies (raw_value, context, problem) values
    ('POINTS', '', 'unknown_currency');
insert into hygiene.utm_values (raw_value, context, problem) values
    ('E-Blast', 'medium', 'unknown_medium'), ('gooogle', 'source', 'misspelt'),
    ('{campaignid}', 'campaign', 'unfilled_macro'), ('E-Blast', 'source', null);
"""
# A hundred clean rows of each judged relation; the marts live in a file of their own.
WAREHOUSE = """
create schema raw_hubspot; create schema raw_google_ads; create schema raw_file_drops;
create schema raw_salesforce;
create schema staging; create schema intermediate;
create table raw_hubspot.contacts as select
    cast(i as varchar) as id, 'a' || i || '@corp.example' as properties__email,
    timestamp '2026-01-01' as created_at, timestamp '2026-01-02' as updated_at,
    cast(null as timestamp) as _dlt_valid_to, false as is_deleted from range(100) as t(i);
create table raw_salesforce.leads as select
    id, properties__email as email, created_at as created_date, updated_at as system_modstamp,
    _dlt_valid_to, is_deleted from raw_hubspot.contacts;
create table raw_salesforce.contacts as select * from raw_salesforce.leads;
create table raw_google_ads.campaign_stats as select
    '1' as customer__id, cast(i as varchar) as campaign__id, date '2026-01-01' as segments__date,
    'USD' as customer__currency_code, 100 as metrics__impressions, 10 as metrics__clicks,
    5000000 as metrics__cost_micros, cast(null as timestamp) as _dlt_valid_to, false as is_deleted
    from range(100) as t(i);
create table raw_google_ads.ad_group_stats as
    select *, 'g' as ad_group__id from raw_google_ads.campaign_stats;
create table raw_google_ads.ad_stats as
    select *, 'a' as ad_group_ad__ad__id from raw_google_ads.ad_group_stats;
create schema raw_meta_ads; create table raw_meta_ads.insights as select
    '1' as account_id, ['account', 'campaign', 'adset', 'ad'][i // 25 + 1] as level,
    cast(i as varchar) as campaign_id, '' as adset_id, '' as ad_id, date '2026-01-01' as date_start,
    'EUR' as account_currency, 100 as impressions, 10 as clicks, '5.00' as spend,
    cast(null as timestamp) as _dlt_valid_to, false as is_deleted from range(100) as t(i);
create table raw_google_ads.account_stats as select * replace (campaign__id as customer__id)
    from raw_google_ads.campaign_stats;
create table raw_google_ads.keyword_stats as
    select * replace (campaign__id as ad_group__id), 'k' as ad_group_criterion__criterion_id
    from raw_google_ads.ad_group_stats;
create table raw_google_ads.search_term_stats as
    select *, 't' as search_term_view__search_term, 'EXACT' as segments__search_term_match_type
    from raw_google_ads.keyword_stats;
create schema raw_linkedin_ads; create table raw_linkedin_ads.analytics as select
    '1' as account_id, ['ACCOUNT', 'CAMPAIGN', 'CREATIVE'][i // 34 + 1] as pivot_name,
    cast(i as varchar) as entity_id, date '2026-01-01' as reported_on, 'GBP' as currency_code,
    100 as impressions, 10 as clicks, '5.00' as cost_in_local_currency,
    cast(null as timestamp) as _dlt_valid_to, false as is_deleted from range(100) as t(i);
create table raw_file_drops.contacts as select
    'webinar' as source, cast(i as varchar) as source_record_id,
    'a' || i || '@corp.example' as email, timestamp '2026-01-01' as created_at,
    case when i % 2 = 0 then timestamp '2026-01-02' end as updated_at,
    cast(null as timestamp) as _dlt_valid_to, false as is_deleted from range(100) as t(i);
create table raw_file_drops.ad_days as select
    'other_ads' as source, ['account', 'campaign', 'ad_group', 'ad'][i // 25 + 1] as grain,
    '1' as account_id, cast(i as varchar) as campaign_id, '' as ad_group_id, '' as ad_id,
    date '2026-01-01' as reported_on, 'USD' as currency_code, 100 as impressions, 10 as clicks,
    '5.00' as spend, cast(null as timestamp) as _dlt_valid_to, false as is_deleted
    from range(100) as t(i);
create table staging.stg_hubspot__contacts as select
    'hubspot' as source, cast(i as varchar) as source_record_id,
    'a' || i || '@corp.example' as email, 'Smith' as last_name, '+1 212 555 1234' as phone,
    'lead' as lifecycle_stage_native, 'contacts' as object, 'Ada' as first_name,
    'Germany' as country, 'Bavaria' as region,
    timestamp '2026-01-01' as created_at, timestamp '2026-01-02' as updated_at,
    false as is_deleted, false as is_archived from range(100) as t(i);
create table staging.stg_hubspot__deals as select
    'hubspot' as source, cast(i as varchar) as source_record_id,
    'closedwon' as stage_native, 100.00 as amount,
    'USD' as currency_code, '7' as owner_native_id, timestamp '2026-01-01' as created_at,
    timestamp '2026-02-01' as closed_at, false as is_deleted, false as is_archived
    from range(100) as t(i);
create table staging.stg_salesforce__contacts as
    select * replace ('leads' as object) from staging.stg_hubspot__contacts
    union all by name
    -- What a lead became has no stage of its own.
    select * replace (
        'contacts' as object, null as lifecycle_stage_native, 'c' || email as email,
        cast(1000 + cast(source_record_id as integer) as varchar) as source_record_id
    ) from staging.stg_hubspot__contacts where cast(source_record_id as integer) < 10;
create table staging.stg_salesforce__deals as select * from staging.stg_hubspot__deals;
create table staging.stg_stripe__invoices as select
    cast(i as varchar) as invoice_id, 'EUR' as currency_code, 'open' as status,
    'c' as customer_id, 30.000 as due_amount, 10.000 as paid_amount,
    20.000 as remaining_amount, false as is_deleted from range(100) as t(i);
create table staging.stg_asana__work_tasks as select
    cast(i as varchar) as task_id, ['task', 'milestone', 'approval'][i % 3 + 1] as task_type,
    'u' as assignee_id, date '2026-01-01' as due_on,
    case when i % 3 = 2 then 'pending' end as approval_status,
    i % 2 = 0 as is_completed, case when i % 2 = 0 then timestamp '2026-01-01' end as completed_at,
    false as is_deleted, false as is_separator from range(100) as t(i);
create table staging.stg_asana__work_task_events as select
    'e' || i as event_id, cast(i as varchar) as task_id, timestamp '2026-01-01' as occurred_at,
    false as is_deleted from range(100) as t(i);
create table staging.stg_asana__work_projects as select
    cast(i as varchar) as project_id, 'u' as owner_id, false as is_deleted from range(100) as t(i);
create table staging.stg_ga4__report_days as select
    'r' || i as report_name, date '2026-01-01' as reported_on, false as is_sampled,
    false as is_truncated, false as has_other_row, 'UTC' as time_zone from range(100) as t(i);
create table staging.stg_file_drops__contacts as
    select * replace ('webinar' as source) from staging.stg_hubspot__contacts
    union all by name
    -- Whoever is in two of the dropped systems is no duplicate.
    select * replace ('event' as source) from staging.stg_hubspot__contacts;
create table staging.stg_file_drops__deals as
    select * replace ('other_crm' as source) from staging.stg_hubspot__deals;
create table staging.stg_mailchimp__email_events as select
    'mailchimp' as source, cast(i as varchar) as event_id, 'c' as campaign_native_id,
    'r' as recipient_key, 'open' as event_type, timestamp '2026-01-01' as occurred_at
    from range(100) as t(i);
create table staging.stg_klaviyo__email_events as
    select * replace ('klaviyo' as source) from staging.stg_mailchimp__email_events;
create table staging.stg_file_drops__email_events as
    select * replace ('other_mail' as source) from staging.stg_mailchimp__email_events;
create table staging.stg_web_events__events as select
    cast(i as varchar) as message_id, 'v' as visitor_id, 'page' as event_type, '/' as page_path,
    'google' as utm_source, 'cpc' as utm_medium, 'spring' as utm_campaign,
    timestamp '2026-01-01' as occurred_at from range(100) as t(i);
create table staging.stg_mailchimp__members as select 'mailchimp' as source,
    cast(i as varchar) as source_record_id, 'a@corp.example' as email, 'subscribed' as status,
    false as is_deleted from range(100) as t(i);
create table staging.stg_klaviyo__members as select * from staging.stg_mailchimp__members;
create table staging.stg_linkedin_pages__social_posts as select
    cast(i as varchar) as post_id, timestamp '2026-01-01' as published_at, false as is_deleted
    from range(100) as t(i);
create table staging.stg_facebook_pages__social_posts as
    select * from staging.stg_linkedin_pages__social_posts;
create table staging.stg_instagram__social_posts as
    select * from staging.stg_linkedin_pages__social_posts;
create table staging.stg_youtube__social_posts as
    select * from staging.stg_linkedin_pages__social_posts;
create table staging.stg_adaptlypost__publications as select
    cast(i as varchar) as publication_id,
    case when i % 2 = 0 then 'PUBLISHED' else 'FAILED' end as status_native,
    case when i % 2 = 0 then 'n' end as native_post_id,
    case when i % 2 = 1 then 'expired' end as error_message,
    false as is_deleted from range(100) as t(i);
create table staging.stg_wordpress__content_items as select
    's' as site_id, cast(i as varchar) as item_native_id, 'published' as status,
    'a.example' as page_host, '/p' || i as page_path, timestamp '2026-01-01' as published_at,
    'w' as author_native_id, false as is_deleted from range(100) as t(i);
create table staging.stg_wordpress__content_authors as
    select 's' as site_id, 'w' as author_native_id, 'Ada' as author_name;
create table staging.stg_file_drops__members as select * from staging.stg_mailchimp__members;
create table staging.stg_file_drops__social_posts as
    select * from staging.stg_linkedin_pages__social_posts;
create table intermediate.int_identity__records as select
    cast(i as varchar) as record_key, timestamp '2026-01-01' as created_at,
    'a@corp.example' as email, false as is_disposable_email, false as is_role_email,
    false as is_placeholder_email, 'Germany' as country, 'DE' as country_code,
    false as is_deleted, 'contacts' as object,
    'hubspot' as source, cast(i as varchar) as source_record_id
    from range(100) as t(i);
create table intermediate.int_touchpoints__touchpoints as select
    cast(i as varchar) as touchpoint_id, timestamp '2026-01-01' as touched_at,
    'email' as channel, 'marketing' as touch_class from range(100) as t(i);
"""
MARTS = """
create schema marts;
create table marts.rpt_source_freshness as
    select 'hubspot' as source, cast(1 as double) as age_hours,
    cast(36 as double) as stale_after_hours;
create table marts.fct_conversions as select
    cast(i as varchar) as conversion_id, 'won' as stage, 1.00 as value_amount,
    1.00 as value_amount_reporting from range(100) as t(i);
create table marts.dim_persons as
    select cast(i as varchar) as person_id, 'person' as kind from range(100) as t(i);
create table marts.fct_attribution_credits as select
    cast(i as varchar) as conversion_id, 't' as touchpoint_id, 'linear' as attribution_model,
    'email' as channel, 1.0 as weight from range(100) as t(i);
create table marts.fct_ad_performance as select
    'google_ads' as platform, '1' as account_id, cast(i as varchar) as campaign_id,
    '2' as ad_group_id, '3' as ad_id, date '2026-01-01' as reported_on,
    cast(1 as double) as fx_rate from range(100) as t(i);
create table marts.dim_campaigns as select
    cast(i as varchar) as campaign_id, 'c' as campaign_native_id, 'paid_search' as channel
    from range(100) as t(i) union all select 'x', 'c', 'other';
"""
RAW_CONTACTS, RAW_ADS = "raw_hubspot.contacts", "raw_google_ads.campaign_stats"
META_ADS, LINKEDIN_ADS = "raw_meta_ads.insights", "raw_linkedin_ads.analytics"
DROPPED_CONTACTS, DROPPED_ADS = "raw_file_drops.contacts", "raw_file_drops.ad_days"
CONTACTS, DEALS = "staging.stg_{}__contacts", "staging.stg_{}__deals"
EMAIL_EVENTS = "staging.stg_{}__email_events"
EVENTS, MEMBERS = "staging.stg_web_events__events", "staging.stg_mailchimp__members"
POSTS = "staging.stg_{}__social_posts"
PUBLICATIONS = "staging.stg_adaptlypost__publications"
CONTENT = "staging.stg_wordpress__content_items"
INVOICES, WEB_DAYS = "staging.stg_stripe__invoices", "staging.stg_ga4__report_days"
TASKS, TASK_EVENTS = "staging.stg_asana__work_tasks", "staging.stg_asana__work_task_events"
RECORDS = "intermediate.int_identity__records"
TOUCHES = "intermediate.int_touchpoints__touchpoints"
CONVERSIONS, PERSONS = "marts.fct_conversions", "marts.dim_persons"
CREDITS, ADS = "marts.fct_attribution_credits", "marts.fct_ad_performance"
SOME = "where cast({key} as integer) < 30"
# Rule -> what breaks it. One row where one row is too many, thirty where a share is.
RAW_CONTACT_FAULTS = {
    "raw_contact_has_an_id": "id = null where id = '3'",
    "raw_contact_id_is_open_once": "id = '4' where id = '3'",
    "raw_contact_has_an_email": "properties__email = null " + SOME.format(key="id"),
    "raw_contact_was_created_before_it_was_updated": "updated_at = timestamp '2025-01-01' "
    + SOME.format(key="id"),
}
AD_DAY_FAULTS = {
    "ad_spend_is_not_negative": "metrics__cost_micros = -1 where campaign__id = '3'",
    "ad_clicks_are_not_negative": "metrics__clicks = -1 where campaign__id = '3'",
    "ad_impressions_cover_clicks": "metrics__impressions = 1 " + SOME.format(key="campaign__id"),
    "ad_day_has_a_currency": "customer__currency_code = null where campaign__id = '3'",
    "ad_day_is_open_once": "campaign__id = '4' where campaign__id = '3'",
}
CONTACT_FAULTS = {
    "contact_email_is_well_formed": "email = 'no address ' || source_record_id "
    + SOME.format(key="source_record_id"),
    "contact_has_a_last_name": "last_name = null " + SOME.format(key="source_record_id"),
    "contact_email_domain_is_no_slip": "email = 'a' || source_record_id || '@gmial.com' "
    + SOME.format(key="source_record_id"),
    "contact_name_is_one": "last_name = 'asdf' " + SOME.format(key="source_record_id"),
    "contact_phone_can_be_dialled": "phone = '12' " + SOME.format(key="source_record_id"),
    "contact_region_is_known": "region = 'Mordor' " + SOME.format(key="source_record_id"),
    "contact_email_is_held_by_one_live_record": "email = 'same@corp.example' "
    + SOME.format(key="source_record_id"),
    "contact_has_a_lifecycle_stage": "lifecycle_stage_native = null "
    + SOME.format(key="source_record_id"),
    "contact_was_not_made_in_the_future": "created_at = timestamp '2026-07-03' "
    + SOME.format(key="source_record_id"),
    "contact_was_touched_within_two_years": "created_at = timestamp '2024-01-01', "
    "updated_at = null where true",
}
DEAL_FAULTS = {
    "deal_has_an_amount": "amount = null, currency_code = null "
    + SOME.format(key="source_record_id"),
    "deal_amount_has_a_currency": "currency_code = null where source_record_id = '3'",
    "deal_currency_is_known": "currency_code = 'POINTS' where source_record_id = '3'",
    "deal_closes_after_it_was_created": "closed_at = timestamp '2025-01-01' "
    + SOME.format(key="source_record_id"),
    "deal_has_an_owner": "owner_native_id = null " + SOME.format(key="source_record_id"),
}
EMAIL_EVENT_FAULTS = {
    "email_event_has_an_instant": "occurred_at = null where event_id = '3'",
    "email_event_names_its_campaign": "campaign_native_id = null " + SOME.format(key="event_id"),
    "email_event_names_its_recipient": "recipient_key = null " + SOME.format(key="event_id"),
    "email_event_is_of_a_known_kind": "event_type = 'sneeze' where event_id = '3'",
}
POST_FAULTS = {"post_says_when_it_was_published": "published_at = null where post_id = '3'"}
SOCIAL = ("linkedin_pages", "facebook_pages", "instagram", "youtube", "file_drops")
OTHER_FAULTS = {
    "web_event_names_its_visitor": (EVENTS, "visitor_id = null " + SOME.format(key="message_id")),
    "web_event_has_an_instant": (EVENTS, "occurred_at = null where message_id = '3'"),
    "web_page_view_names_its_page": (EVENTS, "page_path = null " + SOME.format(key="message_id")),
    "web_visit_medium_is_in_the_vocabulary": (
        EVENTS,
        "utm_medium = 'E-Blast', utm_source = 'E-Blast' " + SOME.format(key="message_id"),
    ),
    "web_visit_source_is_spelt_as_known": (
        EVENTS,
        "utm_source = 'gooogle' " + SOME.format(key="message_id"),
    ),
    "web_visit_campaign_is_filled_in": (
        EVENTS,
        "utm_campaign = '{campaignid}' " + SOME.format(key="message_id"),
    ),
    "member_email_is_well_formed": (
        MEMBERS,
        "email = 'no address 1' " + SOME.format(key="source_record_id"),
    ),
    "member_email_domain_is_no_slip": (
        MEMBERS,
        "email = 'a@gmial.com' " + SOME.format(key="source_record_id"),
    ),
    "member_status_is_known": (MEMBERS, "status = 'lost' where source_record_id = '3'"),
    "published_post_names_the_post_of_its_network": (
        PUBLICATIONS,
        "native_post_id = null " + SOME.format(key="publication_id"),
    ),
    "failed_post_says_why": (
        PUBLICATIONS,
        "error_message = null " + SOME.format(key="publication_id"),
    ),
    "invoice_currency_has_three_letters": (
        INVOICES,
        "currency_code = 'Euro' where invoice_id = '3'",
    ),
    "invoice_has_a_currency": (INVOICES, "currency_code = null where invoice_id = '3'"),
    "invoice_money_is_paid_or_remains": (INVOICES, "paid_amount = 9.999 where invoice_id = '3'"),
    "invoice_state_is_known": (INVOICES, "status = 'lost' where invoice_id = '3'"),
    "invoice_names_its_customer": (INVOICES, "customer_id = null where invoice_id = '3'"),
    "content_item_is_in_a_known_state": (CONTENT, "status = 'lost' where item_native_id = '3'"),
    "published_content_has_an_address": (
        CONTENT,
        "page_path = null " + SOME.format(key="item_native_id"),
    ),
    "published_content_says_since_when": (
        CONTENT,
        "published_at = null where item_native_id = '3'",
    ),
    "content_item_has_a_known_author": (
        CONTENT,
        "author_native_id = 'x' " + SOME.format(key="item_native_id"),
    ),
    "published_page_has_its_address_to_itself": (
        CONTENT,
        "page_path = '/p1' " + SOME.format(key="item_native_id"),
    ),
    "web_report_counts_every_event": (WEB_DAYS, "is_sampled = true where report_name = 'r3'"),
    "web_report_is_not_cut": (WEB_DAYS, "is_truncated = true where report_name = 'r3'"),
    "web_report_names_its_values": (WEB_DAYS, "has_other_row = true where report_name < 'r3'"),
    "web_report_says_how_it_counts_days": (WEB_DAYS, "time_zone = null where report_name = 'r3'"),
    "work_task_has_someone_to_do_it": (TASKS, "assignee_id = null " + SOME.format(key="task_id")),
    "work_milestone_has_a_due_day": (TASKS, "due_on = null " + SOME.format(key="task_id")),
    "work_approval_says_how_it_stands": (TASKS, "approval_status = null where task_id = '2'"),
    "work_task_is_completed_at_an_instant_or_open": (
        TASKS,
        "completed_at = null where task_id = '2'",
    ),
    "work_event_has_an_instant": (TASK_EVENTS, "occurred_at = null where event_id = 'e3'"),
    "work_event_is_of_a_known_task": (TASK_EVENTS, "task_id = 'x' where event_id < 'e3'"),
    "work_project_has_an_owner": (
        "staging.stg_asana__work_projects",
        "owner_id = null " + SOME.format(key="project_id"),
    ),
    "record_address_is_not_disposable": (
        RECORDS,
        "is_disposable_email = true " + SOME.format(key="record_key"),
    ),
    "record_address_is_a_persons_own": (
        RECORDS,
        "is_role_email = true " + SOME.format(key="record_key"),
    ),
    "record_country_is_standardised": (
        RECORDS,
        "country = 'Narnia' " + SOME.format(key="record_key"),
    ),
    "record_address_is_no_placeholder": (
        RECORDS,
        "is_placeholder_email = true " + SOME.format(key="record_key"),
    ),
    "record_says_when_it_was_made": (RECORDS, "created_at = null " + SOME.format(key="record_key")),
    "touchpoint_has_an_instant": (TOUCHES, "touched_at = null where touchpoint_id = '3'"),
    "touchpoint_has_a_channel": (TOUCHES, "channel = null where touchpoint_id = '3'"),
    "touchpoint_id_is_unique": (TOUCHES, "touchpoint_id = '4' where touchpoint_id = '3'"),
    "touchpoint_class_is_known": (TOUCHES, "touch_class = 'luck' where touchpoint_id = '3'"),
    "source_was_loaded_within_its_limit": (
        "marts.rpt_source_freshness",
        "age_hours = 37",
    ),
    "conversion_value_has_its_rate": (
        CONVERSIONS,
        "value_amount_reporting = null " + SOME.format(key="conversion_id"),
    ),
    "conversion_stage_is_known": (CONVERSIONS, "stage = 'sold' where conversion_id = '3'"),
    "person_id_is_unique": (PERSONS, "person_id = '4' where person_id = '3'"),
    "person_kind_is_known": (PERSONS, "kind = 'robot' where person_id = '3'"),
    "credit_weight_is_a_share": (CREDITS, "weight = 1.1 where conversion_id = '3'"),
    "credit_names_its_channel": (CREDITS, "channel = null where conversion_id = '3'"),
    "ad_performance_grain_is_unique": (ADS, "campaign_id = '4' where campaign_id = '3'"),
    "ad_campaign_has_a_channel": (ADS, "campaign_id = 'x' where campaign_id = '3'"),
    "ad_performance_has_its_rate": (ADS, "fx_rate = null " + SOME.format(key="campaign_id")),
}
# The names that the dropped files' tables have for the columns of the vendor's.
DROPPED = {
    "properties__email": "email",
    "metrics__cost_micros": "spend",
    "metrics__clicks": "clicks",
    "metrics__impressions": "impressions",
    "customer__currency_code": "currency_code",
    "campaign__id": "campaign_id",
}


def dropped(fault: str) -> str:
    """The fault in the words of the dropped files' tables."""
    for name, theirs in DROPPED.items():
        fault = fault.replace(name, theirs)
    return fault


# Relation and rule -> what breaks it.
FAULTS = {
    **{(RAW_CONTACTS, rule): fault for rule, fault in RAW_CONTACT_FAULTS.items()},
    **{
        (f"raw_salesforce.{kind}", rule): fault.replace("properties__", "").replace(
            "updated_at", "system_modstamp"
        )
        for kind in ("leads", "contacts")
        for rule, fault in RAW_CONTACT_FAULTS.items()
    },
    **{
        (DROPPED_CONTACTS, rule): re.sub(r"\bid\b", "source_record_id", dropped(fault))
        for rule, fault in RAW_CONTACT_FAULTS.items()
    },
    **{
        (f"raw_google_ads.{table}", rule): fault.replace("campaign__id", key)
        for table, key in (
            ("account_stats", "customer__id"),
            ("campaign_stats", "campaign__id"),
            ("ad_group_stats", "campaign__id"),
            ("ad_stats", "campaign__id"),
            ("keyword_stats", "ad_group__id"),
            ("search_term_stats", "ad_group__id"),
        )
        for rule, fault in AD_DAY_FAULTS.items()
    },
    **{
        (META_ADS, rule): dropped(fault).replace("currency_code", "account_currency")
        for rule, fault in AD_DAY_FAULTS.items()
    },
    **{
        (LINKEDIN_ADS, rule): dropped(fault)
        .replace("spend", "cost_in_local_currency")
        .replace("campaign_id", "entity_id")
        for rule, fault in AD_DAY_FAULTS.items()
    },
    **{(DROPPED_ADS, rule): dropped(fault) for rule, fault in AD_DAY_FAULTS.items()},
    **{
        (relation.format(system), rule): fault
        for relation, faults, systems in (
            (CONTACTS, CONTACT_FAULTS, ("hubspot", "salesforce", "file_drops")),
            (DEALS, DEAL_FAULTS, ("hubspot", "salesforce", "file_drops")),
            (EMAIL_EVENTS, EMAIL_EVENT_FAULTS, ("mailchimp", "klaviyo", "file_drops")),
            (POSTS, POST_FAULTS, SOCIAL),
        )
        for system in systems
        for rule, fault in faults.items()
    },
    **{
        (DEALS.format(system), "deal_has_a_stage"): (
            "stage_native = null where source_record_id = '3'"
        )
        for system in ("hubspot", "salesforce")
    },
    (DEALS.format("file_drops"), "deal_with_an_amount_has_a_stage"): (
        "stage_native = null where source_record_id = '3'"
    ),
    **{(relation, rule): fault for rule, (relation, fault) in OTHER_FAULTS.items()},
    **{
        (f"staging.stg_{system}__members", rule): fault
        for rule, (relation, fault) in OTHER_FAULTS.items()
        if relation == MEMBERS
        for system in ("klaviyo", "file_drops")
    },
}
GATE_OF: dict[str, Gate] = {"staging": "staging", "intermediate": "conformed", "marts": "marts"}
# As the dbt project has the systems: whoever adds one there adds its faults here.
SUITES = judging.suites(Settings(home=Path()))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    made = tmp_path / "warehouse.duckdb", tmp_path / "engineroom.duckdb"
    for path, script in zip(made, (WAREHOUSE, MARTS), strict=True):
        with duckdb.connect(str(path)) as connection:
            connection.execute(script)
    ensure_tables(made[0])
    hygiene.cache.ensure_tables(made[0])
    with duckdb.connect(str(made[0])) as connection:
        connection.execute(PROBLEMS)
    return made


def judged(files: tuple[Path, Path], gate: Gate) -> list[RuleResult]:
    found = run_suites(*files, gate=gate, suites=SUITES, run_id="r1", as_of=AS_OF)
    assert not [each.message for each in found if "could not be computed" in each.message]
    return found


def broken(files: tuple[Path, Path], gate: Gate) -> set[tuple[str, str]]:
    relations = {suite.name: ".".join(suite.relation) for suite in SUITES}
    found = judged(files, gate)
    return {(relations[each.suite], each.rule_id) for each in found if not each.passed}


@pytest.mark.parametrize("gate", GATES)
def test_clean_rows_break_no_rule(files: tuple[Path, Path], gate: Gate) -> None:
    assert broken(files, gate) == set()
    assert all(each.checked for each in judged(files, gate))


def rounds() -> list[Any]:
    """Faults in rounds: one a relation at most, in all relations of a gate at once."""
    turns: dict[tuple[Gate, int], list[tuple[str, str]]] = defaultdict(list)
    for relation in sorted({relation for relation, _ in FAULTS}):
        gate = GATE_OF.get(relation.split(".")[0], "raw")
        for turn, rule in enumerate(rule for other, rule in FAULTS if other == relation):
            turns[gate, turn].append((relation, rule))
    return [pytest.param(gate, keys, id=f"{gate} {turn}") for (gate, turn), keys in turns.items()]


@pytest.mark.parametrize(("gate", "keys"), rounds())
def test_rules_are_broken_by_their_faults_and_by_no_other(
    files: tuple[Path, Path], gate: Gate, keys: list[tuple[str, str]]
) -> None:
    """Many relations at once, because each judging takes two seconds."""
    with duckdb.connect(str(files[gate == "marts"])) as connection:
        for relation, rule in keys:
            connection.execute(f"update {relation} set {FAULTS[relation, rule]}")
    assert broken(files, gate) == set(keys)


def test_every_rule_has_a_fault_that_breaks_it() -> None:
    every = {
        (".".join(suite.relation), rule.rule_id)
        for suite in SUITES
        for rule in suite.rules
        if rule.names_rows  # how often a column is usually empty has tests of its own
    }
    assert every == set(FAULTS)


@pytest.mark.parametrize("gone", ["drop table", "delete from"])
def test_a_source_that_is_not_used_fails_nothing_and_claims_nothing(
    files: tuple[Path, Path], gone: str
) -> None:
    with duckdb.connect(str(files[0])) as connection:
        connection.execute(f"{gone} raw_file_drops.ad_days")
    found = judged(files, "raw")
    assert all(each.passed for each in found)
    unused = [each for each in found if each.suite == "raw_file_drops_ad_days"]
    assert {each.checked for each in unused} == {0}
    assert all(each.message.startswith("no rows to judge") for each in unused)
    with duckdb.connect(str(files[0])) as connection:
        scored = connection.execute(
            "select sum(records), sum(passed) from quality.scores "
            "where source = 'file_drops' and object = 'ad_days'"
        ).fetchall()
    assert scored == [(0, 0)]


def test_a_negative_spend_in_a_dropped_file_blocks_under_the_name_of_its_source(
    files: tuple[Path, Path],
) -> None:
    with duckdb.connect(str(files[0])) as connection:
        connection.execute("update raw_file_drops.ad_days set spend = '-0.01' where grain = 'ad'")
    [broken] = [each for each in judged(files, "raw") if not each.passed]
    assert (broken.severity, broken.checked, broken.failed) == ("blocking", 100, 25)
    with duckdb.connect(str(files[0])) as connection:
        scored = connection.execute(
            "select source, object, records, passed from quality.scores where passed < records"
        ).fetchall()
    assert scored == [("file_drops", "ad_days", 100, 75)]


def test_a_dropped_deal_without_amount_and_stage_blocks_nothing(files: tuple[Path, Path]) -> None:
    with duckdb.connect(str(files[0])) as connection:
        connection.execute(
            "update staging.stg_file_drops__deals set amount = null, currency_code = null, "
            "stage_native = null where source_record_id = '3'"
        )
    assert broken(files, "staging") == set()


def test_what_cannot_be_judged_without_its_country_is_no_fault(files: tuple[Path, Path]) -> None:
    with duckdb.connect(str(files[0])) as connection:
        connection.execute(
            "update staging.stg_hubspot__contacts set country = null, phone = '030 1234567',"
            " region = 'Mordor' " + SOME.format(key="source_record_id")
        )
    found = {each.rule_id: each for each in judged(files, "staging") if "hubspot" in each.suite}
    assert found["contact_phone_can_be_dialled"].passed
    assert found["contact_phone_can_be_dialled"].checked == 70
    assert found["contact_region_is_known"].passed
