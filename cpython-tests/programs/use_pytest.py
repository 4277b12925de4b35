"""A test file with each outcome; run by -m pytest."""

import pytest


@pytest.fixture(params=[1, 2])
def number(request):
    yield request.param


def test_fixture(number):
    assert number < 3


def test_builtin_fixtures(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("NAME", "value")
    print("shown")
    (tmp_path / "file").write_text("text")
    assert capsys.readouterr().out == "shown\n"


@pytest.mark.parametrize("a, b", [(1, 2), (3, 3)])
def test_parameters(a, b):
    assert a == b, "differs"


def test_rewritten_assertion():
    x = {"a": [1, 2, 3], "b": "text"}
    assert x == {"a": [1, 2, 4], "b": "test"}


@pytest.mark.xfail(reason="not yet")
def test_expected():
    raise ValueError


@pytest.mark.skip(reason="no")
def test_skipped():
    pass


def test_raises():
    with pytest.raises(ZeroDivisionError, match="division"):
        1 / 0


class TestClass:
    def setup_method(self):
        self.items = []

    def test_method(self):
        self.items.append(1)
        assert len(self.items) == 2
