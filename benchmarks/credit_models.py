"""The models that credit touches, and the tables that they read."""

TABLES = {
    "int_conversions__conversions": (
        "conversion_id varchar, stage varchar, person_id varchar, account_id varchar, "
        "opportunity_id varchar, value_amount decimal(18, 2), currency_code varchar, "
        "value_amount_reporting decimal(18, 2), is_reversal boolean, "
        "reverses_conversion_id varchar, converted_at timestamp"
    ),
    "int_attribution__eligible_people": (
        "conversion_id varchar, person_id varchar, contact_created_at timestamp, "
        "is_oldest_contact boolean"
    ),
    "int_touchpoints__touchpoints": (
        "touchpoint_id varchar, person_id varchar, channel varchar, campaign_id varchar, "
        "touch_type_priority integer, touch_class varchar, touched_at timestamp"
    ),
    "int_opportunities__opportunities": "opportunity_id varchar, created_at timestamp",
    "stg_config__attribution_windows": (
        "stage varchar, lookback_days bigint, half_life_days double"
    ),
    "stg_config__attribution_settings": "eligible_contacts varchar, reset_on_conversion boolean",
    "stg_config__attribution_models": (
        "model varchar, rule varchar, first_share double, lead_share double, "
        "opportunity_share double, close_share double, last_share double, rest_share double"
    ),
    "stg_attribution__fits": (
        "model_fit_id varchar, attribution_model varchar, stage varchar, month date, "
        "is_in_force boolean, refusal varchar"
    ),
    "stg_attribution__fit_shares": "model_fit_id varchar, channel varchar, touch_share double",
    "stg_config__currencies": "currency_code varchar, minor_units bigint",
    "stg_config__company": "reporting_currency varchar",
}
MODELS = (
    "int_attribution__journeys",
    "int_attribution__fits_in_force",
    "int_attribution__touch_uses",
    "int_attribution__credits",
)
