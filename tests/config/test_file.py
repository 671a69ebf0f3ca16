"""The configuration file: what it says, of which workload, under what the command line gives."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.config.file import Configuration, checked, read_configuration
from suite.config.layer import SettingsLayer
from suite.config.settings import Settings
from suite.errors import ConfigurationError, Faults, MissingExtra

NAMES = st.sampled_from(["rounds", "users", "workers"])
PART = st.dictionaries(NAMES, st.integers(1, 9))
LENGTHS = st.sampled_from([{}, {"seconds": 5.0}, {"operations": 7}, {"each": 3}])


NOTHING = SettingsLayer()


def table(part, length, values):
    return SettingsLayer(**part, **length, values=values)


def configuration_of(general, workloads=()):
    return Configuration(
        **{one.name: getattr(general, one.name) for one in fields(general)}, workloads=dict(workloads)
    )


TABLES = st.builds(table, PART, LENGTHS, st.dictionaries(st.sampled_from("abc"), st.integers()))


def test_without_a_file_there_are_the_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_configuration() == Configuration()
    assert read_configuration().settings("shop/browse", NOTHING) == Settings()


@given(TABLES, TABLES, TABLES, TABLES)
def test_the_nearest_table_wins(general, system, workload, given_layer):
    configuration = configuration_of(general, {"shop": system, "shop/browse": workload})
    settings = configuration.settings("shop/browse", given_layer)
    layers = [general, system, workload, given_layer]
    for name in ("rounds", "users", "workers"):
        said = [value for layer in layers if (value := getattr(layer, name)) is not None]
        assert getattr(settings, name) == (said[-1] if said else getattr(Settings(), name))
    assert settings.values == {k: v for layer in layers for k, v in layer.values.items()}
    lengths = [found for layer in layers if any(found := (layer.seconds, layer.operations, layer.each))]
    assert (settings.seconds, settings.operations, settings.each) == (lengths or [(None,) * 3])[-1]


@given(TABLES, TABLES)
def test_tables_of_other_workloads_do_not_count(general, other):
    configuration = configuration_of(general, {"bank": other, "shop/buy": other, "sho": other})
    alone = configuration_of(general)
    assert configuration.settings("shop/browse", NOTHING) == alone.settings("x", NOTHING)


def test_thresholds_of_several_tables_add_up():
    shop = SettingsLayer(thresholds={"failures": {"critical": 0.2}})
    configuration = Configuration(
        thresholds={"throughput": {"critical": 1}, "failures": {"critical": 0.1}}, workloads={"shop": shop}
    )
    assert configuration.settings("shop/browse", NOTHING).thresholds == {
        "throughput": {"critical": 1},
        "failures": {"critical": 0.2},
    }
    assert configuration.settings("bank/pay", NOTHING).thresholds["failures"] == {"critical": 0.1}


def test_quantities_are_in_base_units(tmp_path):
    file = tmp_path / "x.toml"
    file.write_text("seconds = '2min'\nrate = '120/min'\n[workloads.shop]\nseconds = 3\n")
    configuration = read_configuration(file)
    assert configuration.settings("bank/pay", NOTHING).seconds == 120.0
    assert configuration.settings("bank/pay", NOTHING).rate == 2.0
    assert configuration.settings("shop/browse", NOTHING).seconds == 3.0


@pytest.mark.parametrize(
    ("files", "rounds"),
    [
        ({"loadledger.toml": "rounds = 2"}, 2),
        ({"pyproject.toml": "[tool.loadledger]\nrounds = 3"}, 3),
        ({"loadledger.toml": "rounds = 2", "pyproject.toml": "[tool.loadledger]\nrounds = 3"}, 2),
        ({"loadledger.toml": "", "pyproject.toml": "[tool.loadledger]\nrounds = 3"}, None),
        ({"pyproject.toml": "[tool.other]\nrounds = 3"}, None),
        ({"pyproject.toml": "tool = 1"}, None),
        ({"pyproject.toml": ""}, None),
    ],
)
def test_which_file_counts(tmp_path, monkeypatch, files, rounds):
    monkeypatch.chdir(tmp_path)
    for name, text in files.items():
        Path(name).write_text(text)
    assert read_configuration().settings("shop/browse", NOTHING).rounds == rounds


def test_all_faults_are_raised_at_once_and_name_the_file_and_the_table(tmp_path):
    file = tmp_path / "x.toml"
    file.write_text(
        """
        results = 1
        ledger = 2
        rounds = 0
        nonsense = 1
        workloads.shop = { users = "many", results = "x" }
        workloads."shop/buy" = 3
        """
    )
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(file)
    lines = [re.sub(r"^\S*x.toml:\d+: ", "", line) for line in str(caught.value).splitlines()]
    assert sorted(line.partition(";")[0] for line in lines) == sorted(
        [
            "results: 1 is not text",
            "ledger: 2 is not text",
            "rounds: 0 is less than 1",
            "nonsense: no such setting",
            "workloads.shop.users: 'many' is not a whole number",
            "workloads.shop.results: no such setting",
            'workloads."shop/buy" must be a table, not 3',
        ]
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "rounds",
                        "seconds",
                        "set",
                        "thresholds",
                        "workloads",
                        "gate",
                        "minimum",
                        "metrics",
                        "values",
                        "x",
                    ]
                ),
                inner,
            )
        ),
    )
)
def test_any_table_is_read_or_refused(anything):
    said = ["x.toml: "]
    try:
        assert isinstance(checked(Path("x.toml"), anything).settings("a/b", NOTHING), Settings)
    except ConfigurationError as error:
        said = str(error).splitlines()
    assert all(line.startswith("x.toml: ") for line in said)


def test_faults_are_collected_with_their_prefix_and_named_once():
    faults = Faults()
    faults.check()
    for _ in range(2):
        with faults.collected("here: "):
            raise ConfigurationError("one\ntwo")
    with faults.collected():
        raise MissingExtra("pynetdicom", "dicom")
    with pytest.raises(ConfigurationError) as caught:
        faults.check()
    assert str(caught.value).splitlines() == [
        "here: one",
        "here: two",
        "pynetdicom is not installed; run: pip install 'loadledger[dicom]'",
    ]


def test_other_errors_are_not_collected():
    with pytest.raises(ZeroDivisionError), Faults().collected():
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("text", "words", "folder", "ledger"),
    [
        ("", {}, "results", "results/ledger.db"),
        ("results = 'out'", {}, "out", "out/ledger.db"),
        ("ledger = 'team.db'", {}, "results", "team.db"),
        ("ledger = 'team.db'", {"results": Path("mine")}, "mine", "mine/ledger.db"),
        ("ledger = 'team.db'", {"ledger": "postgresql://h/d"}, "results", "postgresql://h/d"),
        ("", {"results": Path("mine"), "ledger": "x.db"}, "mine", "x.db"),
    ],
)
def test_where_results_are_kept(tmp_path, text, words, folder, ledger):
    """A folder that is given keeps its runs to itself: rounds of a comparison are in no team's history."""
    file = tmp_path / "x.toml"
    file.write_text(text)
    places = read_configuration(file).places(**words)
    assert (places.folder, str(places.ledger)) == (Path(folder), ledger)


@pytest.mark.parametrize(
    "text",
    [
        'services = "postgresql://me:hunter2@there/x"',
        'notify = ["https://there/hunter2"]',
        '[services]\nredis = ["redis://:hunter2@there/0"]',
        'workloads.token = "hunter2"',
    ],
)
def test_what_is_secret_stands_in_no_fault_of_a_file(tmp_path, text):
    path = tmp_path / "loadledger.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"must be a table|is not text") as told:
        read_configuration(path)
    assert "hunter2" not in str(told.value)
