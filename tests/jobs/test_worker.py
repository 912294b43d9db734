"""The real worker on the bundled model: every method, every refusal, and nothing left behind."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from stratascope.catalog import load_catalog
from stratascope.document import Document
from stratascope.jobs import worker
from stratascope.jobs.desk import Watch
from stratascope.jobs.orders import JobSpec
from stratascope.jobs.supervisor import Jobs
from stratascope.models.library import Library, ModelEntry
from stratascope.problem import Problem
from tests.cases import page
from tests.jobs import extra
from tests.jobs.harness import running, until
from tests.prompts import asked, prompt_names

pytestmark = pytest.mark.anyio

PROMPT = "The capital of France is"
CATALOG = load_catalog()
Ask = Callable[..., JobSpec]


@pytest.fixture(scope="module")
def specimen() -> ModelEntry:
    return Library(()).list()[0]


@pytest.fixture
def ask(specimen: ModelEntry) -> Ask:
    """`ask(method, **params)`: a job on the bundled model."""

    def make(method: str, entry: ModelEntry = specimen, **params: Any) -> JobSpec:
        known = CATALOG.get(method)
        params = asked(known, PROMPT, **page(method) | params) if known else {"prompt": PROMPT, **params}
        head = {"model": {"id": entry.id, "fingerprint": "f"}, "request": {"model": entry.id, **params}}
        return JobSpec(method, {"model": entry}, params, head)

    return make


@pytest.fixture(scope="module")
def methods(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extra.write(tmp_path_factory.mktemp("methods"))


async def document(jobs: Jobs, key: str, job: JobSpec) -> Document:
    return Document.from_tensors(await jobs.run(key, job))


async def test_every_method_answers_with_a_document_that_says_where_it_comes_from(ask: Ask) -> None:
    async with running(worker.main) as jobs:
        for method_id, method in CATALOG.items():
            found = (await document(jobs, f"key of {method_id}", ask(method_id))).head
            assert (found["key"], found["method"]) == (f"key of {method_id}", method_id)
            assert found["method_version"] == method.version
            assert found["model"] == {"id": "specimen", "fingerprint": "f"}
            if "a" in (names := prompt_names(method.params.model_json_schema())):
                assert found["request"][names["a"]] == PROMPT
            assert found["result"]["kind"] == method.kind
            assert found["checks"]
            provenance = found["provenance"]
            assert (provenance["device"], provenance["dtype"]) == ("cpu", "float32")
            assert set(provenance) == {
                "stratascope", "torch", "transformers", "device", "dtype", "attention", "seed", "created", "seconds", "forwards"
            }  # fmt: skip
        assert jobs.counters["deaths"] == 0
        state = jobs.model_state("specimen")
        assert state.state == "ready"
        assert state.facts is not None
        assert {"fidelity", "capabilities", "missing", "bytes", "device"} <= set(state.facts)


async def test_the_same_numbers_come_out_of_every_worker(ask: Ask) -> None:
    async with running(worker.main) as jobs:
        job, found = ask("lens/logit-lens"), list[Document]()
        for number in range(3):
            found.append(await document(jobs, "key", job))
            if number == 1:
                with pytest.raises(Problem, match="twice"):
                    await jobs.fault("abort")
        for name, values in found[0].arrays.items():
            assert all(np.array_equal(values, other.arrays[name], equal_nan=True) for other in found[1:])
        assert jobs.counters["deaths"] == 2


async def test_the_api_side_never_imports_torch() -> None:
    """Importing everything the api process uses of jobs and store, the worker's entry point included."""
    code = (
        "import sys, stratascope.jobs.supervisor, stratascope.store.cache, stratascope.store.saved, "
        "stratascope.store.folder, stratascope.jobs.admission; "
        "print([name for name in sys.modules if name.split('.')[0] in ('torch', 'transformers')])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


async def test_tokens_come_with_text_bytes_and_places(specimen: ModelEntry) -> None:
    async with running(worker.main) as jobs:
        found = await jobs.tokenize(specimen, text=PROMPT)
        assert found["bos_prepended"]
        assert len(found["ids"]) == len(found["tokens"])
        pieces = [PROMPT[slice(*token["offset"])] for token in found["tokens"] if token["offset"]]
        assert "".join(pieces) == PROMPT
        with pytest.raises(Problem) as problem:
            await jobs.tokenize(specimen, text="")
        assert problem.value.code == "prompt_empty"


async def test_a_vocabulary_comes_without_the_weights(specimen: ModelEntry) -> None:
    async with running(worker.main) as jobs:
        found = await jobs.vocabulary(specimen)
        assert len(found["pieces"]) == specimen.vocabulary
        assert jobs.model_state("specimen").state == "not_loaded"
        for token in (await jobs.tokenize(specimen, text="The capital of"))["tokens"]:
            assert found["pieces"][token["id"]] == token["bytes"]
            assert (token["id"] in found["special"]) == token["special"]


async def test_a_vocabulary_too_long_to_cross_is_refused(specimen: ModelEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    from stratascope.jobs.bench import TorchBench
    from stratascope.settings import Settings

    monkeypatch.setattr("stratascope.jobs.bench._MOST_VOCABULARY_BYTES", 100)
    bench = TorchBench(Settings(threads=1))
    with pytest.raises(Problem) as problem:
        bench.handle({"op": "vocabulary", "model": specimen.model_dump(mode="json")}, cast(Watch, None))
    assert problem.value.code == "vocabulary_too_large"


async def test_looking_at_a_folder_refuses_what_loading_would(specimen: ModelEntry, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "mine"
    shutil.copytree(specimen.path, folder)
    async with running(worker.main) as jobs:
        mine = Library((tmp_path,)).find("mine")
        await jobs.inspect(mine)
        tensors = load_file(folder / "model.safetensors")
        tensors.pop(next(name for name in tensors if "mlp" in name))
        save_file(tensors, folder / "model.safetensors")
        codes = []
        for refused in (jobs.inspect(mine), jobs.load(mine)):
            with pytest.raises(Problem) as problem:
                await refused
            codes.append(problem.value.code)
        assert codes == ["tensors_missing"] * 2
        assert jobs.counters["deaths"] == 0


async def test_loading_is_watched_in_bytes(specimen: ModelEntry) -> None:
    async with running(worker.main) as jobs:
        run = jobs.submit_load(specimen)
        heard = [data async for name, data in run.events() if name == "progress"]
        reading = [each for each in heard if each["stage"] == "reading weights"]
        assert {each["total"] for each in reading} == {specimen.bytes}
        assert heard[-1]["stage"] == "measuring fidelity"


async def test_a_load_cancelled_while_weights_are_read_leaves_the_worker_as_it_was(specimen: ModelEntry) -> None:
    async with running(worker.main) as jobs:
        pid = jobs.worker_pid
        for _ in range(3):
            run = jobs.submit_load(specimen)
            await until(lambda run=run: (run.describe()["progress"] or {}).get("stage") == "reading weights")
            run.leave()
        assert (await jobs.tokenize(specimen, text="a"))["ids"]
        assert (jobs.worker_pid, jobs.counters["deaths"], jobs.counters["kills"]) == (pid, 0, 0)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
async def test_every_method_answers_in_half_precision_and_says_so(
    ask: Ask, specimen: ModelEntry, precision: str
) -> None:
    half = specimen.model_copy(update={"precision": precision})
    async with running(worker.main) as jobs:
        for method_id in load_catalog():
            found = await document(jobs, f"key of {method_id}", ask(method_id, half))
            assert found.head["provenance"]["dtype"] == precision
            assert found.head["result"]["nonfinite"] == {}, method_id
        facts = jobs.model_state("specimen").facts
        assert facts is not None
        assert (facts["precision"], facts["missing"]) == (precision, {})


async def test_the_price_is_told_without_paying_it(ask: Ask) -> None:
    async with running(worker.main) as jobs:
        price = await jobs.cost(ask("lens/logit-lens"))
        assert price["fits"]
        assert price["tokens"] == len((await jobs.tokenize(Library(()).list()[0], text=PROMPT))["ids"])
        assert 0 < price["bytes"] <= price["limit_bytes"]
        assert price["alternatives"] == []


async def test_what_is_too_large_is_refused_with_sizes_that_are_accepted(ask: Ask, methods: Path) -> None:
    async with running(worker.main, methods=(methods,), memory=64 << 20) as jobs:
        size, prompt = 4 << 20, "The capital of France is Paris. " * 4
        with pytest.raises(Problem) as problem:
            await jobs.run("key", ask("extra/plain", prompt=prompt, size=size))
        assert (problem.value.code, problem.value.status) == ("too_large", 413)
        price = await jobs.cost(ask("extra/plain", prompt=prompt, size=size))
        assert not price["fits"]
        assert len(price["alternatives"]) == 1
        assert price["alternatives"][0]["changes"] == problem.value.changes
        for number, each in enumerate(price["alternatives"]):
            assert each["bytes"] <= 64 << 20
            job = ask("extra/plain", **{"prompt": prompt, "size": size, **each["changes"]})
            assert (await document(jobs, f"smaller{number}", job)).arrays


@pytest.mark.parametrize("harm", ["hooks", "weights", "training"])
async def test_what_one_job_changes_the_next_does_not_see(ask: Ask, methods: Path, harm: str) -> None:
    async with running(worker.main, methods=(methods,)) as jobs:
        clean = await document(jobs, "before", ask("extra/plain"))
        assert jobs.model_state("specimen").state == "ready"
        await jobs.run("harm", ask(f"extra/{harm}"))
        assert jobs.model_state("specimen").state == "not_loaded"
        after = await document(jobs, "after", ask("extra/plain"))
        assert np.array_equal(clean.arrays["score"], after.arrays["score"])
        assert jobs.counters["deaths"] == 0


async def test_a_method_that_reports_nothing_stops_between_layers(ask: Ask, methods: Path) -> None:
    async with running(worker.main, methods=(methods,)) as jobs:
        await jobs.run("first", ask("extra/plain"))
        pid = jobs.worker_pid
        run = jobs.submit("endless", ask("extra/endless"))
        await until(lambda: run.describe()["progress"] is not None)
        await asyncio.sleep(0.2)
        run.leave()
        assert (await document(jobs, "after", ask("extra/plain"))).arrays
        assert jobs.worker_pid == pid
        assert (jobs.counters["kills"], jobs.counters["cancelled"]) == (0, 1)


async def test_memory_that_is_not_there_costs_one_request(ask: Ask, methods: Path) -> None:
    async with running(worker.main, methods=(methods,)) as jobs:
        before = await document(jobs, "before", ask("extra/plain"))
        pid = jobs.worker_pid
        for attempt in (jobs.run("hungry", ask("extra/hungry", size=1 << 20)), jobs.fault("alloc")):
            with pytest.raises(Problem) as problem:
                await attempt
            assert (problem.value.code, problem.value.status) == ("out_of_memory", 503)
        after = await document(jobs, "after", ask("extra/plain"))
        assert np.array_equal(before.arrays["score"], after.arrays["score"])
        assert jobs.worker_pid == pid


async def test_chance_is_the_same_every_time(ask: Ask, methods: Path) -> None:
    async with running(worker.main, methods=(methods,)) as jobs:
        first, second = [await document(jobs, key, ask("extra/random")) for key in ("one", "two")]
        assert np.array_equal(first.arrays["score"], second.arrays["score"])


async def test_numbers_that_are_none_are_counted_and_never_written(ask: Ask, methods: Path) -> None:
    async with running(worker.main, methods=(methods,)) as jobs:
        found = await document(jobs, "key", ask("extra/undefined"))
        assert found.head["result"]["nonfinite"] == {"score": 2}
        assert found.head["warnings"]
        assert b'"score":[null,null,1.0]' in found.to_json()
        assert Document.from_tensors(await jobs.fault("nan")).head["result"]["nonfinite"] == {"score": 3}


async def test_partial_results_are_documents_with_the_same_head(ask: Ask, methods: Path) -> None:
    async with running(worker.main, methods=(methods,)) as jobs:
        run = jobs.submit("key", ask("extra/partly"))
        events = [event async for event in run.events()]
        partials = [Document.from_tensors(data) for name, data in events if name == "partial"]
        assert [part.head["key"] for part in partials] == ["key"]
        assert events[-1][0] == "done"


async def test_an_unknown_method_or_model_is_a_refusal_and_not_a_death(ask: Ask, specimen: ModelEntry) -> None:
    gone = specimen.model_copy(update={"id": "gone", "path": Path("/nowhere")})
    async with running(worker.main) as jobs:
        with pytest.raises(Problem) as problem:
            await jobs.run("one", ask("no/such-method"))
        assert problem.value.code == "unknown_method"
        with pytest.raises(Problem):
            await jobs.run("two", ask("lens/logit-lens", gone))
        assert jobs.model_state("gone").state == "failed"
        assert jobs.counters["deaths"] == 0


async def test_a_model_whose_files_changed_is_loaded_anew(ask: Ask, specimen: ModelEntry, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "mine"
    shutil.copytree(specimen.path, folder)
    async with running(worker.main) as jobs:
        mine = Library((tmp_path,)).find("mine")
        before = await document(jobs, "before", ask("lens/logit-lens", mine))
        tensors = load_file(folder / "model.safetensors")
        name = next(name for name in tensors if tensors[name].ndim == 2)
        save_file({**tensors, name: torch.flip(tensors[name], [0]).contiguous()}, folder / "model.safetensors")
        after = await document(jobs, "after", ask("lens/logit-lens", mine))
        assert not np.array_equal(before.arrays["entropy"], after.arrays["entropy"])
