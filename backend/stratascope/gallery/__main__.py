"""`make gallery`: write the gallery of the installed bundle."""

from __future__ import annotations

from stratascope.gallery.build import asking, write_gallery
from stratascope.specimen import findings
from stratascope.specimen.manifest import GALLERY
from stratascope.specimen.prompts import bundle_path


def main() -> None:
    """Write it, and tell its size and what had to be left out."""
    with asking() as server:
        left_out = write_gallery(bundle_path(), server)
    size = sum(path.stat().st_size for path in (bundle_path() / GALLERY).rglob("*") if path.is_file())
    print(f"{len(findings.slugs()) - len(left_out)} findings, {size:,} bytes")
    for slug in left_out:
        print(f"left out, because the bundle lacks what it needs: {slug}")


if __name__ == "__main__":
    main()
