"""The HTML page in a real headless browser, at ten assets and at two thousand."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import browser
import pytest
from verify_rig import MANIFEST, TOP, Program, run_verify

from legacy_shim.codemods.verify.html import render_html, render_html_of
from legacy_shim.codemods.verify.judgement import judge
from legacy_shim.codemods.verify.run import Result, Side

sys.path.append(str(TOP))
from benchmarks.verify_compare import result_of, snapshots

needs_browser = pytest.mark.skipif(bool(browser.missing()), reason=browser.missing())
ADDED, LOST = "marts/brand_new", "reports/model_01999"


@pytest.fixture(scope="session")
def pages(example: Program, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of the example, as reported and with faults, and that of two thousand assets."""
    folder = tmp_path_factory.mktemp("pages")
    sides = Side("the tree as it is", dict(example.before)), Side("a copy", dict(example.clean_after))
    rows = tuple(judge(sides[0].snapshot, sides[1].snapshot, example.told))
    findings = tuple(each for each in example.told if each.is_difference)
    results = {
        "small": Result(*sides, rows, example.plan, ("One <b>note</b>.",), findings),
        "faulty": result_of(*snapshots(10)),
        "large": result_of(*snapshots(2000)),
    }
    for name, result in results.items():
        (folder / f"{name}.html").write_text(render_html(result), "utf-8")
    both = {"prod": results["small"], "staging": results["faulty"]}
    (folder / "both.html").write_text(render_html_of(both), "utf-8")
    return {name: folder / f"{name}.html" for name in [*results, "both"]}


@pytest.fixture(scope="session")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Browser]:
    with _opened(tmp_path_factory.mktemp("profile")) as browser_window:
        yield browser_window


def _opened(profile: Path, size: tuple[int, int] = (1400, 1000)) -> browser.Browser:
    """A browser; the test is skipped on a machine that has one and cannot start it, whatever is tried."""
    try:
        return browser.Browser(profile, size=size)
    except browser.StartError as error:
        pytest.skip(f"the browser does not start: {error}")


class _Names(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, _: str, attributes: list[tuple[str, str | None]]) -> None:
        self.addresses += [
            value or "" for name, value in attributes if name in ("src", "href", "action", "data")
        ]


def test_the_page_names_no_other_place(pages: dict[str, Path]) -> None:
    text = pages["small"].read_text()
    parser = _Names()
    parser.feed(text)
    assert all(address.startswith(("#", "data:")) for address in parser.addresses)
    assert "default-src 'none'" in text
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style and "@import" not in style
    assert "</script" not in text.partition('id="data">')[2].partition("</script>")[0]
    assert not re.search(r"/\*(STYLE|SCRIPT|DATA)\*/", text)


@needs_browser
def test_ten_assets(window: browser.Browser, pages: dict[str, Path]) -> None:
    window.open(pages["small"])
    assert window.run("document.title") == "✓ No unexpected changes"
    for side in ("before", "after"):
        assert window.run("document.querySelectorAll(`#${arguments[0]} .node`).length", side) == 10
    assert window.run("document.querySelectorAll('.node.ghost').length") == 0
    assert window.run("document.getElementById('surprises').hidden") is True
    assert window.run("document.querySelectorAll('.attempt').length") == 3
    assert "One <b>note</b>." in window.run("document.getElementById('note-list').textContent")
    boxes = (
        "[...document.querySelectorAll('#before .node rect.box')].map((box) => box.getBoundingClientRect())"
    )
    apart = "!(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top)"
    assert (
        window.run(f"((all) => all.some((a, i) => all.some((b, j) => i < j && {apart})))({boxes})") is False
    )
    assert window.run("performance.getEntriesByType('resource').length") == 0
    assert window.log() == []


@needs_browser
def test_a_switch_shows_each_deployment(window: browser.Browser, pages: dict[str, Path]) -> None:
    window.open(pages["both"])
    assert window.run("document.title") == "✓ prod: No unexpected changes"
    options = "[...document.getElementById('deployment').options].map((option) => option.textContent)"
    assert window.run(options) == ["prod: no unexpected changes", "staging: 10 unexpected"]
    window.choose("#deployment", "staging")
    window.wait_until("document.title.includes('staging')")
    assert window.run("document.title") == "✗ staging: 10 unexpected differences"
    assert window.run("document.getElementById('deployment').value") == "staging"
    assert window.log() == []


