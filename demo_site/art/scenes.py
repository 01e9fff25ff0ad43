"""Pictures for guides and banners: what one would see through the finder, 480 by 320."""

from collections.abc import Callable
from random import Random

from demo_site.art.gear import tripod
from demo_site.art.optics import lens
from demo_site.art.svg import Point, aperture, circle, line, number, path, polar, polyline, rect, words

WIDTH, HEIGHT = 480, 320
GIRAFFE = (
    "M-26 0L-24 -44Q-32 -66 -12 -72L10 -82L34 -140L32 -152L36 -146L40 -153L41 -145L58 -136"
    "Q58 -130 50 -130L43 -132L26 -76Q24 -62 20 -50L22 0H17L13 -44H9L8 0H3L2 -46H-12L-13 0H-18L-17 -40"
    "L-21 0Z"
)
GIRAFFE_SPOTS = ((-16, -64), (-6, -60), (-14, -52), (4, -70), (8, -60), (16, -90), (22, -104), (14, -74), (28, -118))


def finder(exposure: str, *, focus: Point) -> str:
    """The corners and figures of a viewfinder, laid over a scene, sharp at `focus`."""
    corners = "M24 52V24H52M428 24H456V52M456 268V296H428M52 296H24V268"
    x, y = number(focus[0] - 20), number(focus[1] - 20)
    square = path(f"M{x} {y}m0 12v-12h12m16 0h12v12m0 16v12h-12m-16 0h-12v-12", "a")
    return path(corners, "h") + square + words((240, 310), exposure)


def bird(at: Point, span: float) -> str:
    """A tern in flight, wings up, seen from the side."""
    x, y = at
    s = span / 100

    def p(dx: float, dy: float) -> str:
        return f"{number(x + dx * s)} {number(y + dy * s)}"

    back = f"M{p(-34, 6)}Q{p(-10, -6)} {p(18, -3)}Q{p(28, -2)} {p(31, 2)}L{p(46, 5)}L{p(31, 7)}"
    belly = f"Q{p(10, 17)} {p(-16, 10)}L{p(-52, 20)}L{p(-34, 9)}L{p(-54, 6)}Z"
    near = f"M{p(12, -2)}Q{p(6, -34)} {p(-34, -62)}Q{p(-30, -34)} {p(-12, 2)}Z"
    far = f"M{p(14, -3)}Q{p(34, -30)} {p(22, -66)}Q{p(2, -40)} {p(0, -2)}Z"
    cap = f"M{p(17, -3)}Q{p(28, -3)} {p(31, 2)}Q{p(24, 2)} {p(17, -3)}Z"
    return (
        path(far, "t")
        + path(back + belly, "p")
        + path(near, "p")
        + path(cap, "k")
        + path(f"M{p(31, 4)}L{p(46, 5)}", "a")
    )


def reeds(base: float, *, seed: int, count: int = 26) -> str:
    dice = Random(seed)
    stems = []
    for _ in range(count):
        x = dice.choice((dice.uniform(10, 150), dice.uniform(340, 470)))
        top = base - dice.uniform(30, 96)
        lean = dice.uniform(-14, 14)
        stems.append(
            path(
                f"M{number(x)} {number(base)}Q{number(x)} {number((base + top) / 2)} {number(x + lean)} {number(top)}",
                "s",
            )
        )
        if dice.random() < 0.35:
            stems.append(
                f'<ellipse class="k" rx="2.6" ry="9" '
                f'transform="translate({number(x + lean)} {number(top)}) rotate({number(lean)})"/>'
            )
    return "".join(stems)


def water(top: float, *, seed: int) -> str:
    dice = Random(seed)
    marks = []
    for row in range(7):
        y = top + row * 9 + row * row
        for _ in range(5):
            x = dice.uniform(10, 420)
            marks.append(f"M{number(x)} {number(y)}q14 -4 28 0t28 0")
    return path("".join(marks), "h")


def birds() -> str:
    sun = circle((342, 108), 44, "h")
    shore = path("M0 232Q120 222 240 230T480 226", "s")
    return (
        sun
        + water(246, seed=3)
        + shore
        + reeds(236, seed=5)
        + bird((232, 150), 190)
        + bird((96, 74), 44)
        + bird((148, 52), 30)
        + finder("1/2500   f/5.6   ISO 800", focus=(276, 152))
    )


