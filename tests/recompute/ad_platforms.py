"""What each ad platform billed, by plain sums of its raw rows; a new platform adds itself here."""

from dataclasses import dataclass

OPEN = "_dlt_valid_to is null and not coalesce(is_deleted, false)"


@dataclass(frozen=True)
class Billed:
    """How a platform's raw rows say what it billed.

    `grains` are queries of (day, campaign, group, ad, spend) without a condition, coarsest first,
    ids empty above their grain; `depths` are the grains that money stands at in the sandbox (1 the
    account's own, 4 an ad). `account` is the query of (day, currency, spend) at the coarsest one,
    `accounts` the currency and the zone of each account.
    """

    grains: tuple[str, ...]
    depths: set[int]
    account: str
    accounts: set[tuple[str, str]]


PLATFORMS = {
    "google_ads": Billed(
        grains=(
            "select segments__date::varchar, '', '', '', metrics__cost_micros / 1e6::decimal(18, 6)"
            " from raw_google_ads.account_stats",
            "select segments__date::varchar, campaign__id, '', '',"
            " metrics__cost_micros / 1e6::decimal(18, 6) from raw_google_ads.campaign_stats",
            "select segments__date::varchar, campaign__id, ad_group__id, '',"
            " metrics__cost_micros / 1e6::decimal(18, 6) from raw_google_ads.ad_group_stats",
            "select segments__date::varchar, campaign__id, ad_group__id, ad_group_ad__ad__id,"
            " metrics__cost_micros / 1e6::decimal(18, 6) from raw_google_ads.ad_stats",
        ),
        # These accounts charge nothing to a group itself.
        depths={1, 2, 4},
        account="select segments__date, customer__currency_code,"
        " metrics__cost_micros::decimal(38, 6) / 1000000"
        f" from raw_google_ads.account_stats where {OPEN}",
        accounts={("USD", "America/New_York"), ("EUR", "Europe/Berlin")},
    ),
    "meta_ads": Billed(
        grains=tuple(
            "select date_start::varchar, campaign_id, adset_id, ad_id, spend from"
            f" (from raw_meta_ads.insights where level = '{level}')"
            for level in ("account", "campaign", "adset", "ad")
        ),
        depths={1, 2, 3, 4},
        account="select date_start, account_currency, spend from raw_meta_ads.insights"
        f" where level = 'account' and {OPEN}",
        accounts={("EUR", "Europe/Berlin")},
    ),
    "linkedin_ads": Billed(
        # No ad groups; a creative that no list names has only its campaign's row to be in.
        grains=tuple(
            f"select reported_on::varchar, {ids}, cost_in_local_currency from (select days.*,"
            " made.campaign_id from raw_linkedin_ads.analytics as days left join (from"
            " raw_linkedin_ads.creatives where _dlt_valid_to is null) as made on"
            f" days.entity_id = made.id where pivot_name = '{pivot}' and {needed}) as days"
            for pivot, ids, needed in (
                ("ACCOUNT", "'', '', ''", "true"),
                ("CAMPAIGN", "entity_id, '', ''", "true"),
                ("CREATIVE", "campaign_id, '', entity_id", "made.id is not null"),
            )
        ),
        depths={1, 2, 3},
        account="select reported_on, currency_code, cost_in_local_currency"
        f" from raw_linkedin_ads.analytics where pivot_name = 'ACCOUNT' and {OPEN}",
        accounts={("GBP", "UTC")},
    ),
}
