"""Raw tables of WordPress: sites, content with its terms, taxonomies' terms, and authors.

Ids are numbers of one site, so every key begins with the site: host and path of its home address.
No HTML is kept: counts of words and characters are what numbers need of a text. A term's count and
the offset of a zone with daylight saving move by themselves and open no version.
"""

from ingestion.contract import Column, Table, columns

STATUSES = ("publish", "future", "draft", "pending", "private", "trash")
SITES = Table(
    "sites",
    "versioned",
    ("site_id",),
    (
        *columns("site_id name description url home timezone_string show_on_front"),
        *columns("page_on_front page_for_posts"),
        Column("gmt_offset", "double", volatile=True),
        Column("sees_drafts", "bool"),
    ),
)
POSTS = Table(
    "posts",
    "versioned",
    ("site_id", "id"),
    (
        *columns("site_id id type slug link title author parent template"),
        Column("status", words=STATUSES),
        *columns("featured_media word_count excerpt_length", "bigint"),
        Column("is_protected", "bool"),
        *columns("date_gmt modified_gmt", "timestamp"),
    ),
)
POST_TERMS = Table(
    "post_terms",
    "versioned",
    ("site_id", "post_id", "taxonomy", "term_id"),
    columns("site_id post_id taxonomy term_id"),
    unit=("site_id", "post_id"),
)
TERMS = Table(
    "terms",
    "versioned",
    ("site_id", "taxonomy", "id"),
    (
        *columns("site_id taxonomy id name slug parent"),
        Column("count", "bigint", volatile=True),
    ),
)
USERS = Table(
    "users",
    "versioned",
    ("site_id", "id"),
    (*columns("site_id id"), *columns("name slug", pii=True)),
)
