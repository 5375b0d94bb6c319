with records as (
    select * from {{ ref('int_identity__records') }}
),

joined as (
    select
        records.*,
        emails.problem as syntax_problem,
        emails.suggestion as syntax_suggestion,
        domains.registrable_domain,
        domains.problem as domain_problem,
        domains.suggestion as domain_suggestion,
        phones.phone_e164,
        phones.extension as phone_extension,
        phones.phone_country_code,
        phones.line_type as phone_line_type,
        phones.problem as phone_problem,
        countries.problem as country_problem,
        countries.suggestion as country_suggestion,
        regions.region_code,
        regions.problem as region_problem,
        companies.base_name as company_base_name,
        companies.legal_form as company_legal_form,
        companies.problem as company_problem,
        companies.suggestion as company_suggestion,
        titles.job_seniority,
        titles.job_function,
        titles.problem as job_title_problem,
        first_names.problem as first_name_problem,
        last_names.problem as last_name_problem,
        coalesce(first_names.suggestion, last_names.suggestion) as name_suggestion,
        coalesce(first_names.prefix, last_names.prefix) as name_prefix,
        coalesce(last_names.suffix, first_names.suffix) as name_suffix,
        -- One column that holds the whole name fills both.
        coalesce(first_names.first_name, last_names.first_name, first_names.name)
            as first_name_normalised,
        coalesce(last_names.last_name, first_names.last_name, last_names.name)
            as last_name_normalised
    from records
    left join {{ source('hygiene', 'emails') }} as emails on records.email = emails.raw_value
    left join {{ source('hygiene', 'domains') }} as domains
        on records.email_domain = domains.raw_value
    left join {{ source('hygiene', 'phones') }} as phones
        on
            records.phone = phones.raw_value
            and coalesce(records.country_code, '') = phones.context
    left join {{ source('hygiene', 'countries') }} as countries
        on records.country = countries.raw_value
    left join {{ source('hygiene', 'regions') }} as regions
        on
            records.region = regions.raw_value
            and coalesce(records.country_code, '') = regions.context
    left join {{ source('hygiene', 'companies') }} as companies
        on records.company_name = companies.raw_value
    left join {{ source('hygiene', 'job_titles') }} as titles
        on records.job_title = titles.raw_value
    left join {{ source('hygiene', 'names') }} as first_names
        on
            records.first_name = first_names.raw_value
            and first_names.context
            = case
                when records.last_name is null and records.first_name like '% %' then 'whole'
                else 'first'
            end
    left join {{ source('hygiene', 'names') }} as last_names
        on
            records.last_name = last_names.raw_value
            and last_names.context
            = case
                when records.first_name is null and records.last_name like '% %' then 'whole'
                else 'last'
            end
)

select
    record_key,
    source,
    object,
    source_record_id,
    email_normalised,
    registrable_domain as email_registrable_domain,
    -- What was probably meant: for people to accept, never what is sent to.
    coalesce(
        syntax_suggestion,
        case
            when syntax_problem is null and domain_suggestion is not null
                then concat(split_part(email_normalised, '@', 1), '@', domain_suggestion)
        end
    ) as email_suggestion,
    case
        when syntax_problem is not null then syntax_problem
        when is_placeholder_email then 'test'
        when domain_problem is not null then domain_problem
        when is_disposable_email then 'disposable'
        when is_role_email then 'role'
    end as email_problem,
    phone_e164,
    phone_extension,
    phone_country_code,
    phone_line_type,
    phone_problem,
    first_name_normalised,
    last_name_normalised,
    name_prefix,
    name_suffix,
    name_suggestion,
    coalesce(first_name_problem, last_name_problem) as name_problem,
    company_base_name,
    company_legal_form,
    company_suggestion,
    company_problem,
    country_code,
    country_suggestion,
    country_problem,
    region_code,
    region_problem,
    job_seniority,
    job_function,
    job_title_problem
from joined
