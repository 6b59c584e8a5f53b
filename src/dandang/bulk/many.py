"""The same work on many machines, by Dask. The only importer of `distributed`.

Chunks are tasks; each worker process has an engine of its own, made when it gets its first chunk. Dask does the chunks of a dead worker again elsewhere.
Results come back in the order of the files, so that they are the same whoever did the work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from dandang.bulk.engine import BulkEngine, load_engine
from dandang.bulk.records import Checked, Chunk, Task
from dandang.bulk.work import check_chunk
from dandang.errors import ResourceMissing

#: Chunks under way for each thread of the cluster.
_AHEAD = 3


def run(
    stream: Iterable[Chunk], task: Task, *, scheduler: str, today: str
) -> Iterator[tuple[Chunk, Iterable[Checked]]]:
    """Each chunk with what was found, in order. `scheduler` is the address of a Dask scheduler, such as `tcp://host:8786`."""
    with _client(scheduler) as client:
        waiting: deque[tuple[Chunk, Any]] = deque()
        for chunk in stream:
            # pure=False: what is done once for a chunk is never taken for another's.
            waiting.append((chunk, client.submit(_work, chunk, task, today, pure=False)))
            if len(waiting) >= _AHEAD * max(1, sum(client.nthreads().values())):
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()


def _client(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        hint = ("请安装 dandang[many]", "install dandang[many]")
        raise ResourceMissing(
            "多机运行需要 dask.distributed", "many machines need dask.distributed", hint=hint
        ) from error
    client: Any = Client  # it has no types
    return client(scheduler)


@cache
def _engine(today: str) -> BulkEngine:
    return load_engine(today=today)


def _work(chunk: Chunk, task: Task, today: str) -> list[Checked]:
    return check_chunk(_engine(today), chunk, task)
