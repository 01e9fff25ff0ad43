"""The baseline: a commit, and what its pages cost beside a piece of work that knows nothing of us."""

import io
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.gate.pairs import ROOT

FILE = Path(__file__).with_name("baseline.json")


@dataclass(frozen=True)
class Baseline:
    """What was accepted last. ratios: by work, its cost over the reference's, for where the commit is not at hand."""

    commit: str
    date: str
    ratios: Mapping[str, float]

    @classmethod
    def read(cls, path: Path = FILE) -> "Baseline":
        """Raises FileNotFoundError, ValueError."""
        return cls(**json.loads(path.read_text()))

    def write(self, path: Path = FILE) -> None:
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")


@contextmanager
def tree_of(commit: str) -> Iterator[Path | None]:
    """The middleware as it was at a commit, or None where the commit is not at hand, as in a shallow clone."""
    done = subprocess.run(["git", "archive", commit, "middleware"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="fw-baseline-") as folder:
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder, filter="data")
        yield Path(folder)


def named(commit: str) -> tuple[str, str]:
    """A commit's whole name and its date."""
    return _git("rev-parse", commit), _git("show", "-s", "--format=%cs", commit)


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True, text=True).stdout.strip()
