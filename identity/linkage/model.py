"""A trained model: m and u of every level, the prior, and term frequencies, as versioned JSON."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from identity.linkage.definition import Comparison, Definition, DefinitionError, condition

FORMAT = 1
# Where a level was never seen, its share is this: a weight of 20 bits, and no infinity.
LEAST_SHARE = 1e-6


@dataclass(frozen=True)
class Model:
    """`shares` are (m, u) per comparison and level, the last for "otherwise".

    m is the share of matching pairs on that level, u of others. `prior` is the probability that
    two records at random match. `term_frequencies` are shares of values per column, frozen with
    the model, so that an increment scores as a rebuild does.
    """

    version: str
    prior: float
    shares: Mapping[str, tuple[tuple[float, float], ...]]
    term_frequencies: Mapping[str, Mapping[str, float]]
    trained_on: str = ""

    def write(self, path: Path) -> None:
        """Write the model as JSON that differs only where the model does."""
        told = {
            "format": FORMAT,
            "version": self.version,
            "trained_on": self.trained_on,
            "prior": self.prior,
            "shares": {name: [list(pair) for pair in each] for name, each in self.shares.items()},
            "term_frequencies": {
                column: dict(sorted(each.items())) for column, each in self.term_frequencies.items()
            },
        }
        path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


def load(path: Path) -> Model:
    """Return the model of a file; DefinitionError where there is none, or one of another format."""
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DefinitionError(f"{path} holds no model: {error}") from error
    if told.get("format") != FORMAT:
        raise DefinitionError(f"{path} is of format {told.get('format')}, not {FORMAT}: train anew")
    return Model(
        told["version"],
        told["prior"],
        {name: tuple((m, u) for m, u in each) for name, each in told["shares"].items()},
        told["term_frequencies"],
        told["trained_on"],
    )


def splink_settings(definition: Definition, model: Model | None = None) -> dict[str, Any]:
    """Return Splink's settings: of the model, or to be trained.

    Raises DefinitionError where the model was trained for other comparisons.
    """
    if model:
        _fits(definition, model)
    settings: dict[str, Any] = {
        "link_type": "dedupe_only",
        "unique_id_column_name": definition.unique_id,
        "blocking_rules_to_generate_predictions": list(definition.blocks),
        "comparisons": [
            _comparison(each, model.shares[each.name] if model else None)
            for each in definition.comparisons
        ],
        "retain_intermediate_calculation_columns": True,
        "retain_matching_columns": False,
    }
    if model:
        settings["probability_two_random_records_match"] = model.prior
    return settings


def _fits(definition: Definition, model: Model) -> None:
    for each in definition.comparisons:
        held, asked = len(model.shares.get(each.name, ())), len(each.levels) + 1
        if held != asked:
            raise DefinitionError(
                f"model {model.version} has {held} shares for {each.name}, which has {asked} levels"
                " with `otherwise`: train it again"
            )


def _comparison(
    compared: Comparison, shares: tuple[tuple[float, float], ...] | None
) -> dict[str, Any]:
    name = compared.name
    missing = " and ".join(f'("{each}_l" is null or "{each}_r" is null)' for each in compared.of)
    told: list[dict[str, Any]] = [
        {"sql_condition": missing, "label_for_charts": "missing", "is_null_level": True}
    ]
    for number, level in enumerate(compared.levels):
        made: dict[str, Any] = {
            "sql_condition": condition(level),
            "label_for_charts": f"{name} {number}",
        }
        if column := level.get("term_frequency"):
            made |= {
                "tf_adjustment_column": column,
                "tf_adjustment_weight": 1.0,
                "tf_minimum_u_value": float(level.get("least_u", 1e-5)),
            }
        told.append(made)
    told.append({"sql_condition": "ELSE", "label_for_charts": f"{name} otherwise"})
    if shares:
        for made, (m, u) in zip(told[1:], shares, strict=True):
            made |= {"m_probability": m, "u_probability": u}
    return {"output_column_name": name, "comparison_levels": told}


def prior_of(trained: Mapping[str, Any]) -> float:
    """Return the prior in settings that Splink saved."""
    return float(trained["probability_two_random_records_match"])


def shares_of(
    trained: Mapping[str, Any], definition: Definition
) -> dict[str, tuple[tuple[float, float], ...]]:
    """Return m and u per level of settings that Splink saved, over the definition's floors."""
    found = {}
    for each, told in zip(trained["comparisons"], definition.comparisons, strict=True):
        levels = [level for level in each["comparison_levels"] if not level.get("is_null_level")]
        found[told.name] = tuple(
            (
                _share(level.get("m_probability"), floors.get("least_m")),
                _share(level.get("u_probability"), floors.get("least_u")),
            )
            for level, floors in zip(levels, (*told.levels, told.otherwise), strict=True)
        )
    return found


def _share(trained: object, floor: float | None) -> float:
    least = LEAST_SHARE if floor is None else float(floor)
    if not isinstance(trained, int | float) or math.isnan(trained):
        return least
    return round(max(least, trained), 9)
