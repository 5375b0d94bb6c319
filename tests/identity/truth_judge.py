"""The truth scores once more, in Python: what the SQL of the platform has to agree with."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from scipy.stats import spearmanr

from identity.linkage.quality import pairwise


def pair_scores(
    subject: str, truth: Mapping[str, str], found: Mapping[str, str]
) -> dict[str, float]:
    """Pairwise scores over records that are in both."""
    quality = pairwise({record: truth[record] for record in truth if record in found}, found)
    return {
        f"{subject}_pairwise_precision": quality.precision,
        f"{subject}_pairwise_recall": quality.recall,
        f"{subject}_pairwise_f1": quality.f1,
    }


def detection_scores(subject: str, verdicts: Iterable[tuple[bool, bool]]) -> dict[str, float]:
    """Precision and recall of (found, true) verdicts."""
    counts = Counter(verdicts)
    hits, false, missed = counts[True, True], counts[True, False], counts[False, True]
    return {
        f"{subject}_precision": hits / (hits + false),
        f"{subject}_recall": hits / (hits + missed),
    }


def open_scores(
    truth: Iterable[tuple[str, str, str, bool]], opens: Iterable[tuple[str, str, str, str]]
) -> dict[str, float]:
    """Machine and human opens, from (campaign, recipient, instant) with what was and was judged."""
    kinds: dict[tuple[str, str, str], set[bool]] = defaultdict(set)
    for campaign, recipient, at, is_machine in truth:
        kinds[campaign, recipient, at].add(is_machine)
    sure = {key: kind.pop() for key, kind in kinds.items() if len(kind) == 1}
    judged = [(actor, sure[key]) for *where, actor in opens if (key := tuple(where)) in sure]
    machine = [(actor != "human", is_machine) for actor, is_machine in judged]
    human = [(actor == "human", not is_machine) for actor, is_machine in judged]
    return detection_scores("machine_open", machine) | detection_scores("human_open", human)


def credit_scores(
    effects: Iterable[tuple[str, str, float]], credits: Iterable[tuple[str, str, str, float, bool]]
) -> dict[str, float]:
    """Error and Spearman correlation per stage and model, from (model, stage, channel, weight)."""
    true: dict[str, dict[str, float]] = defaultdict(dict)
    for stage, channel, share in effects:
        true[stage][channel] = share
    given: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for model, stage, channel, weight, is_reversal in credits:
        if not is_reversal and stage in true:
            given[stage, model][channel] += weight
    scores = {}
    for (stage, model), weights in given.items():
        total = sum(weights.values())
        channels = sorted(set(weights) | set(true[stage]))
        wanted = [round(true[stage].get(each, 0.0), 12) for each in channels]
        shares = [round(weights[each] / total, 12) for each in channels]
        gaps = (abs(a - b) for a, b in zip(wanted, shares, strict=True))
        scores[f"credit_error_{stage}_{model}"] = sum(gaps) / 2
        scores[f"credit_rank_correlation_{stage}_{model}"] = spearmanr(wanted, shares).statistic
    return scores