@needs_browser
def test_the_page_that_the_command_writes(
    window: browser.Browser, example_tree: Path, tmp_path: Path
) -> None:
    page = tmp_path / "result.html"
    wanted = ("--definitions", "acme_data.definitions", "--manifest", str(MANIFEST))
    done = run_verify(example_tree, ".", *wanted, "--format", "html", "--output", str(page))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert done.stdout.startswith("No unexpected changes: ") and done.stdout.endswith(f"See {page}.\n")
    window.open(page)
    assert window.run("document.title") == "✓ No unexpected changes"
    assert "acme_data/assets/dbt.py:12" in window.run("document.getElementById('code-list').textContent")
    assert window.log() == []


@needs_browser
def test_ten_assets_with_faults(window: browser.Browser, pages: dict[str, Path]) -> None:
    window.open(pages["faulty"])
    assert window.run("document.title") == "✗ 10 unexpected differences"
    for side, mark in (("before", "lost"), ("after", "added"), ("before", "renamed"), ("after", "renamed")):
        shown = f"document.querySelectorAll('#{side} .node.{mark}:not(.ghost)').length"
        assert window.run(shown) == 1, (side, mark)
    assert window.run("document.querySelector('#before .edges.lost').getAttribute('d').length") > 20
    assert window.run("document.querySelector('#after .edges.added').getAttribute('d').length") > 20
    kinds = window.run("[...document.querySelectorAll('#surprise-list li b')].map((b) => b.textContent)")
    assert kinds[:4] == ["asset renamed", "asset lost", "asset added", "dbt commands reach more"]
    shown = "[...document.querySelectorAll(`#${arguments[0]} .node`)].find((n) => n.textContent.includes('model_00005')).textContent"
    assert "core_0" in window.run(shown, "before") and "elsewhere" in window.run(shown, "after")
    outside = """[...document.querySelectorAll(".node")].filter((node) => {
        const right = node.querySelector(".box").getBoundingClientRect().right;
        return [...node.querySelectorAll(".label text")].some((text) => text.getBoundingClientRect().right > right);
    }).map((node) => node.textContent)"""
    assert window.run(outside) == []
    assert window.log() == []


@needs_browser
def test_each_code_that_was_reported_stands_once(window: browser.Browser, pages: dict[str, Path]) -> None:
    window.open(pages["small"])
    shown = window.run("[...document.querySelectorAll('#code-list .pill')].map((pill) => pill.textContent)")
    assert len(shown) == len(set(shown))
    assert {"LDC202", "LDC206", "LDC209"} <= set(shown)
    unseen = (
        "[...document.querySelectorAll('#code-list summary')].find((s) => s.textContent.includes('LDC209'))"
    )
    assert "not visible here" in window.run(f"{unseen}.textContent")


@needs_browser
def test_an_asset_tells_what_changed(window: browser.Browser, pages: dict[str, Path]) -> None:
    window.open(pages["small"])
    at = "[...document.querySelectorAll('#after .node')].findIndex((n) => n.textContent.includes('marts/orders'))"
    window.click(f"#after .node[data-at='{window.run(at)}']")
    detail = window.run("document.getElementById('detail').textContent")
    assert "marts/orders" in detail and "made by dbt Cloud" in detail and "LDC206" in detail
    assert window.run("document.querySelectorAll('.node.chosen').length") == 2
    assert window.run("document.querySelector('#after .lit').getAttribute('d').length") > 20


@needs_browser
def test_the_table_filters_and_sorts(window: browser.Browser, pages: dict[str, Path]) -> None:
    window.open(pages["small"])
    rows = "document.querySelectorAll('#table tbody tr').length"
    every = window.run(rows)
    window.type("#filter", "marts/orders kinds")
    window.wait_until(f"{rows} === 1")
    assert window.run("document.getElementById('count').textContent") == f"1 of {every} differences"
    window.run("document.getElementById('filter').value = ''")
    window.type("#filter", " ")
    window.wait_until(f"{rows} === {every}")
    window.choose("#kind", "tags")
    assert 0 < window.run(rows) < every
    window.click("#table th:nth-child(4) button")
    assert (
        window.run("document.querySelector('#table th:nth-child(4)').getAttribute('aria-sort')")
        == "ascending"
    )
    subjects = window.run(
        "[...document.querySelectorAll('#table tbody td:nth-child(4)')].map((c) => c.textContent)"
    )
    assert subjects == sorted(subjects)


