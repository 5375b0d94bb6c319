"""The company as each vendor writes it down."""
