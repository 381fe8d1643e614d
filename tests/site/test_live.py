"""Live figures in Chromium, driven as a reader would, their numbers checked against the library."""

import json
import os
import re

import numpy as np
import pytest
import scipy.special
import torch

from benchmarks import live as speed
from course_lib import kmeans
from recipes.live import MODELS
from tests.site.little import notebook
from tests.site.live import CAPTION, PLACE, ROOT, come_to, figures
from tools.web import served


def test_modules_are_short():
    for path in (ROOT / "book/live").glob("*.js"):
        assert len(path.read_text("utf8").splitlines()) <= 250, path


@pytest.mark.parametrize("code", ["ko", "en"])
@pytest.mark.parametrize("width", [320, 1280])
def test_figures_fit_and_can_be_used_by_keyboard_and_finger(open_book, code, width):
    page = open_book("01-kmeans", code, width)
    for path in figures():
        place = come_to(page, path.stem)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide == 0, path.stem
        for control in place.locator("button, select, label").all():
            assert control.bounding_box()["height"] >= 44, control.inner_text()
        for canvas in place.locator("canvas").all():
            assert canvas.get_attribute("aria-label")
        korean = any("가" <= letter <= "힣" for letter in place.inner_text())
        named = path.stem.startswith("hangul-")  # these name syllables in English, too
        assert korean == (code == "ko") or (korean and named)
        assert place.locator("[role=status]").inner_text()


STEPS = """place => {
  const { state, step } = place.figure;
  const start = state.centers.map((one) => [...one]);
  const seen = [];
  while (step(state.next) && seen.length < 200) {
    const centers = state.centers.map((one) => [...one]);
    seen.push({ labels: [...state.labels], centers, J: state.J.at(-1).J });
  }
  return { points: state.points, start, seen };
}"""


def test_the_steps_are_those_of_the_library(figure):
    page, place = figure("kmeans-steps")
    for name in ("three", "five", "moons", "none"):
        place.locator("select").select_option(name)
        found = place.evaluate(STEPS)
        x, centers = np.array(found["points"]), np.array(found["start"])
        assert len(found["seen"]) >= 2
        for i, seen in enumerate(found["seen"]):
            if i % 2 == 0:
                labels, cost = kmeans.assign(x, centers)[:2]
                assert labels.tolist() == seen["labels"]
            else:
                assert np.bincount(labels, minlength=len(centers)).min() > 0
                centers = np.array([x[labels == k].mean(axis=0) for k in range(len(centers))])
                assert np.allclose(centers, seen["centers"])
            J = ((x - centers[labels]) ** 2).sum()
            assert seen["J"] == pytest.approx(J)
        falling = [seen["J"] for seen in found["seen"]]
        assert falling == sorted(falling, reverse=True)


def test_a_reader_assigns_updates_drags_and_tries_a_hundred_starts(figure):
    page, place = figure("kmeans-steps")
    status, button = place.locator("[role=status]"), place.locator(".live-bar button").first
    assert button.inner_text() == "Assign"
    button.click()
    assert "175 points" in status.inner_text()
    assert button.inner_text() == "Update"
    button.click()
    assert "moved to the means" in status.inner_text()
    before = place.evaluate("place => place.figure.state.centers[0].map(String)")
    box = place.locator("canvas").first.bounding_box()
    x, y = (box["x"] + float(before[0]) * box["width"], box["y"] + float(before[1]) * box["height"])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 30, steps=4)
    page.mouse.up()
    after = place.evaluate("place => place.figure.state.centers[0]")
    assert after[0] == pytest.approx(float(before[0]) + 40 / box["width"], abs=0.01)
    place.locator("canvas").first.focus()
    page.keyboard.press("ArrowLeft")
    moved = place.evaluate("place => place.figure.state.centers[0]")
    assert moved[0] == pytest.approx(after[0] - 0.02)
    place.get_by_role("button", name="Try 100 starts").click()
    assert "of 100 starts end at the smallest J" in status.inner_text()
    same = int(status.inner_text().split()[0])
    assert 0 < same < 100