@needs_browser
def test_keys_and_buttons_move_both_pictures(window: browser.Browser, pages: dict[str, Path]) -> None:
    window.open(pages["small"])
    view = "[...document.querySelectorAll('.world')].map((world) => world.getAttribute('transform'))"
    first = window.run(view)
    assert first[0] == first[1]
    for act in (
        lambda: window.type("#before", "+"),
        lambda: window.click("#out"),
        lambda: window.drag("#after", 90, 10),
    ):
        seen = window.run(view)
        act()
        now = window.run(view)
        assert now[0] == now[1] != seen[0]
    window.type("#after", "0")
    assert window.run(view) == first


@needs_browser
def test_two_thousand_assets(window: browser.Browser, pages: dict[str, Path]) -> None:
    """Quick by what is not done, whatever the machine: groups first, a page of rows, and a view that moves alone."""
    window.open(pages["large"])
    folded = window.run("document.querySelectorAll('#before .node').length")
    assert 6 <= folded <= 60  # groups, to begin with
    assert window.run("document.getElementById('surprise-list').children.length") == 10
    assert window.run("document.querySelectorAll('#table tbody tr').length") == 150
    window.click("#fold")
    assert window.run("document.querySelectorAll('#before .node').length") == 2001
    assert window.run("document.querySelectorAll('#after .node.added:not(.ghost)').length") == 1
    assert window.run("document.querySelectorAll('#before .node.added.ghost').length") == 1
    assert window.run("document.querySelectorAll('#before .node.lost:not(.ghost)').length") == 1
    assert window.run("document.querySelectorAll('.node.renamed').length") == 2
    window.run(f"{_COUNT_CHANGES}('.panes')")
    window.click("#in")
    window.drag("#after", 90, 10)
    assert 2 <= window.run("window.changes.attributes") <= 400  # of 4,000 boxes and their parts, none
    assert window.run("window.changes.added") == 0
    window.type("#filter", "model_00042")
    window.wait_until("document.getElementById('count').textContent.startsWith('6 of')")
    assert window.run("document.querySelectorAll('#table tbody tr').length") == 6
    assert window.log() == []


_COUNT_CHANGES = """((selector) => {
  window.changes = {added: 0, attributes: 0};
  new MutationObserver((records) => { for (const each of records) { window.changes.added += each.addedNodes.length; window.changes.attributes += each.type === "attributes"; } })
    .observe(document.querySelector(selector), {subtree: true, childList: true, attributes: true});
})"""


@needs_browser
def test_what_changed_among_two_thousand(window: browser.Browser, pages: dict[str, Path]) -> None:
    window.open(pages["large"])
    window.click("#next")
    assert window.run("document.querySelectorAll('.node.chosen').length") == 2
    window.click(f"#surprise-list button[data-node='{_node_of(window, ADDED)}']")
    assert ADDED in window.run("document.getElementById('detail').textContent")
    window.choose("#show", "changed")
    assert window.run("document.querySelectorAll('#after .node').length") <= 5
    window.choose("#show", "near")
    near = window.run("graph.boxes.reduce((sum, box) => sum + box.members.length, 0)")
    assert 5 < near < 60
    window.choose("#show", "all")
    window.type("#find", LOST)
    window.wait_until("document.querySelectorAll('#before .node:not(.dim)').length === 1")


def _node_of(window: browser.Browser, key: str) -> int:
    return int(
        window.run("data.nodes.findIndex((node) => (node.after ?? node.before) === arguments[0])", key)
    )


