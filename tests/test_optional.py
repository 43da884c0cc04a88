"""Optional tests."""

import pytest

from tests.optional import lacking, need_modules, need_program


def test_what_is_missing_is_skipped_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FACEWIRE_REQUIRE_ALL_TESTS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no_such_module not installed"):
        need_modules("pytest", "no_such_module")
    with pytest.raises(pytest.skip.Exception, match="no-such-program is not installed"):
        need_program("no-such-program")


def test_where_every_test_is_required_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEWIRE_REQUIRE_ALL_TESTS", "1")
    with pytest.raises(pytest.fail.Exception, match="Chromium"):
        lacking("Chromium is not installed")


def test_what_is_there_is_no_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEWIRE_REQUIRE_ALL_TESTS", "1")
    need_modules("pytest")
    need_program("env")
