"""The vendors' APIs over the ledger, one file a vendor."""
