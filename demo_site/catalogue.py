"""What the shop sells and what it has written, read once from `content/`."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import yaml
from markupsafe import Markup

from demo_site import prose
from demo_site.art import product_drawing, scene_drawing

CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A shelf within a department, with a page of its own."""

    slug: str
    title: str
    line: str


@dataclass(frozen=True, kw_only=True)
class Department:
    slug: str
    title: str
    line: str
    about: str
    parts: tuple[Part, ...] = ()

    @property
    def path(self) -> str:
        return f"/{self.slug}"

    def part(self, slug: str) -> Part | None:
        return next((part for part in self.parts if part.slug == slug), None)


@dataclass(frozen=True, kw_only=True)
class Product:
    """One article; `price` and `was` in whole euros, VAT included."""

    slug: str
    department: str
    brand: str
    name: str
    price: int
    line: str
    about: str
    specs: Mapping[str, str]
    art: Mapping[str, Any]
    tags: frozenset[str]
    part: str | None = None
    was: int | None = None
    fresh: bool = False
    words: frozenset[str] = field(repr=False, default=frozenset())

    @property
    def path(self) -> str:
        shelf = f"{self.department}/{self.part}" if self.part else self.department
        return f"/{shelf}/{self.slug}"

    @cached_property
    def drawing(self) -> Markup:
        return Markup(product_drawing({**self.art, "plate": self.brand}))  # noqa: S704  (our own drawing)


@dataclass(frozen=True, kw_only=True)
class Guide:
    slug: str
    title: str
    line: str
    scene: str
    minutes: int
    products: tuple[str, ...]
    body: Markup

    @property
    def path(self) -> str:
        return f"/learn/{self.slug}"

    @cached_property
    def drawing(self) -> Markup:
        return Markup(scene_drawing(self.scene))  # noqa: S704  (our own drawing)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    departments: Mapping[str, Department]
    products: Mapping[str, Product]
    guides: Mapping[str, Guide]

    @classmethod
    def load(cls, folder: Path = CONTENT) -> Self:
        """Read departments, products and guides; raises on anything missing, since the shop cannot open without."""
        departments = _read_list(folder / "categories.yaml")
        products = [_product(entry) for entry in _read_list(folder / "products.yaml")]
        guides = [_guide(path) for path in sorted((folder / "guides").glob("*.md"))]
        return cls(
            departments={entry["slug"]: _department(entry) for entry in departments},
            products={product.slug: product for product in products},
            guides={guide.slug: guide for guide in guides},
        )

    def shelf(self, department: str, part: str | None = None) -> list[Product]:
        """Everything in a department, or on one of its shelves, in the order of the file."""
        here = (product for product in self.products.values() if product.department == department)
        return [product for product in here if part is None or product.part == part]

    def fresh(self) -> list[Product]:
        return [product for product in self.products.values() if product.fresh]

    def named(self, slugs: Iterable[str]) -> list[Product]:
        return [self.products[slug] for slug in slugs if slug in self.products]

    def named_guides(self, *slugs: str) -> list[Guide]:
        return [self.guides[slug] for slug in slugs]

    def beside(self, product: Product, *, count: int = 4) -> list[Product]:
        """What a person who looks at this may want to see too: most tags in common, nearest in price."""
        others = (other for other in self.products.values() if other.slug != product.slug)

        def distance(other: Product) -> tuple[int, int]:
            return -len(other.tags & product.tags), abs(other.price - product.price)

        return sorted(others, key=distance)[:count]

    def search(self, query: str) -> list[Product]:
        """Products that hold every word of the query, or else those that hold most of them; best first."""
        wanted = fold_words(query)
        scored = [(_score(product, wanted), product) for product in self.products.values()]
        best = max((score for score, _ in scored), default=0)
        enough = len(wanted) if best >= len(wanted) else max(1, best)
        return [product for score, product in scored if score >= enough] if wanted else []


WORD = re.compile(r"f/\d+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+")


def fold_words(text: str) -> frozenset[str]:
    """The words and figures of a text without case, accents and plural endings."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return frozenset(_singular(word) for word in WORD.findall(bare))


def _singular(word: str) -> str:
    if word.endswith("ses"):
        return word.removesuffix("es")
    return word if word.endswith(("ns", "ss")) else word.removesuffix("s")


SYNONYMS = {
    "cheap": "bargain",
    "discount": "bargain",
    "used": "clearance",
    "telephoto": "tele",
    "backpack": "bag",
    "rucksack": "bag",
    "nd": "filter",
}


def _score(product: Product, wanted: frozenset[str]) -> int:
    return sum(1 for word in wanted if word in product.words or SYNONYMS.get(word) in product.words)


def _read_list(path: Path) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def _department(entry: dict[str, Any]) -> Department:
    parts = tuple(Part(**part) for part in entry.pop("parts", ()))
    return Department(**entry, parts=parts)


def _product(entry: dict[str, Any]) -> Product:
    tags = frozenset(entry.pop("tags", ()))
    shelf = (entry["department"], entry.get("part", ""), entry["art"]["kind"])
    text = " ".join((entry["name"], entry["brand"], entry["line"], *shelf, *tags))
    return Product(**entry, tags=tags, words=fold_words(text))


def _guide(path: Path) -> Guide:
    head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
    facts = yaml.safe_load(head)
    facts["products"] = tuple(facts["products"])
    return Guide(slug=path.stem, body=prose.to_html(body), **facts)
