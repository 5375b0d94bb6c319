{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['source', 'object', 'source_record_id']
) }}
with source_rows as (
    select * from {{ ref('int_identity__source_rows') }}
),

vendor_merges as (
    select
        source,
        object,
        loser_record_id,
        winner_record_id,
        row_number() over (
            partition by source, object, loser_record_id
            order by merged_at desc, winner_record_id asc
        ) as position
    from {{ ref('int_identity__merges') }}
),

judged_rows as (
    select
        source_rows.*,
        odd_emails.problem as email_problem
    from source_rows
    left join {{ source('hygiene', 'emails') }} as odd_emails
        on source_rows.email = odd_emails.raw_value
),

split_rows as (
    select
        *,
        lower(trim(email)) as email_normalised,
        split_part(lower(trim(email)), '@', 1) as email_local,
        -- What is no address leads to nobody, and two records that hold it are not one for it.
        case when email_problem is null then {{ address_domain('email') }} end as email_domain,
        {{ regexp_replace_all(regexp_replace_all('lower(phone)', '(x|ext).*$', ''), '[^0-9]', '') }}
            as phone_digits,
        -- A title is no name: two doctors of one surname would be one person.
        {{ fold_name(regexp_replace_all(
            regexp_replace_all(
                'lower(trim(first_name))',
                '^((dr|prof|mr|mrs|ms|miss|mx|sir|ing|mag|dipl|herr|frau)([.] *| +))+', ''
            ),
            ' .*$', ''
        )) }} as first_folded,
        {{ fold_name('last_name') }} as last_folded
    from judged_rows
),

-- Matching sees one mailbox where mail systems deliver to one: no plus tag, no dots at Google.
addressed as (
    select
        *,
        {{ regexp_replace_all('email_local', '[+].*$', '') }} as local_untagged,
        case
            when email_domain = 'googlemail.com' then 'gmail.com' else email_domain
        end as domain_delivered
    from split_rows
),

judged as (
    select
        addressed.*,
        nicknames.canonical as first_canonical,
        countries.country_code,
        companies.company_key,
        phones.phone_e164,
        phones.problem as phone_problem,
        vendor_merges.winner_record_id as merged_into_record_id,
        role_mailboxes.local_part is not null as is_role_email,
        coalesce(domains.is_disposable, false) as is_disposable_email,
        free_mail.domain is not null as is_free_mail,
        case
            when addressed.object = 'companies' and not coalesce(company_domains.is_free, false)
                then company_domains.registrable_domain
            when
                addressed.object <> 'companies'
                and free_mail.domain is null
                and not coalesce(domains.is_disposable, false)
                then domains.registrable_domain
        end as account_domain,
        (
            placeholder_locals.value is not null
            and (placeholder_domains.value is not null or free_mail.domain is not null)
        ) or placeholder_domains.value is not null as is_placeholder_email,
        placeholder_names.value is not null
        and coalesce(addressed.last_folded, '') in (
            '', addressed.first_folded, 'user', 'lead', 'contact', 'name'
        ) as is_placeholder_name
    from addressed
    left join {{ ref('role_mailboxes') }} as role_mailboxes
        on addressed.local_untagged = role_mailboxes.local_part
    left join {{ source('hygiene', 'domains') }} as domains
        on addressed.email_domain = domains.raw_value
    left join {{ source('hygiene', 'domains') }} as company_domains
        on addressed.company_domain = company_domains.raw_value
    left join {{ ref('int_hygiene__free_mail_domains') }} as free_mail
        on addressed.email_domain = free_mail.domain
    left join {{ ref('placeholder_values') }} as placeholder_locals
        on
            addressed.local_untagged = placeholder_locals.value
            and placeholder_locals.kind = 'email_local'
    left join {{ ref('placeholder_values') }} as placeholder_domains
        on
            addressed.email_domain = placeholder_domains.value
            and placeholder_domains.kind = 'email_domain'
    left join {{ ref('placeholder_values') }} as placeholder_names
        on
            addressed.first_folded = placeholder_names.value
            and placeholder_names.kind = 'name'
    left join {{ ref('nicknames') }} as nicknames on addressed.first_folded = nicknames.nickname
    left join {{ source('hygiene', 'countries') }} as countries
        on addressed.country = countries.raw_value
    left join {{ source('hygiene', 'companies') }} as companies
        on addressed.company_name = companies.raw_value
    left join {{ source('hygiene', 'phones') }} as phones
        on
            addressed.phone = phones.raw_value
            and coalesce(countries.country_code, '') = phones.context
    left join vendor_merges
        on
            addressed.source = vendor_merges.source
            and addressed.object = vendor_merges.object
            and addressed.source_record_id = vendor_merges.loser_record_id
            and vendor_merges.position = 1
),

-- However it was typed, a number of a known country has one key; of others the digits must do.
keyed as (
    select
        *,
        case
            when phone_e164 is not null then right(phone_e164, 10)
            when length(phone_digits) between 8 and 15
                then right({{ regexp_replace_all('phone_digits', '^0+', '') }}, 10)
        end as phone_national,
        case
            when object = 'companies' then 'company'
            when is_placeholder_email or is_placeholder_name then 'test'
            when
                is_disposable_email
                or {{ regexp_matches('lower(message)', var('spam_words')) }}
                then 'spam'
            when is_role_email and coalesce(first_folded, last_folded, '') = '' then 'mailbox'
            else 'person'
        end as record_kind
    from judged
),

records as (
    select
        concat(source, '|', object, '|', source_record_id) as record_key,
        source,
        object,
        source_record_id,
        merged_into_record_id,
        linked_record_id,
        email,
        email_normalised,
        email_domain,
        case
            when
                email_domain is null or is_role_email or is_disposable_email or is_placeholder_email
                then null
            when domain_delivered = 'gmail.com'
                then concat(replace(local_untagged, '.', ''), '@', domain_delivered)
            else concat(local_untagged, '@', domain_delivered)
        end as email_key,
        phone,
        case
            when length(phone_national) >= 8 and coalesce(phone_problem, '') <> 'placeholder'
                then phone_national
        end as phone_key,
        first_name,
        last_name,
        coalesce(first_canonical, nullif(first_folded, '')) as first_key,
        nullif(last_folded, '') as last_key,
        company_name,
        company_key,
        company_record_id,
        company_domain,
        account_domain,
        job_title,
        country,
        country_code,
        region,
        city,
        postal_code,
        {{ regexp_replace_all('lower(street)', '[^a-z0-9]', '') }} as street_key,
        street,
        lifecycle_stage_native,
        record_kind,
        is_role_email,
        is_disposable_email,
        is_free_mail,
        is_placeholder_email,
        is_archived,
        is_deleted,
        created_at,
        updated_at
    from keyed
)

-- All that persons and accounts are decided by: another hash makes it a changed record.
select
    *,
    {{ surrogate_key([
        'linked_record_id', 'record_kind', 'created_at', 'first_key', 'last_key', 'email_key',
        'email_normalised', 'email_domain', 'is_free_mail', 'phone_key', 'street_key',
        'postal_code', 'city', 'country_code', 'company_key', 'company_name', 'company_record_id',
        'account_domain'
    ]) }} as row_hash
from records
