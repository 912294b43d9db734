"""The container files are well formed; no engine runs here, so this is all that is claimed for them."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def tool(name: str) -> str:
    path = shutil.which(name, path=str(Path(sys.executable).parent))
    assert path, f"{name} is not installed: run make setup"
    return path


def test_dockerfile_passes_hadolint() -> None:
    subprocess.run([tool("hadolint"), ROOT / "Dockerfile"], check=True)


def test_compose_file_follows_the_compose_specification() -> None:
    schema = ["--builtin-schema", "vendor.compose-spec", ROOT / "docker-compose.yml"]
    subprocess.run([tool("check-jsonschema"), *schema], check=True)


def test_the_image_runs_as_nobody_and_publishes_on_loopback_only() -> None:
    assert "USER 10001" in (ROOT / "Dockerfile").read_text()
    ports = [
        line
        for line in (ROOT / "docker-compose.yml").read_text().splitlines()
        if ":8000" in line and "-" in line.split("#")[0]
    ]
    assert ports
    assert all('"127.0.0.1:' in line for line in ports)
