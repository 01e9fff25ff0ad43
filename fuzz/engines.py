"""Two ways to make up inputs: Hypothesis from seeds, always; Atheris (libFuzzer) by coverage, where it is installed."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

SEEDS = Path(__file__).parent / "seeds"
LONGEST_BYTES = 8_192
_AT_A_TIME = 500
_EXECUTIONS = re.compile(r"Done (\d+)|#(\d+)\s+\w+\s+cov")

Target = Callable[[bytes], None]


@dataclass(frozen=True)
class Run:
    """What became of one target. found: the file of the input that failed, empty where none did."""

    executions: int
    seconds: float
    found: str = ""
    why: str = ""


def seeds_of(name: str) -> list[bytes]:
    """Inputs to begin with, written by hand."""
    return [path.read_bytes() for path in sorted((SEEDS / name).iterdir())]


def inputs(name: str) -> st.SearchStrategy[bytes]:
    """Bytes, texts, and seeds with pieces of other seeds and of chance put into them."""
    seeds = st.sampled_from(seeds_of(name))
    chance = st.one_of(st.binary(max_size=64), st.text(max_size=32).map(_encoded), seeds)
    changes = st.tuples(st.integers(0, LONGEST_BYTES), st.integers(0, 16), chance)
    changed = st.builds(_changed, seeds, st.lists(changes, min_size=1, max_size=6))
    return st.one_of(changed, changed, st.binary(max_size=512), st.text(max_size=256).map(_encoded))


def by_hypothesis(name: str, target: Target, *, seconds: float, finds: Path) -> Run:
    """Rounds of examples until the time is over, or something fails; then its smallest input is kept."""
    began, count, number = perf_counter(), 0, 0
    failing = b""

    def one(data: bytes) -> None:
        nonlocal count, failing
        count += 1
        try:
            target(data)
        except Exception:
            failing = data
            raise

    for data in seeds_of(name):
        target(data)
    while perf_counter() - began < seconds:
        number += 1
        try:
            _round(one, inputs(name), number)
        except Exception as failure:  # noqa: BLE001 - whatever fails is what is sought
            return Run(count, perf_counter() - began, _kept(finds, name, failing), _told(failure))
    return Run(count, perf_counter() - began)


def _round(one: Target, given_inputs: st.SearchStrategy[bytes], number: int) -> None:
    tried = given(given_inputs)(one)
    phases = [Phase.generate, Phase.shrink]
    calm = settings(
        max_examples=_AT_A_TIME, deadline=None, database=None, phases=phases, suppress_health_check=list(HealthCheck)
    )
    seed(number)(calm(tried))()


def has_atheris() -> bool:
    """Whether it is installed: `pip install --group fuzz`."""
    return find_spec("atheris") is not None


def by_atheris(name: str, target: Target, *, seconds: float, finds: Path) -> Run:  # noqa: ARG001 - it runs elsewhere
    """A process of its own, in which the package is compiled to tell what of it was reached."""
    (finds / name).mkdir(parents=True, exist_ok=True)
    began = perf_counter()
    with TemporaryDirectory() as corpus:
        limits = [f"-max_total_time={max(1, int(seconds))}", f"-max_len={LONGEST_BYTES}", "-timeout=20"]
        places = [f"-artifact_prefix={finds / name}/", corpus, str(SEEDS / name)]
        command = [sys.executable, "-m", "fuzz.instrumented", name, *limits, *places]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    told = [max(int(number or 0) for number in numbers) for numbers in _EXECUTIONS.findall(done.stderr)]
    written = re.findall(r"Test unit written to (\S+)", done.stderr)
    why = "" if done.returncode == 0 else _last_word(done.stderr)
    found = written[-1] if written else ("no input" if done.returncode else "")
    return Run(max(told, default=0), perf_counter() - began, found, why)


def _last_word(output: str) -> str:
    raised = re.findall(r"(?m)^(?: === Uncaught Python exception: ===\n)?(\w+(?:Error|Exception)\b.*)$", output)
    return (raised or output.strip().splitlines() or ["it ended without a word"])[-1][:200]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _changed(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """The bytes with pieces in the place of others. changes: where, how many bytes go, and what comes."""
    for place, gone, piece in changes:
        at = place % (len(data) + 1)
        data = data[:at] + piece + data[at + gone :]
    return data[:LONGEST_BYTES]


def _kept(finds: Path, name: str, data: bytes) -> str:
    (finds / name).mkdir(parents=True, exist_ok=True)
    path = finds / name / sha256(data).hexdigest()[:16]
    path.write_bytes(data)
    return str(path)


def _told(failure: BaseException) -> str:
    return f"{type(failure).__name__}: {failure}".splitlines()[0][:200]
