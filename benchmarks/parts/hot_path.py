"""What one page costs in CPU, here in this process: the whole stack over a real store, then stage by stage.

Run as `python -m benchmarks.parts.hot_path [--page /static10] [--profile]`. The best of several rounds counts. `the
rest` is what the stages leave of the whole: the middleware's own steps, the event loop, the talk with the store, and
the garbage collector.
"""

import argparse
import asyncio
import cProfile
import pstats
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import uvloop

from benchmarks.parts.stages import ONCE, Stages
from benchmarks.site.pages import PAGES, App, app
from benchmarks.site.requests import no_body, request, started, swallow
from benchmarks.site.rules import write_rules
from benchmarks.site.serve import wrapped
from benchmarks.site.visitors import returning_visitors

_AT_ONCE = 32
_ROUNDS = 5


def main() -> None:
    """Prints the table, and where asked the profile of the whole."""
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="fw-bench-") as name:
        rules, templates = write_rules(Path(name))
        uvloop.run(_whole(options, Path(name), str(rules), str(templates)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts.hot_path", description=__doc__)
    parser.add_argument("--page", choices=PAGES, default="/static10")
    parser.add_argument("--pages", type=int, default=1000, help="in each round")
    parser.add_argument("--visitors", type=int, default=500)
    parser.add_argument("--profile", choices=("tottime", "cumtime"), help="where the time goes, function by function")
    return parser


async def _whole(options: argparse.Namespace, folder: Path, rules: str, templates: str) -> None:
    store, cookies = f"embedded:{folder / 'store'}", folder / "cookies"
    size = await returning_visitors(options.visitors, store=store, rules=Path(rules), cookies=cookies)
    jar = (await asyncio.to_thread(cookies.read_text)).split()
    plain, personal = app(), wrapped("floorwalker", rules=rules, templates=templates, store=store)
    stages = Stages(Path(rules), Path(templates), page=options.page)
    async with started(personal):
        await serve(personal, options.page, jar, options.pages)
        added = await _best(lambda: serve(personal, options.page, jar, options.pages))
        added -= await _best(lambda: serve(plain, options.page, jar, options.pages))
        _print(options.page, size, added, stages.measure())
        if options.profile:
            with cProfile.Profile() as profile:
                await serve(personal, options.page, jar, options.pages)
            pstats.Stats(profile).sort_stats(options.profile).print_stats(45)


def _print(page: str, size: int, added: float, stages: Mapping[str, float]) -> None:
    print(f"{page}, profiles of {size:,} bytes\n{'':30}{'µs':>8}")
    print(f"{'added to each page':30}{added:8.0f}")
    for name, microseconds in stages.items():
        print(f"  {name:28}{microseconds:8.1f}")
    every_time = sum([took for name, took in stages.items() if name != ONCE])
    print(f"  {'the rest':28}{added - every_time:8.1f}")


async def _best(serve: Callable[[], Awaitable[float]]) -> float:
    return min([await serve() for _ in range(_ROUNDS)])


async def serve(served: App, page: str, cookies: list[str], count: int) -> float:
    """Serve that many pages, some at once, to one visitor after the other; microseconds of CPU for each."""
    numbers = iter(range(count))

    async def visits() -> None:
        for number in numbers:
            await served(request(page, cookies[number % len(cookies)]), no_body, swallow)

    began = time.process_time()
    await asyncio.gather(*[visits() for _ in range(_AT_ONCE)])
    await asyncio.sleep(0.05)  # commits follow the last byte
    return (time.process_time() - began) / count * 1e6


if __name__ == "__main__":
    main()
