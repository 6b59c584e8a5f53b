"""The same work on many machines, by Dask. The only importer of `distributed`.

Chunks are tasks; each worker process has an engine of its own, made when it gets its first chunk. Dask does the chunks of a dead worker again elsewhere.
Results come back in the order of the files, so that they are the same whoever did the work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

from dandang.bulk.engine import BulkEngine, load_engine
from dandang.bulk.records import Chunk, Task
from dandang.bulk.streams import loaded
from dandang.bulk.work import Batch, check_chunk, packed
from dandang.errors import BadParameter, ResourceMissing

#: Chunks under way for each thread of the cluster.
_AHEAD = 3
#: The scheduler that is started for the occasion.
LOCAL = "local"
#: How long a scheduler may take to answer and to have a worker, in seconds.
_PATIENCE = 20


def run(
    stream: Iterable[Chunk], task: Task, *, scheduler: str, today: str, workers: int = 1
) -> Iterator[tuple[Chunk, Batch]]:
    """Each chunk with what was found, in order. `scheduler` is the address of a Dask scheduler, such as `tcp://host:8786`; `local` starts one on
    this machine, with so many workers. Raises BadParameter where none answers or it has no workers."""
    with _client(scheduler, workers) as client:
        waiting: deque[tuple[Chunk, Any]] = deque()
        for chunk in stream:
            # Workers elsewhere cannot open the file. pure=False: what is done once for a chunk is never taken for another's.
            sent = chunk if scheduler == LOCAL else loaded(chunk)
            waiting.append((chunk, client.submit(_work, sent, task, today, pure=False)))
            if len(waiting) >= _AHEAD * max(1, sum(client.nthreads().values())):
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()


@contextmanager
def _client(scheduler: str, workers: int) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        hint = ("安装：pip install 'dandang[many]'", "install it: pip install 'dandang[many]'")
        raise ResourceMissing(
            "多机运行需要 dask.distributed", "many machines need dask.distributed", hint=hint
        ) from error
    connect: Any = Client  # it has no types
    with ExitStack() as closing:
        try:
            where: Any = scheduler
            if scheduler == LOCAL:
                own: Any = LocalCluster
                where = closing.enter_context(own(n_workers=workers, threads_per_worker=1, dashboard_address=None))
            client = closing.enter_context(connect(where, timeout=_PATIENCE))
            client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            raise BadParameter(
                f"调度器 {scheduler} 没有应答，或者没有工作节点",
                f"the scheduler {scheduler} does not answer, or has no workers",
                hint=(
                    "请检查地址（如 tcp://主机:8786），并先启动 dask worker；只用本机，写 --scheduler local",
                    "check the address (as in tcp://host:8786) and start workers first; for this machine alone write --scheduler local",
                ),
            ) from error
        yield client


@cache
def _engine(today: str) -> BulkEngine:
    return load_engine(today=today)


def _work(chunk: Chunk, task: Task, today: str) -> Batch:
    return packed(check_chunk(_engine(today), chunk, task), task)