def test_it_plays_to_the_end_and_stops_by_itself(figure):
    page, place = figure("kmeans-steps")
    play = place.locator(".live-bar button").nth(1)
    play.click()
    assert play.inner_text() == "Pause"
    place.locator("[role=status]", has_text="Nothing changes").wait_for()
    assert play.inner_text() == "To the end"


def test_nothing_is_loaded_before_it_comes_near(live, new_page):
    page = new_page(viewport={"width": 1280, "height": 300})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live}book/en/index.html")
    assert not [url for url in asked if "/live/" in url]


def test_a_place_without_its_figure_is_a_warning(little_book):
    pages = {
        code: {"index.md": "# H\n", "one.md": f"# One\n\n{PLACE.format('nothing')}\n"}
        for code in ("ko", "en")
    }
    status, log, _ = little_book(pages)
    assert status != 0
    assert log.count("no live figure has the name nothing") == 2


def test_words_in_both_languages_are_the_same_ones(new_page, live):
    page = new_page()
    page.goto(f"{live}book/en/index.html")
    script = """async () => {
      const { words } = await import('../../_static/live/kit.js');
      try { words({ ko: { a: 1 }, en: { b: 1 } }); } catch (error) { return error.message; }
    }"""
    assert "words differ" in json.dumps(page.evaluate(script))


GRADIENTS = """async () => {
  const { backward, clear, forward, network } = await import('../../_static/live/network.js');
  const { random } = await import('../../_static/live/kit.js');
  const g = random(3), layers = network([2, 5, 4, 1], g);
  for (const { b } of layers) b.forEach((_, i) => { b[i] = g.normal(); });
  const x = Float64Array.from({ length: 14 }, g.normal);
  const seen = forward(layers, x, 7);
  clear(layers);
  const input = backward(layers, seen, Float64Array.from({ length: 7 }, (_, n) => n + 1), 7);
  return { x: [...x], out: [...seen.at(-1)], input: [...input], layers: layers.map(
    (one) => Object.fromEntries(['w', 'b', 'gw', 'gb'].map((name) => [name, [...one[name]]]))) };
}"""


def test_gradients_are_those_of_pytorch(live, new_page):
    page = new_page()
    page.goto(f"{live}book/en/index.html")
    found = page.evaluate(GRADIENTS)
    x = torch.tensor(found["x"], dtype=torch.float64).reshape(7, 2).requires_grad_()
    widths, h, parameters = [2, 5, 4, 1], x, []
    for i, layer in enumerate(found["layers"]):
        w = torch.tensor(layer["w"], dtype=torch.float64).reshape(widths[i], widths[i + 1])
        b = torch.tensor(layer["b"], dtype=torch.float64)
        parameters.append((w.requires_grad_(), b.requires_grad_()))
        h = h @ w + b if i == 2 else torch.relu(h @ w + b)
    assert torch.allclose(h[:, 0], torch.tensor(found["out"], dtype=torch.float64))
    (h[:, 0] * torch.arange(1, 8)).sum().backward()
    assert np.allclose(found["input"], x.grad.ravel())
    for (w, b), layer in zip(parameters, found["layers"], strict=True):
        assert np.allclose(layer["gw"], w.grad.ravel())
        assert np.allclose(layer["gb"], b.grad)


TRAIN = """([rates, steps]) => {
  const { figure } = document.querySelector('.live[data-figure="gan-ring"]');
  figure.state.rates = rates;
  for (let t = 0; t < steps; t += 1) {
    if (t === 600) figure.state.divided = 4;
    figure.step();
  }
  figure.look();
  return figure.state.seen.at(-1);
}"""


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_matched_rates_cover_the_ring_and_a_fast_generator_collapses(figure, seed):
    page, place = figure("gan-ring")
    place.locator("input[type=range]").fill(str(seed))
    end = page.evaluate(TRAIN, ["matched", 900])
    assert end["modes"] == 8
    assert end["share"] > 0.5
    assert "of 8 modes" in place.locator("[role=status]").inner_text()
    place.get_by_role("button", name="Start again").click()
    end = page.evaluate(TRAIN, ["collapse", 320])
    assert end["modes"] <= 4


