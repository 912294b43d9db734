"""Settings: every field is an environment variable, described, and refuses what it cannot be."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from stratascope.settings import Settings


def test_every_field_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_environment_variables_set_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRATASCOPE_PORT", "9001")
    monkeypatch.setenv("STRATASCOPE_MODELS", os.pathsep.join(["/a", "/b"]))
    monkeypatch.setenv("STRATASCOPE_HUB", "0")
    settings = Settings()
    assert (settings.port, settings.models, settings.hub) == (9001, (Path("/a"), Path("/b")), False)


@pytest.mark.parametrize(
    "wrong", [{"port": 70000}, {"queue": 0}, {"device": "tpu"}, {"deadline": float("nan")}, {"colour": 1}]
)
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)


@pytest.mark.parametrize(
    ("host", "loopback"), [("127.0.0.1", True), ("::1", True), ("0.0.0.0", False), ("192.0.2.1", False)]
)
def test_only_loopback_is_loopback(host: str, loopback: bool) -> None:
    assert Settings(host=host).on_loopback is loopback
