"""`engineroom identity evaluate` and `train`: any labelled file, comparisons from rules."""

import csv
import json
import random

import pytest
import yaml

from identity.linkage import definition, model
from orchestration.cli import main

CONFIG = {
    "unique_id": "id",
    "columns": {"given": "nullif(lower(given_name), '')", "family": "lower(family_name)"},
    "comparisons": [
        {
            "name": "given", "of": "given",
            "levels": [{"exact": "given", "term_frequency": "given"},
                       {"jaro_winkler": "given", "least": 0.85}],
        },
        {"name": "family", "of": "family", "levels": [{"exact": "family"}]},
        {"name": "born", "of": "born", "levels": [{"exact": "born"}, {"edits": "born", "most": 2}]},
    ],
    "blocks": [["born"], ["given", "family"]],
    "ladder": [0, 4, 8],
    "cluster_size_limit": 4,
    "training": {"certain": ["l.born = r.born"], "recall": 0.9,
                 "blocks": ["l.born = r.born", "l.given = r.given and l.family = r.family"]},
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """A file of 150 persons with two records each, one of them with a slip, and its rules."""
    rng = random.Random(1)
    letters = "abcdefghijklmnoprstuvwxyz"
    rows = []
    for number in range(150):
        given, family = ("".join(rng.choices(letters, k=7)) for _ in range(2))
        born = f"19{rng.randrange(10, 99)}-{rng.randrange(10, 13)}-{rng.randrange(10, 28)}"
        rows.append((f"{number}a", given.title(), family, born, number))
        slip = born[:-1] + "0" if number % 3 == 0 else born
        rows.append((f"{number}b", given, family if number % 2 else family.upper(), slip, number))
    rng.shuffle(rows)
    with (tmp_path / "people.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "given_name", "family_name", "born", "who"))
        writer.writerows(rows)
    (tmp_path / "linkage.yml").write_text(yaml.safe_dump(CONFIG), "utf-8")
    return tmp_path


def asked(folder, act, *more):
    told = ["--input", str(folder / "people.csv"), "--config", str(folder / "linkage.yml")]
    return main(["identity", act, *told, *more])


def test_a_labelled_file_is_linked_and_scored_as_text_and_as_json(folder, capsys):
    assert asked(folder, "evaluate", "--truth", "who") == 0
    assert "pairwise    precision" in capsys.readouterr().out
    assert asked(folder, "evaluate", "--truth", "who", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["records"] == found["labelled_records"] == 300
    assert found["pairwise"]["f1"] >= 0.98
    assert found["b_cubed"]["f1"] >= 0.98
    assert found["cluster_sizes"]["2"] >= 140
    assert found["linking_seconds"] >= 0
    assert found["peak_megabytes"] > 0


def test_a_trained_model_is_written_and_used_where_the_rules_name_it(folder, capsys):
    path = folder / "people-1.json"
    assert asked(folder, "train", "--truth", "who", "--output", str(path)) == 0
    trained = model.load(path)
    assert trained.version == "people-1"
    assert set(trained.shares) == {"given", "family", "born"}
    assert all(0 < share < 1.01 for each in trained.shares.values() for m, u in each
               for share in (m, u))  # fmt: skip
    assert abs(sum(trained.term_frequencies["given"].values()) - 1) < 1e-6
    capsys.readouterr()
    (folder / "linkage.yml").write_text(yaml.safe_dump(CONFIG | {"model": path.name}), "utf-8")
    assert asked(folder, "evaluate", "--truth", "who", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["model_version"] == "people-1"
    assert found["pairwise"]["f1"] >= 0.98


def test_training_the_same_file_twice_gives_the_same_bytes(folder):
    for name in ("one.json", "two.json"):
        more = ("--truth", "who", "--version", "people-1", "--output", str(folder / name))
        assert asked(folder, "train", *more) == 0
    assert (folder / "one.json").read_bytes() == (folder / "two.json").read_bytes()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"blocks": []}, "blocks is missing"),
        ({"block": [["born"]]}, "block is not known"),
        ({"columns": {"given": "lower(no_such_column)"}}, "no_such_column"),
        ({"unique_id": "born"}, "stands twice"),
        ({"comparisons": [{"name": "a", "of": "given", "levels": [{"alike": "given"}]}]},
         "'alike'] is not known in a level"),
        ({"comparisons": [{"name": "a", "of": "given", "levels": [{"least": 1}]}]},
         "says nothing of how to compare"),
        ({"comparisons": [{"name": "a", "of": "given", "levels": "exact"}]}, "a list is expected"),
        ({"comparisons": [{"name": "a", "of": "given", "levels": ["exact"]}]}, "a level is"),
        ({"comparisons": ["given"]}, "a comparison is 'given'"),
        ({"comparisons": [{"name": "a", "of": "given",
                           "levels": [{"swapped": ["given", "family", "born"]}]}]}, "two columns"),
        ({"comparisons": [{"name": "a", "of": "given",
                           "levels": [{"jaro_winkler": "given", "least": "much"}]}]}, "a number"),
        ({"guards": ["given"]}, "a mapping is expected"),
        ({"columns": ["given"]}, "a mapping is expected"),
        ({"training": ["given"]}, "a mapping is expected"),
        ({"ladder": "high"}, "a list is expected"),
        ({"ladder": ["high"]}, "a number is expected"),
        ({"cluster_size_limit": "many"}, "a whole number is expected"),
        ({"model": "none.json"}, "holds no model"),
        ({"model": "people.csv"}, "holds no model"),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_used_are_refused_with_the_reason(folder, capsys, change, words):
    (folder / "linkage.yml").write_text(yaml.safe_dump(CONFIG | change), "utf-8")
    assert asked(folder, "evaluate", "--truth", "who") == 2
    assert words in capsys.readouterr().err


def test_a_truth_that_is_no_column_is_refused(folder, capsys):
    assert asked(folder, "evaluate", "--truth", "nobody") == 2
    assert "no column nobody" in capsys.readouterr().err


def test_rules_that_are_no_yaml_are_refused(folder, capsys):
    (folder / "linkage.yml").write_text("comparisons: [", "utf-8")
    assert asked(folder, "evaluate", "--truth", "who") == 2
    assert "is no YAML" in capsys.readouterr().err


def test_a_model_of_other_comparisons_is_refused(folder, capsys):
    assert asked(folder, "train", "--output", str(folder / "m.json")) == 0
    given, *others = CONFIG["comparisons"]
    fewer = [*others, given | {"levels": [{"exact": "given"}]}]
    told = CONFIG | {"model": "m.json", "comparisons": fewer}
    (folder / "linkage.yml").write_text(yaml.safe_dump(told), "utf-8")
    assert asked(folder, "evaluate", "--truth", "who") == 2
    assert "has 3 shares for given, which has 2 levels" in capsys.readouterr().err


HEAD = "id,given_name,family_name,born,who\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "does not fit the definition"),
        (HEAD.encode(), "fewer than two records"),
        (f"{HEAD}1,a,b,c,d\n".encode(), "fewer than two records"),
        (f"{HEAD}1,a,b,c,\n2,a,b,c,\n".encode(), "there is nothing to score"),
        (f"{HEAD}1,Jos\xe9,b,c,d\n2,a,b,c,d\n".encode("latin-1"), "not utf-8"),
    ],
)
def test_files_that_cannot_be_scored_are_refused_with_the_reason(folder, capsys, text, words):
    (folder / "people.csv").write_bytes(text)
    assert asked(folder, "evaluate", "--truth", "who") == 2
    assert words in capsys.readouterr().err


def test_a_truth_that_names_the_record_is_refused(folder, capsys):
    assert asked(folder, "evaluate", "--truth", "id") == 2
    assert "cannot say who it is" in capsys.readouterr().err


def test_linking_never_sees_the_truth(folder, capsys):
    told = CONFIG | {"blocks": [["who"]]}
    (folder / "linkage.yml").write_text(yaml.safe_dump(told), "utf-8")
    assert asked(folder, "evaluate", "--truth", "who") != 0


@pytest.mark.parametrize("name", ["linkage_febrl3", "linkage_febrl4"])
def test_the_examples_are_definitions(name):
    from orchestration.settings import from_environment

    settings = from_environment()
    found = definition.read(settings.config / "examples" / f"{name}.yml")
    assert found.blocks
    assert found.training["blocks"]