def safari() -> str:
    sun = circle((240, 196), 70, "t")
    plain = path("M0 236Q120 226 250 236T480 230", "s") + path("M0 258H480M0 284H480", "h")
    grass = "".join(path(f"M{x} {268 + (x * 7) % 30}l4 -14m0 14l2 -18m2 18l6 -12", "h") for x in range(14, 470, 31))
    trunk = path("M334 236Q344 190 330 158M340 192Q352 172 372 158M338 200Q326 176 300 160", "s")
    crown = path("M262 158Q272 128 318 130Q340 112 372 126Q414 124 420 156Q380 166 336 160Q300 168 262 158Z", "t")
    return (
        sun + plain + trunk + crown + _giraffe((150, 236)) + grass + finder("1/1000   f/2.8   ISO 400", focus=(194, 92))
    )


def _giraffe(foot: Point) -> str:
    spots = "".join(rect(spot, (5, 5), radius=1, css="h") for spot in GIRAFFE_SPOTS)
    return f'<g transform="translate({number(foot[0])} {number(foot[1])})">{path(GIRAFFE, "p")}{spots}</g>'


def travel() -> str:
    hills = path("M0 190Q70 120 150 170T300 140T480 180", "h")
    roofs = [(30, 70, 90), (100, 52, 120), (152, 66, 84), (218, 58, 140), (276, 74, 100), (350, 60, 122), (410, 52, 86)]
    houses = "".join(_house(x, width, tall) for x, width, tall in roofs)
    wires = path("M0 96Q240 130 480 88", "h")
    return (
        hills
        + houses
        + wires
        + _tram((176, 276))
        + path("M0 280H480M0 288H480", "s")
        + finder("1/250   f/8   ISO 200", focus=(251, 242))
    )


def _house(x: float, width: float, tall: float) -> str:
    top = 276 - tall
    walls = rect((x, top), (width, tall), css="p")
    roof = polyline([(x - 4, top), (x + width / 2, top - width * 0.42), (x + width + 4, top)], css="t", closed=True)
    panes = [
        rect((x + 10 + c * 18, top + 14 + r * 26), (9, 14), css="h")
        for r in range(int(tall / 30))
        for c in range(int((width - 10) / 18))
    ]
    return walls + roof + "".join(panes)


def _tram(at: Point) -> str:
    x, y = at
    body = rect((x, y - 58), (150, 50), radius=8, css="t") + path(f"M{x} {y - 26}H{x + 150}", "a")
    panes = "".join(rect((x + 10 + i * 23, y - 50), (17, 18), radius=2, css="p") for i in range(6))
    pole = path(f"M{x + 74} {y - 58}L{x + 90} {y - 92}L{x + 60} {y - 116}", "s")
    wheels = "".join(circle((x + dx, y - 4), 7, "p") for dx in (28, 46, 104, 122))
    return pole + body + panes + wheels


def night() -> str:
    dice = Random(17)
    pole = (300.0, 118.0)
    trails = []
    for i in range(46):
        radius = 8 + i * 6.4
        start = dice.random()
        sweep = dice.uniform(0.05, 0.16)
        (x1, y1), (x2, y2) = polar(pole, radius, start), polar(pole, radius, start + sweep)
        css = "s" if dice.random() < 0.4 else "h"
        trails.append(
            path(f"M{number(x1)} {number(y1)}A{number(radius)} {number(radius)} 0 0 1 {number(x2)} {number(y2)}", css)
        )
    ridge = "M0 262Q90 214 190 246T380 236T480 256"
    hill = path(f"{ridge}V320H0Z", "f") + path(ridge)
    star = circle(pole, 2.6, "r")
    stand = (
        '<g transform="translate(52 120) scale(.56)">'
        + tripod({"height": 150, "sections": 3, "seed": 1, "plain": True}).split('<path class="h" d="M262')[0]
        + "</g>"
    )
    return (
        f'<g clip-path="inset(0)">{"".join(trails)}</g>'
        + star
        + hill
        + stand
        + finder("30 s   f/1.8   ISO 3200", focus=(300, 118))
    )


def legs() -> str:
    sea = water(226, seed=9) + path("M0 216H480", "h")
    edge = "M0 250Q80 236 130 250L210 246Q250 252 262 286L280 320"
    cliff = path(f"{edge}H0Z", "f") + path(edge)
    stand = '<g transform="translate(-10 24) scale(1.06)">' + tripod({"height": 150, "sections": 4, "seed": 1}) + "</g>"
    light = circle((384, 120), 36, "h") + path("M330 216Q384 204 438 216", "h")
    return sea + light + cliff + stand


