"""What one server consists of, from start to end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass

from stratascope.catalog import Catalog
from stratascope.jobs.supervisor import Jobs
from stratascope.models.library import Library
from stratascope.settings import Settings
from stratascope.specimen.manifest import GALLERY
from stratascope.specimen.prompts import bundle_path
from stratascope.store.bundled import Bundled
from stratascope.store.cache import Cache
from stratascope.store.folder import DataFolder
from stratascope.store.saved import Saved
from stratascope.web.identity import Fingerprints
from stratascope.web.vocabularies import Vocabularies

_BACKUP_CHECK_SECONDS = 3600


@dataclass(frozen=True)
class Services:
    """The parts that routes work with."""

    settings: Settings
    catalog: Catalog
    library: Library
    cache: Cache
    saved: Saved
    bundled: Bundled
    jobs: Jobs
    fingerprints: Fingerprints
    vocabularies: Vocabularies

    async def stored(self, key: str) -> bytes | None:
        """The result under `key`: among the latest in memory, or on disk."""
        recent = self.jobs.recent.get(key)
        return recent if recent is not None else await asyncio.to_thread(self.cache.get, key)


@asynccontextmanager
async def running(settings: Settings, catalog: Catalog, library: Library) -> AsyncIterator[Services]:
    """Open the data folder, start the jobs, and undo both at the end. Raises a `Problem` if the folder is not to be had."""
    with (
        DataFolder(settings.data) as folder,
        closing(Cache(folder.path, settings.cache)) as cache,
        closing(Saved(folder.path, folder.relieve)) as saved,
    ):
        jobs = Jobs(settings, cache.put)
        await jobs.start()
        backups = asyncio.create_task(_back_up(saved))
        try:
            yield Services(
                settings,
                catalog,
                library,
                cache,
                saved,
                Bundled(bundle_path() / GALLERY),
                jobs,
                Fingerprints(cache.known_hashes),
                Vocabularies(jobs.vocabulary),
            )
        finally:
            backups.cancel()
            with suppress(asyncio.CancelledError):
                await backups
            await jobs.stop()


async def _back_up(saved: Saved) -> None:
    """Ask every hour whether today's backup is due."""
    while True:
        await asyncio.to_thread(saved.file.back_up_daily)
        await asyncio.sleep(_BACKUP_CHECK_SECONDS)
