"""Values as people type them, in the one form the platform compares and counts.

Each kind of value has a module with one function: raw text (and where it matters the country) in,
a `Value` out. `cache.py` keeps what came out per distinct value in schema hygiene, so that a run
pays for new values only. The raw value is never changed: it stands beside the normalised one.
"""