@needs_browser
@pytest.mark.parametrize("name", ["small", "faulty", "large"])
def test_everyone_can_use_it(window: browser.Browser, pages: dict[str, Path], name: str) -> None:
    window.open(pages[name])
    seen = set()
    for _ in range(2):
        seen.add(window.run("document.documentElement.dataset.theme"))
        assert window.barriers() == []
        window.click("#theme")
    assert seen == {"light", "dark"}


@needs_browser
def test_a_narrow_window_shows_it_all(pages: dict[str, Path], tmp_path: Path) -> None:
    with _opened(tmp_path / "profile", (520, 900)) as narrow:
        for name in ("small", "large"):
            narrow.open(pages[name])
            assert narrow.run("document.documentElement.scrollWidth <= window.innerWidth + 1")
        assert narrow.log() == []


@needs_browser
def test_groups_that_fold_are_small_enough_to_open_one_at_a_time(
    window: browser.Browser, pages: dict[str, Path]
) -> None:
    """By the parts of keys, by how names begin, and at last by the alphabet; each of 120 assets at most."""
    window.open(pages["small"])
    fold = """((keys) => {
      const nodes = keys.map((key) => ({before: key, after: key, group: "default"}));
      foldsOf(nodes, true);
      return Object.entries(count(nodes.map((node) => node.fold)));
    })(arguments[0])"""
    by_parts = window.run(fold, [f"crm/{'ab'[n % 2]}/t{n}" for n in range(240)] + ["erp/orders", "erp/lines"])
    assert dict(by_parts) == {"default · crm · a": 120, "default · crm · b": 120, "default · erp": 2}
    by_beginning = window.run(fold, [f"{'stg' if n % 3 else 'fct'}_{n}" for n in range(180)])
    assert dict(by_beginning) == {"default · stg_": 120, "default · fct_": 60}
    by_alphabet = window.run(fold, [f"{chr(97 + n % 26)}{n:03}" for n in range(750)])
    assert len(by_alphabet) == 7 and sum(number for _, number in by_alphabet) == 750
    assert max(number for _, number in by_alphabet) <= 120


@needs_browser
def test_a_search_counts_what_it_finds_and_opens_the_groups_that_hold_it(
    window: browser.Browser, pages: dict[str, Path]
) -> None:
    window.open(pages["large"])
    folded = window.run("graph.folded.size")
    window.type("#find", "model_0004")
    window.wait_until("document.getElementById('found').textContent === '10 assets found'")
    assert window.run("[...document.querySelectorAll('#after .node:not(.dim):not(.folded)')].length") == 10
    assert window.run("graph.folded.size") < folded
    window.type("#find", "nothing_of_the_sort")
    window.wait_until("document.getElementById('found').textContent === 'No asset found'")
    assert window.run("graph.folded.size") == folded
    assert window.log() == []


@needs_browser
def test_an_asset_is_shown_with_its_neighbours(window: browser.Browser, pages: dict[str, Path]) -> None:
    window.open(pages["large"])
    window.run(
        "graph.chooseNode(data.nodes.findIndex((node) => node.after && node.after.endsWith('model_00042')))"
    )
    window.click("#detail button[data-do='around']")
    near = """new Set([...data.edges.before, ...data.edges.after].filter((edge) => edge.includes(graph.centre)).flat()).size"""
    assert 1 < window.run("document.querySelectorAll('#after .node').length") == window.run(near) < 50
    assert window.run("document.getElementById('show').value") == "around"
    assert window.run("document.getElementById('fold').disabled") is True
    window.click("#detail button[data-do='all']")
    assert window.run("document.getElementById('show').value") == "all"
    assert window.run("document.querySelector('#after .node.chosen title').textContent").startswith(
        window.run("name(data.nodes[graph.centre])")
    )
    assert window.log() == []


@needs_browser
def test_keys_that_end_alike_are_told_apart_by_their_beginnings(
    window: browser.Browser, pages: dict[str, Path]
) -> None:
    window.open(pages["small"])
    keys = [f"{place}_warehouse/staging/orders" for place in ("crm", "erp", "web")]
    labels = window.run("arguments[0].map(shorten)", keys)
    assert len(set(labels)) == 3
    assert all(
        label.endswith("…/orders") and label[:3] == key[:3] for label, key in zip(labels, keys, strict=True)
    )
    assert window.run("shorten('orders')") == "orders"
