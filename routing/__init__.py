"""Lead routing: who is to get a lead, by the rules in force when it arrived.

One engine makes live decisions and replays old ones. It reads leads with the facts of their
arrival, and writes what the rules required; what the CRM did is judged in dbt.
"""
