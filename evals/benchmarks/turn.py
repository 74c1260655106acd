"""What durability costs: trivial turns, ours against the plugin's sample style and DBOS; then real turns."""

import uuid
from typing import Any

from temporalio.worker import Worker

from evals.benchmarks import dbos_style, plugin_style
from evals.benchmarks.bench_server import temporal_server
from evals.benchmarks.real_turn import measure_real_turns
from evals.benchmarks.talk import Talk
from evals.benchmarks.timing import alternate, milliseconds
from evals.benchmarks.trivial_steps import TrivialSteps
from workflows.client import Conversations, connect
from workflows.registry import build_worker


async def run(rounds: int = 200) -> dict[str, Any]:
    """Return p50 and p95 in milliseconds of each style on an open conversation, ratios, history a turn; real turns.

    The targets: ours at most half of the plugin's style and twice DBOS; 10 events and 5 KB of history a turn.
    """
    queue = f"bench-{uuid.uuid4()}"
    async with temporal_server() as (address, folder):
        client = await connect(address)
        ours = build_worker(client, TrivialSteps().activities, task_queue=queue)
        theirs = Worker(
            client,
            task_queue=f"{queue}-plugin",
            workflows=[plugin_style.PluginStyleWorkflow],
            plugins=[plugin_style.plugin()],
        )
        with dbos_style.running(folder) as dbos_turn:
            async with ours, theirs:
                talk = Talk(Conversations(client, task_queue=queue, turns_per_run=10_000), uuid.uuid4().hex)
                handle = await client.start_workflow(
                    plugin_style.PluginStyleWorkflow.run, id=f"{queue}-plugin", task_queue=f"{queue}-plugin"
                )
                await talk.say("first", key="first")
                before = await talk.history(client)
                seconds = await alternate(
                    {
                        "holdfast": lambda number: talk.say("what does it cost", key=f"key-{number}"),
                        "plugin_style": lambda number: handle.execute_update(
                            plugin_style.PluginStyleWorkflow.send, f"what does it cost {number}"
                        ),
                        "dbos_sqlite": lambda number: dbos_turn(f"what does it cost {number}"),
                    },
                    rounds,
                )
                after = await talk.history(client)
                await handle.signal(plugin_style.PluginStyleWorkflow.close)
        real = await measure_real_turns(address)
    return {**_report(seconds, before, after), **real}


def _report(seconds: dict[str, list[float]], before: tuple[int, int], after: tuple[int, int]) -> dict[str, Any]:
    turns = len(seconds["holdfast"]) + 10
    figures: dict[str, Any] = {}
    for name, values in seconds.items():
        figures[f"{name}_p50_ms"] = milliseconds(values)
        figures[f"{name}_p95_ms"] = milliseconds(values, 0.95)
    ours = figures["holdfast_p50_ms"]
    return {
        **figures,
        "ratio_to_plugin_style": round(ours / figures["plugin_style_p50_ms"], 3),
        "ratio_to_dbos_sqlite": round(ours / figures["dbos_sqlite_p50_ms"], 3),
        "events_a_turn": round((after[0] - before[0]) / turns, 2),
        "history_bytes_a_turn": round((after[1] - before[1]) / turns),
        "turns": len(seconds["holdfast"]),
    }
