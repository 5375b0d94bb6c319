-- Delivered and bounced are all that was sent; the bounds of openers enclose those beyond doubt; no
-- count passes what was delivered. A kind that is not observed is null and breaks nothing.
select campaign_id
from {{ ref('rpt_email_campaigns') }}
where
    delivered + hard_bounces + soft_bounces <> sent
    or human_openers > openers_lower
    or openers_lower > openers_upper
    or openers_upper > delivered
    or clickers > openers_lower
    or clickers > delivered
    or complaints > sent
    or unsubscribes > sent
