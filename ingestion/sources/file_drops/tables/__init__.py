"""The raw tables that dropped files are conformed to. `source` is the system a file came from.

The first ones are kinds that the marts know, whatever system fills them. Those of planned.py are
staged; marts of their own come later.
"""

from ingestion.sources.file_drops.tables import engaged, planned, records

TABLES = (
    records.CONTACTS,
    records.COMPANIES,
    records.DEALS,
    records.DEAL_STAGES,
    records.AD_DAYS,
    records.EMAIL_EVENTS,
    records.PRIVACY_DELETES,
    engaged.MEMBERS,
    engaged.EMAIL_REPORTS,
    engaged.SOCIAL_POSTS,
    engaged.SOCIAL_POST_SNAPSHOTS,
    engaged.SOCIAL_PAGE_DAYS,
    engaged.ACTIVITIES,
    engaged.OWNERS,
    engaged.FORM_SUBMISSIONS,
    planned.ENRICHMENTS,
    planned.INTENT_SIGNALS,
    planned.WEBINAR_ATTENDANCE,
    planned.EXPERIMENT_EXPOSURES,
    planned.BUDGETS,
    planned.TARGETS,
    planned.FINANCE_MONTHS,
    planned.FX_RATES,
    planned.TOOLS,
)
# A file's coarser rows have no such id: the part of the key is empty then.
OPTIONAL_KEYS = {
    "ad_days": ("campaign_id", "ad_group_id", "ad_id"),
    "activities": ("contact_record_id",),
    "members": ("list_id",),
    "budgets": ("channel", "campaign"),
    "targets": ("segment",),
    "finance_months": ("category",),
}
# What a column may hold, where the marts tell its words apart.
WORDS = {
    ("email_events", "event_type"): records.EVENT_TYPES,
    ("email_events", "bounce_class"): {*records.BOUNCE_CLASSES, None},
    ("activities", "activity_type"): engaged.ACTIVITY_TYPES,
    ("activities", "direction"): {"inbound", "outbound", None},
    ("members", "status"): engaged.MEMBER_STATUSES,
    ("enrichments", "subject_kind"): {"email", "domain"},
    ("experiment_exposures", "unit_kind"): {"visitor", "person", "company"},
}
