"""SQL that the pages' queries share."""

# Stages as they follow each other.
STAGE_ORDER = """
    case stage
        when 'lead' then 1 when 'mql' then 2 when 'sal' then 3 when 'sql' then 4
        when 'opportunity' then 5 else 6
    end
"""
