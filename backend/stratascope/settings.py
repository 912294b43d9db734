"""Every setting, once: a field here is an environment variable `STRATASCOPE_<NAME>` and an option of `stratascope serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic.functional_validators import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def _paths(value: object) -> object:
    """Folders separated by the platform's path separator, as in PATH."""
    import os

    return [part for part in value.split(os.pathsep) if part] if isinstance(value, str) else value


Folders = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_paths)]


class Settings(BaseSettings):
    """The configuration of one server. Frozen: what is running is what was read at start."""

    model_config = SettingsConfigDict(env_prefix="STRATASCOPE_", frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data: Path = Field(
        Path.home() / ".stratascope", description="Folder for results, saved analyses and downloaded models."
    )
    models: Folders = Field((), description="Folders whose subfolders are models.")
    methods: Folders = Field((), description="Folders with methods of your own, laid out as <family>/<name>.py.")
    hub: bool = Field(True, description="Whether an operator may load a model by its hub id.")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="Where the worker computes.")
    threads: int = Field(
        0, ge=0, le=256, description="Threads the worker computes with; 0 takes the cores that are free at start."
    )
    memory: int = Field(8 << 30, ge=64 << 20, description="Bytes one run may take beyond the model's weights.")
    weights: int = Field(
        8 << 30,
        ge=64 << 20,
        description="Bytes of model weights kept in memory; beyond them the model used least recently goes first.",
    )
    captures: int = Field(512 << 20, ge=0, description="Bytes of captured runs kept in the worker for the next panel.")
    queue: int = Field(
        64, ge=1, le=100_000, description="Runs that may wait; the next one is refused with the time to come back."
    )
    deadline: float = Field(60.0, gt=0, le=86_400, description="Seconds one run may take before it is stopped.")
    job_deadline: float = Field(
        21_600.0,
        gt=0,
        le=2_592_000,
        description="Seconds a job, such as training a lens, may take before it is stopped.",
    )
    load_deadline: float = Field(600.0, gt=0, le=86_400, description="Seconds loading a model may take.")
    cache: int = Field(2 << 30, ge=1 << 20, description="Bytes of results kept on disk.")
    allowed_hosts: tuple[str, ...] = Field(
        (), description="Further host names the server answers to, beside loopback and its own."
    )
    insecure_no_auth: bool = Field(False, description="Allow listening beyond loopback without any authentication.")
    test_faults: bool = Field(False, description="Compile fault hooks in, for tests on loopback only.")

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server: then whoever reaches it is its operator."""
        return self.host in LOOPBACK

    @property
    def url(self) -> str:
        """Where a browser finds the page."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"
