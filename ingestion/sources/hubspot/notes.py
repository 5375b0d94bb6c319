"""What a reader of the HubSpot source should know."""

from ingestion.catalogue import Notes

NOTES = Notes(
    reads=(
        "Contacts, companies and deals with the history of their stage and owner; calls, meetings, "
        "e-mails, notes and tasks; associations with their labels; owners, deal pipelines; forms "
        "with their fields and submissions; marketing e-mails with their totals; campaigns with "
        "budget and spend; lists and who is on them."
    ),
    cursor=(
        "Search by lastmodifieddate (contacts) or hs_lastmodifieddate, by rising id, so that its "
        "limit of 10,000 results is never met; archived records, owners, pipelines, forms, "
        "marketing e-mails, campaigns and lists are listed whole every time. "
        "Submissions come newest first. Budget and spend are read of campaigns that "
        "changed, memberships of lists that somebody joined or left."
    ),
    lookback=(
        "10 minutes, as the search index runs behind the records. Totals of marketing e-mails move "
        "for weeks and are read whole. Every seven days the full lists of ids find what was "
        "deleted, and all budgets and memberships are read again."
    ),
    limits=(
        "100 calls in 10 seconds for a private app, 5 searches a second; both are kept by budgets "
        "of the whole session. The daily limit (policyName DAILY) stops the load with its cursors "
        "unmoved. Property lists past 15,000 characters are asked for in parts."
    ),
    scopes=(
        ("crm.objects.contacts.read", "contacts, their activities and associations"),
        ("crm.objects.companies.read", "companies and who belongs to them"),
        ("crm.objects.deals.read", "deals, their stages and pipelines"),
        ("crm.objects.owners.read", "the names of owners"),
        ("sales-email-read", "the content of e-mails that sales sent"),
        ("crm.lists.read", "lists and who is on them"),
        ("forms", "forms and what was submitted through them"),
        ("content", "marketing e-mails and their totals"),
        ("marketing.campaigns.read", "campaigns with their budget and spend"),
    ),
    blind=(
        "Who received, opened or clicked a marketing e-mail: the API gives totals only.",
        "A privacy deletion cannot be told from any other: it is announced by a webhook alone "
        "(contact.privacyDeletion). The record is missing from every list, as a merged one is, and "
        "the weekly id sweep closes it; a plain deletion is in the archive for 90 days.",
        "Property values older than the vendor's own history, which keeps the latest of each "
        "property only; what a load has seen stays.",
        "Changes of associations that touch neither record's modification date, until the record "
        "changes.",
        "Budget or spend items changed without a new date on their campaign, until the next sweep.",
        "Tickets, line items, products and custom objects.",
    ),
)