def bench() -> str:
    """A second-hand check: a loupe over an iris, with the marks of a ruler."""
    iris = aperture((206, 158), 108, blades=9, opening=0.46)
    ring = circle((206, 158), 126, "h") + "".join(
        line(polar((206, 158), 120, i / 72), polar((206, 158), 126, i / 72), "h") for i in range(72)
    )
    glass = (
        circle((304, 186), 62, "g")
        + circle((304, 186), 54, "h")
        + path("M350 230L422 296", "s")
        + path("M342 238L412 304", "s")
    )
    ruler = path("M20 300H200" + "".join(f"M{20 + i * 9} 300v-{10 if i % 5 == 0 else 6}" for i in range(21)), "h")
    scratch = path("M286 164q12 18 4 30t14 22", "a")
    return ring + iris + glass + scratch + ruler


def rain() -> str:
    dice = Random(4)
    drops = "".join(
        f"M{number(x)} {number(y)}l-5 16" for x, y in ((dice.uniform(0, 480), dice.uniform(0, 290)) for _ in range(90))
    )
    brolly = path(
        "M120 176Q132 92 220 88T322 168Q300 154 282 170Q262 152 242 170"
        "Q220 154 200 172Q178 156 160 176Q138 160 120 176Z",
        "p",
    )
    stick = path("M218 90V244Q218 262 204 262T190 246", "s") + line((218, 88), (218, 76), "a")
    ribs = path("M220 90Q196 120 200 172M220 90Q244 120 242 170M220 90Q160 110 160 176M220 90Q280 108 282 170", "h")
    puddle = path("M110 282Q220 268 350 282M150 294Q240 286 320 294", "h")
    return path(drops, "h") + brolly + ribs + stick + puddle + finder("1/60   f/4   ISO 1600", focus=(220, 150))


def glass() -> str:
    figure = lens({"focal": 50, "aperture": 1.4, "length": 130, "blades": 11, "seed": 24})
    return '<g transform="translate(8 -8) scale(1.45)">' + figure + "</g>"


def iris() -> str:
    return "".join(
        aperture((72 + i * 112, 150), 50, blades=9, opening=opening) for i, opening in enumerate((0.9, 0.64, 0.4, 0.2))
    ) + "".join(words((72 + i * 112, 224), text) for i, text in enumerate(("f/1.4", "f/2.8", "f/5.6", "f/16")))


def parcel() -> str:
    box = path("M120 120L240 76L360 120V236L240 284L120 236Z", "t") + path("M120 120L240 166L360 120M240 166V284", "s")
    tape = path("M178 98L300 143V176L288 172", "a")
    label = path("M150 196L206 218V246L150 224Z", "p") + path("M158 208L196 223M158 216L184 226", "h")
    return box + tape + label + path("M40 284H440", "h")


def _print(corner: Point, *, turn: int) -> str:
    x, y = corner
    hills = path(f"M{x + 6} {y + 40}l16 -18 12 12 10 -10 18 16Z", "h")
    return f'<g transform="rotate({turn} {x + 34} {y + 24})">{rect(corner, (68, 50), css="p")}{hills}</g>'


def workshop() -> str:
    table = path("M60 236H420M84 236L64 304M396 236L416 304", "s")
    lamp = path("M96 236V120Q96 84 132 84H150M150 66L186 104L144 110Z", "s") + path(
        "M150 112L120 232M184 108L232 232", "h"
    )
    prints = "".join(_print((x, 176), turn=turn) for x, turn in ((176, -6), (252, 3), (326, -3)))
    return lamp + table + prints + circle((336, 190), 3, "r")


SCENES: dict[str, Callable[[], str]] = {
    "birds": birds,
    "safari": safari,
    "travel": travel,
    "night": night,
    "legs": legs,
    "bench": bench,
    "rain": rain,
    "glass": glass,
    "iris": iris,
    "parcel": parcel,
    "workshop": workshop,
}


def contact_sheet() -> str:
    """Two strips of film, six frames, one of them marked with a grease pencil."""
    frames = []
    for i, name in enumerate(("birds", "travel", "safari", "rain", "legs", "night")):
        x, y = 18 + (i % 3) * 150, 34 + (i // 3) * 136
        scene = rect((0, 0), (WIDTH, HEIGHT), css="p") + SCENES[name]()
        frames.append(f'<svg x="{x}" y="{y}" width="144" height="96" viewBox="0 0 480 320">{scene}</svg>')
        frames.append(words((x + 12, y + 108), f"{i + 11}A", anchor="start"))
    holes = "".join(
        rect((14 + i * 19.2, y), (9, 6), radius=1.5, css="p") for i in range(24) for y in (20, 136, 156, 272)
    )
    strips = "".join(rect((6, y), (468, 132), css="t") for y in (14, 150))
    mark = path("M164 28Q240 18 320 30Q326 90 314 136Q236 144 164 132Q158 80 168 26", "a")
    return f'<g transform="translate(0 12)">{strips}{holes}{"".join(frames)}{mark}</g>'
