"""What can be wrong with journeys and models, in words for whoever brought them."""


class CannotCredit(ValueError):  # noqa: N818  (an outcome, with its remedy in the text)
    """The input cannot be credited, or not by this model; the text says what is wrong and where."""


class TooLarge(CannotCredit):
    """A model's state space exceeds its stated limit; the other models are not concerned."""
