"""Drives `testyard mcp` with the official SDK, as a client does: a run to its end, and one that is cancelled.

Called with the program and the project's folder. The SDK holds every structured answer against the tool's output schema.
"""

import asyncio
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

TOOLS = {"inspect", "collect", "plan", "start", "wait", "status", "failures", "logs", "cancel", "runs"}
LIMIT = 8192


def small(answer):
    size = len(answer.model_dump_json(by_alias=True, exclude_none=True).encode())
    assert size < LIMIT, f"{size} bytes: {answer}"


async def call(session, tool, arguments=None, **options):
    answer = await session.call_tool(tool, arguments or {}, **options)
    assert not answer.is_error, answer
    small(answer)
    assert answer.content[0].text, answer
    return answer.structured_content


async def to_the_end(session, run, seen):
    async def progress(done, total, message):
        seen.append((done, total, message))

    for _ in range(20):
        told = await call(session, "wait", {"run": run, "seconds": 30}, progress_callback=progress)
        if told["state"] != "running":
            return told
    raise AssertionError(f"{run} does not end")


async def a_run_that_passes(session):
    begun = await call(session, "start")
    again = await call(session, "start")
    assert again["attached"] and again["run"] == begun["run"], again
    seen = []
    told = await to_the_end(session, begun["run"], seen)
    assert (told["verdict"], told["exit"]) == ("passed", 0), told
    counts = told["counts"]
    assert counts["total"] == counts["passed"] > 50, counts
    assert {one["name"] for one in told["services"]} == {"postgres-test", "redis-test"}, told
    numbers = [done for done, _, _ in seen]
    assert numbers == sorted(set(numbers)) and len(numbers) > 3, seen
    assert any("tests" in message for _, _, message in seen), seen
    assert seen[-1][:2] == (counts["total"], counts["total"]), seen
    failures = await call(session, "failures", {"run": begun["run"]})
    assert failures["groups"] == [] and failures["cursor"] is None, failures
    logs = await call(session, "logs", {"names": ["postgres-test", "unit"], "tail": 5})
    assert [len(one["lines"]) > 0 for one in logs["logs"]] == [True, True], logs
    return begun["run"]


async def a_run_that_is_cancelled(session, before):
    begun = await call(session, "start", {"selection": ["integration"]})
    assert begun["run"] != before and begun["estimate_ms"] > 0, begun
    other = await session.call_tool("start", {"selection": ["unit"]})
    assert other.is_error and begun["run"] in other.content[0].text, other
    assert "meeting=queue" in other.content[0].text, other
    told = await call(session, "wait", {"seconds": 1})
    assert told["state"] == "running" and told["exit"] == 7, told
    told = await call(session, "cancel", {"run": begun["run"]})
    assert (told["verdict"], told["exit"]) == ("cancelled", 6), told
    listed = await call(session, "runs")
    assert [one["verdict"] for one in listed["runs"]] == ["cancelled", "passed"], listed


async def main(program, project):
    server = StdioServerParameters(command=program, args=["mcp", "--project", project], env=dict(os.environ))
    async with stdio_client(server) as (reader, writer), ClientSession(reader, writer) as session:
        told = await session.initialize()
        assert "wait" in told.instructions and told.server_info.name == "testyard", told
        tools = await session.list_tools()
        small(tools)
        assert {tool.name for tool in tools.tools} == TOOLS, tools
        assert all(tool.output_schema and tool.annotations for tool in tools.tools), tools
        plan = await call(session, "plan")
        assert [suite["name"] for suite in plan["suites"]] == ["unit", "integration"], plan
        collected = await call(session, "collect")
        assert collected["summary"]["tests"] > 40 and collected["broken"] == [], collected
        inspected = await call(session, "inspect")
        assert inspected["summary"]["errors"] == 0, inspected
        before = await a_run_that_passes(session)
        await a_run_that_is_cancelled(session, before)


asyncio.run(main(*sys.argv[1:]))