def test_training_starts_pauses_and_rests_out_of_view(figure):
    page, place = figure("gan-ring")
    place.get_by_role("button", name="Train").click()
    steps = "document.querySelector('.live[data-figure=\"gan-ring\"]').figure.state.game.steps"
    page.wait_for_function(f"{steps} > 20")
    place.get_by_role("button", name="Pause").click()
    before = page.evaluate(steps)
    page.wait_for_timeout(300)
    assert page.evaluate(steps) == before
    place.get_by_role("button", name="Train").click()
    page.evaluate("document.body.style.paddingTop = '4000px'; scrollTo(0, 0)")
    page.wait_for_timeout(300)
    before = page.evaluate(steps)
    page.wait_for_timeout(400)
    assert page.evaluate(steps) == before


def test_a_neuron_has_the_numbers_of_the_primer(figure):
    page, place = figure("neuron")
    text = place.inner_text()
    for number in (
        "0.5000",
        "0.6225",
        "0.4741",
        "−0.3775",
        "−0.1888",
        "0.9775",
        "−0.2112",
        "0.2306",
    ):
        assert number in text, number
    place.get_by_role("button", name="Take one step").click()
    assert "from 0.4741 to 0.2306" in place.locator("[role=status]").inner_text()
    place.get_by_role("button", name="Flip the class").click()
    found = place.evaluate("place => place.figure.now()")
    assert found["loss"] == pytest.approx(-np.log(1 - found["p"]))
    place.locator("canvas").focus()
    page.keyboard.press("ArrowUp")
    assert place.evaluate("place => place.figure.state.x") == [1, 0.6]


def test_sizes_and_counts_of_convolutions_are_those_of_pytorch(figure):
    page, place = figure("convolution")
    settings = [
        (kind, n, k, s, p)
        for kind in ("conv", "transposed")
        for n, k, s, p in [(7, 3, 2, 1), (5, 4, 2, 1), (9, 3, 2, 0), (4, 5, 3, 2), (6, 1, 1, 0)]
    ]
    for kind, n, k, s, p in settings:
        found = place.evaluate(
            """(place, settings) => {
              const [kind, n, k, s, p] = settings;
              Object.assign(place.figure.state, { kind, n, k, s, p });
              place.figure.show();
              return { side: place.figure.side(), counts: place.figure.counts() };
            }""",
            [kind, n, k, s, p],
        )
        layer = torch.nn.functional.conv1d if kind == "conv" else torch.conv_transpose1d
        ones = layer(torch.ones(1, 1, n), torch.ones(1, 1, k), stride=s, padding=p)[0, 0]
        assert found == {"side": len(ones), "counts": ones.int().tolist()}, (kind, n, k, s, p)


def test_a_checkerboard_appears_where_the_stride_does_not_divide_the_kernel(figure):
    page, place = figure("convolution", "ko")
    place.locator("select").select_option("transposed")
    assert "체커보드" in place.locator("[role=status]").inner_text()
    place.locator("input[type=range]").nth(1).fill("4")
    assert "같은 수의 값" in place.locator("[role=status]").inner_text()
    assert "= 14" in place.locator(".live-formula").inner_text()
    place.locator("canvas").nth(1).focus()
    before = place.locator("[role=status]").inner_text()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert place.locator("[role=status]").inner_text() != before


def test_the_network_comes_near_the_best_denoiser_which_is_the_conditional_mean(figure):
    page, place = figure("score-field")
    place.locator("select").nth(1).select_option("groups")
    found = place.evaluate(
        """place => {
          const { figure } = place;
          for (let t = 0; t < 800; t += 1) figure.learn();
          figure.look();
          const { errors, points, exact } = figure.state;
          return { ...errors, points: [...points], exact };
        }"""
    )
    assert found["ideal"] < found["ours"] < 1.5 * found["ideal"] < 0.2 * found["none"]
    x = np.array(found["points"]).reshape(-1, 2)
    side = 2.4 * ((2 * np.arange(15) + 1) / 15 - 1)
    for place_, exact in list(
        zip(np.stack(np.meshgrid(side, side), -1).reshape(-1, 2), found["exact"])
    )[::17]:
        weight = scipy.special.softmax(-((x - place_) ** 2).sum(axis=1) / (2 * 0.3**2))
        assert np.allclose(weight @ x, exact)


