"""What can be wrong with a question, in words for whoever asked."""


class CannotRoute(ValueError):  # noqa: N818  (an outcome, with its remedy in the text)
    """There is no such lead or version, or a file cannot be read; the text says what to do."""
