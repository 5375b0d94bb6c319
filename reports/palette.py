"""One colour per channel on every page, by the channel's place in dim_channels.

Each stands out 3 to 1 against the light and the dark ground alike, so one palette serves both;
a test measures it.
"""

from collections.abc import Sequence

GROUNDS = {"light": "#ffffff", "dark": "#161d2e"}
PAID = ("#2f6fde", "#8257e6", "#0c8ba3", "#c2557a", "#5f7a1f")
OTHER = (
    "#d9730d",
    "#1d9a6c",
    "#b8860b",
    "#c0489f",
    "#a0653d",
    "#4f8f3a",
    "#cf4b43",
    "#3c84b8",
    "#7c8798",
    "#946ab0",
)
NOT_CREDITED = "#8791a3"
SERIES = ("#2f6fde", "#d9730d", "#1d9a6c", "#8257e6", "#c0489f", "#0c8ba3", "#cf4b43", "#7c8798")


def channel_colours(channels: Sequence[tuple[str, bool]]) -> dict[str, str]:
    """Return a colour per channel; paid and unpaid draw from lists of their own.

    A channel that the user adds at the end changes no other's colour.
    """
    found: dict[str, str] = {}
    taken = {True: 0, False: 0}
    for channel, is_paid in channels:
        if channel == "(none)":
            found[channel] = NOT_CREDITED
            continue
        colours = PAID if is_paid else OTHER
        found[channel] = colours[taken[is_paid] % len(colours)]
        taken[is_paid] += 1
    return found
