"""Write down the answers that are missing or whose method has a new version: python -m tests.golden.write

An answer that differs under the same version is never overwritten: either it is a defect, or the version must be raised.
"""

from __future__ import annotations

import json

from tests.golden.cases import CASES, answer, path


def main() -> None:
    """Write what is new and say what it was."""
    for name in CASES:
        new = answer(name)
        old = json.loads(path(name).read_text()) if path(name).exists() else None
        if old is None or old["version"] != new["version"]:
            path(name).write_text(json.dumps(new, ensure_ascii=False, separators=(",", ":")) + "\n")
            print(f"{name}: version {new['version']} written")


if __name__ == "__main__":
    main()