def test_points_walk_to_the_data(figure):
    page, place = figure("score-field", "ko")
    place.locator("select").nth(1).select_option("groups")
    place.evaluate("place => { for (let t = 0; t < 800; t += 1) place.figure.learn(); }")
    place.get_by_role("button", name="점 뿌리고 걷기").click()
    assert "점 60개" in place.locator("[role=status]").inner_text()
    found = place.evaluate(
        """place => {
          const { stride, state } = place.figure;
          while (stride());
          const [starts, ends] = [0, -1].map((i) => state.walkers.map((path) => path.at(i)));
          return { points: [...state.points], starts, ends };
        }"""
    )
    x = np.array(found["points"]).reshape(-1, 2)

    def away(points):
        return np.median(np.linalg.norm(np.array(points)[:, None] - x, axis=2).min(axis=1))

    assert away(found["ends"]) < 0.2 < away(found["starts"])


def test_the_speed_of_a_figure_is_measured(live, browser, monkeypatch):
    monkeypatch.setattr(speed, "SECONDS", 0.5)
    page = "book/en/neuron.html"
    ready, answer, rate, seconds, weight = speed.measure(browser, live, page, "neuron")
    assert seconds is None
    assert 0 < answer < 5000
    assert 0 < ready < 60_000
    assert 1 < rate < 200
    assert 5 < weight < 100


def test_the_steps_of_the_readme_make_a_figure(little_book, new_page, tmp_path):
    readme = (ROOT / "book/live/README.md").read_text("utf8")
    module = re.search(r"```js\n(.*?)```", readme, re.S)[1]
    (place,) = re.findall(r"`(<div [^`]*my-figure[^`]*)`", readme)
    pages = {
        code: {"index.md": "# H\n", "01-kmeans.ipynb": notebook("# One", CAPTION[code], place)}
        for code in ("ko", "en")
    }
    status, log, folder = little_book(pages, {"book/live/my-figure.js": module})
    assert status == 0, log
    with served(folder) as address:
        page = new_page()
        page.goto(f"{address}book/ko/01-kmeans.html")
        figure = page.locator("#live-my-figure.ready")
        figure.get_by_role("button", name="던지기").click()
        assert figure.locator("[role=status]").inner_text() == "1번 던졌습니다."
        assert figure.evaluate("one => one.figure.state.n") == 1


def test_the_readme_says_what_rounding_costs():
    readme = (ROOT / "book/live/README.md").read_text("utf8")
    rows = re.findall(r"^\| ([a-z-]+) \| \d+ \| [^|]* \| ([\d.]+) \| ([\d.]+) \|$", readme, re.M)
    assert [name for name, _, _ in rows] == list(MODELS)
    for name, before, after in rows:
        content = (ROOT / f"book/live/models/{name}.bin").read_bytes()
        quality = json.loads(content[4 : 4 + int.from_bytes(content[:4], "little")])["quality"]
        for text, key in [(before, "stored"), (after, "rounded")]:
            assert float(text) == pytest.approx(quality[key], rel=2e-3)


def test_every_figure_stands_in_a_chapter():
    assert set(speed.places(ROOT)) == {path.stem for path in figures()}


@pytest.mark.parametrize("name", ["gan-ring", "score-field"])
def test_a_figure_that_trains_holds_its_memory(figure, name):
    """LIVE_SECONDS=300 makes it five minutes."""
    page, place = figure(name)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def used():
        session.send("HeapProfiler.collectGarbage")
        metrics = session.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in metrics}["JSHeapUsedSize"] / 1e6

    place.locator(".live-bar button").first.click()
    page.wait_for_timeout(3000)
    before = used()
    page.wait_for_timeout(1000 * int(os.environ.get("LIVE_SECONDS", "8")))
    assert used() < before + 5
